package io.github.geofix.models.recombine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Explanation.Direction;
import io.github.geofix.core.Explanation.Directions;
import io.github.geofix.core.Explanation.Heading;
import io.github.geofix.core.Explanation.HeatMap;
import io.github.geofix.core.Photo;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.StereographicFrame;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.models.Samples;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.recombine.RecombineConfig.Augment;
import io.github.geofix.models.recombine.RecombineConfig.Ground;
import io.github.geofix.models.recombine.RecombineConfig.MapTiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecombineEvidenceTest {
  private static final Explanation.Options OPTIONS = Explanation.Options.defaults().withPixels(64);

  @TempDir private Path folder;
  private Path map;

  @BeforeEach
  void drawMap() throws IOException {
    map = folder.resolve("map.png");
    ImageIO.write(Samples.noise(180, 90, 3), "png", map.toFile());
  }

  private RecombineModel model(RecombineConfig.Photos photos, ImageSpec photo) {
    RecombineConfig tiny = RecombineConfig.tiny();
    SplittableRandom random = new SplittableRandom(5);
    List<LatLng> places =
        IntStream.range(0, 12)
            .mapToObj(i -> new LatLng(random.nextDouble(-70, 70), random.nextDouble(-180, 180)))
            .toList();
    return RecombineModel.create(
        tiny.withPhotos(photos)
            .withEncoder(
                tiny.encoder()
                    .withImages(photo, ImageSpec.symmetric(16))
                    .withShared(photos instanceof RecombineConfig.Aerial))
            .withMap(map.toString(), new MapTiles(600_000, 0, 0, 3)),
        places,
        1);
  }

  private static Directions evidence(Explanation explained) {
    return (Directions) explained.evidence();
  }

  /** The feature maps of 16 pixels have 2 x 2 cells: each of four regions is one cell. */
  @Test
  void regionsThatAreOneCellMatchAsTheCellDoes() {
    try (RecombineModel model = model(new RecombineConfig.Aerial(), ImageSpec.symmetric(16))) {
      Photo photo = Photo.of(Samples.noise(40, 36, 1));
      Explanation explained = model.localizer().explain(photo, OPTIONS);
      Directions evidence = evidence(explained);
      HeatMap onPhoto = evidence.photo();
      HeatMap onTile = evidence.tile().orElseThrow();
      assertThat(List.of(onPhoto.rows(), onPhoto.columns(), onTile.rows(), onTile.columns()))
          .containsOnly(2);
      assertThat(evidence.regions())
          .extracting(Direction::fromDegrees)
          .containsExactly(180.0, 270.0, 0.0, 90.0);
      assertThat(evidence.regions().stream().mapToDouble(Direction::part).sum())
          .isCloseTo(evidence.cosine(), within(1e-6));
      for (int cell = 0; cell < 4; cell++) {
        assertThat(onPhoto.values().get(cell))
            .isCloseTo(onTile.values().get(cell), within(1e-5))
            .isBetween(-1 - 1e-6, 1 + 1e-6);
      }
      assertThat(onPhoto.picture().orElseThrow().getWidth()).isEqualTo(64);
    }
  }

  @Test
  void theTileItselfMatchesInEveryCell() {
    try (RecombineModel model = model(new RecombineConfig.Aerial(), ImageSpec.symmetric(16));
        TileSource source = TileSource.equirectangular(map)) {
      Candidate any = model.localizer().locate(Samples.noise(40, 36, 1)).candidates().get(2);
      BufferedImage view = source.view(StereographicFrame.of(any.cell().center(), 600_000), 16, 16);
      Explanation explained = model.localizer().explain(Photo.of(view), OPTIONS);
      assertThat(explained.location().candidates().get(0).cell()).isEqualTo(any.cell());
      assertThat(evidence(explained).cosine()).isCloseTo(1, within(1e-3));
      assertThat(evidence(explained).photo().values())
          .allSatisfy(value -> assertThat(value).isCloseTo(1, within(1e-2)));
    }
  }

  @Test
  void triesTheHeadingsThatThePhotoAllows() {
    Ground ground = new Ground(8, 90, Augment.NONE, false);
    try (RecombineModel model = model(ground, ImageSpec.symmetric(16).withSize(16, 32))) {
      Photo photo = Photo.of(Samples.noise(64, 32, 2));
      Explanation free = model.localizer().explain(photo, OPTIONS);
      List<Heading> headings = evidence(free).headings();
      assertThat(headings)
          .extracting(Heading::degrees)
          .containsExactly(0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0);
      Heading best =
          headings.stream().max(Comparator.comparingDouble(Heading::cosine)).orElseThrow();
      assertThat(evidence(free).cosine()).isEqualTo(best.cosine());
      assertThat(evidence(free).heading()).hasValue(best.degrees());
      assertThat(free.location().candidates().get(0).headingDegrees()).hasValue(best.degrees());

      Photo known = photo.withHeadingDegrees(140);
      Explanation facing = model.localizer().explain(known, OPTIONS);
      assertThat(evidence(facing).headings()).extracting(Heading::degrees).containsExactly(135.0);
      assertThat(facing.location().candidates())
          .allMatch(candidate -> candidate.headingDegrees().orElseThrow() == 135);
      assertThat(model.localizer().locate(known)).isEqualTo(facing.location());
    }
  }
}
