package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.Photo;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for photos of which more is known, whatever the family. */
final class RegionContractTest {
  private static final Path RESOURCES = Path.of("src/test/resources");

  /** The kept folders name a backbone of the tests. */
  private static final LoadOptions OPTIONS = LoadOptions.defaults().withAllowCode(true);

  private static final BufferedImage PHOTO = Samples.noise(40, 36, 3);

  private static Localizer localizer(String folder) {
    return Localizer.load(RESOURCES.resolve(folder), OPTIONS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"folders/embed", "folders/recombine", "folders/token", "folders/zoom"})
  void withoutMoreTheAnswerIsTheSame(String folder) {
    try (Localizer localizer = localizer(folder)) {
      Location expected = localizer.locate(PHOTO);
      assertThat(localizer.locate(Photo.of(PHOTO))).isEqualTo(expected);
      assertThat(localizer.explain(Photo.of(PHOTO), Explanation.Options.defaults()).location())
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"folders/embed", "folders/recombine", "folders/token", "folders/zoom"})
  void theAnswerLiesInTheRegion(String folder) {
    try (Localizer localizer = localizer(folder)) {
      LatLng free = localizer.locate(PHOTO).latLng();
      LatLng elsewhere = new LatLng(-free.latitude(), free.longitude() > 0 ? -60 : 60);
      for (Region region : List.of(Region.around(free, 3000), Region.around(elsewhere, 4000))) {
        Photo photo = Photo.of(PHOTO).withRegion(region);
        Location location = localizer.locate(photo);
        assertThat(region.contains(location.latLng())).isTrue();
        assertThat(location.candidates())
            .isNotEmpty()
            .allMatch(candidate -> region.contains(candidate.latLng()))
            .allMatch(candidate -> candidate.score() > 0);
        assertThat(location.candidates().stream().mapToDouble(Candidate::score).sum())
            .isLessThan(1 + 1e-9);
        assertThat(localizer.explain(photo, Explanation.Options.defaults()).location())
            .isEqualTo(location);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"folders/embed", "folders/recombine", "folders/token", "folders/zoom"})
  void theWholeEarthChangesNoScore(String folder) {
    Region earth = Region.ofTokens(List.of("1", "3", "5", "7", "9", "b"));
    try (Localizer localizer = localizer(folder)) {
      List<Candidate> free = localizer.locate(PHOTO).candidates();
      List<Candidate> inside = localizer.locate(Photo.of(PHOTO).withRegion(earth)).candidates();
      assertThat(inside).hasSameSizeAs(free);
      for (int i = 0; i < free.size(); i++) {
        assertThat(inside.get(i).cell()).isEqualTo(free.get(i).cell());
        assertThat(inside.get(i).latLng()).isEqualTo(free.get(i).latLng());
        assertThat(inside.get(i).score()).isCloseTo(free.get(i).score(), within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"folders/embed", "folders/recombine"})
  void aRegionThatTheModelDoesNotKnowHasNoAnswer(String folder) {
    Region pole = Region.around(new LatLng(-90, 0), 0.01);
    try (Localizer localizer = localizer(folder)) {
      assertThatThrownBy(() -> localizer.locate(Photo.of(PHOTO).withRegion(pole)))
          .isInstanceOf(NoAnswerException.class)
          .hasMessage("the model covers no place in the region given");
    }
  }
}
