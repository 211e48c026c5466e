package io.github.geofix.models.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Explanation.Neighbor;
import io.github.geofix.core.Explanation.Neighbors;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.Photo;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.Samples;
import io.github.geofix.models.internal.encoder.EncoderConfig;
import io.github.geofix.models.internal.encoder.EncoderModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GalleryEvidenceTest {
  @TempDir private Path folder;

  /** A gallery of eight photos of noise, a degree of latitude apart. */
  private GalleryModel gallery() throws IOException {
    Path encoder = folder.resolve("encoder");
    try (EncoderModel model = EncoderModel.create(EncoderConfig.of("residual-small"), 1)) {
      model.save(encoder, Samples.CARD);
    }
    List<Manifest.Entry> photos = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Path file = folder.resolve(i + ".png");
      ImageIO.write(Samples.noise(40, 36, i), "png", file.toFile());
      photos.add(new Manifest.Entry(file, new LatLng(i, 10), Map.of()));
    }
    GalleryModel.build(encoder, Manifest.of(photos), folder.resolve("gallery"));
    return GalleryModel.open(folder.resolve("gallery"), LoadOptions.defaults());
  }

  @Test
  void photosVoteByTheirSimilarity() throws IOException {
    try (GalleryModel gallery = gallery();
        Localizer localizer = gallery.localizer()) {
      Photo photo = Photo.of(Samples.noise(40, 36, 3));
      Explanation explained =
          localizer.explain(photo, Explanation.Options.defaults().withPixels(32));
      List<Neighbor> neighbors = ((Neighbors) explained.evidence()).neighbors();
      assertThat(neighbors).hasSize(8);
      assertThat(neighbors.get(0).photo()).endsWith("3.png");
      assertThat(neighbors.get(0).score()).isCloseTo(1, within(1e-4));
      assertThat(neighbors.get(0).picture().orElseThrow().getWidth()).isEqualTo(32);
      double sum = neighbors.stream().mapToDouble(Neighbor::vote).sum();
      assertThat(sum).isCloseTo(1, within(1e-9));
      double scale = gallery.config().scale();
      for (Neighbor neighbor : neighbors) {
        double expected = Math.exp(scale * (neighbor.score() - neighbors.get(0).score()));
        assertThat(neighbor.vote() / neighbors.get(0).vote()).isCloseTo(expected, within(1e-6));
      }
      Explanation few = localizer.explain(photo, Explanation.Options.defaults().withMost(2));
      assertThat(((Neighbors) few.evidence()).neighbors())
          .extracting(Neighbor::vote)
          .containsExactly(neighbors.get(0).vote(), neighbors.get(1).vote());
    }
  }

  @Test
  void onlyPhotosOfTheRegionVote() throws IOException {
    try (GalleryModel gallery = gallery();
        Localizer localizer = gallery.localizer()) {
      Photo photo = Photo.of(Samples.noise(40, 36, 3));
      Region region = Region.around(new LatLng(6.5, 10), 100);
      Explanation explained =
          localizer.explain(photo.withRegion(region), Explanation.Options.defaults());
      assertThat(((Neighbors) explained.evidence()).neighbors())
          .extracting(neighbor -> neighbor.latLng().latitude())
          .containsExactlyInAnyOrder(6.0, 7.0);
      assertThat(region.contains(explained.location().latLng())).isTrue();
      Region empty = Region.around(new LatLng(60, 10), 100);
      assertThatThrownBy(() -> localizer.locate(photo.withRegion(empty)))
          .isInstanceOf(NoAnswerException.class)
          .hasMessage("the gallery holds no photo of the region given");
    }
  }
}
