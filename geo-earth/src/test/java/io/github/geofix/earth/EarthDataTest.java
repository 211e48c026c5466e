package io.github.geofix.earth;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pictures that come with the project. */
class EarthDataTest {
  private static final EarthData DATA = EarthData.read(Path.of("../examples/data/earth"));
  private static final EarthPhotoOptions OPTIONS = EarthPhotoOptions.defaults().withSeed(9);

  @Test
  void landIsWhereItIs() {
    LandMap land = DATA.land();
    for (LatLng point :
        List.of(
            new LatLng(47, 8),
            new LatLng(24, 10),
            new LatLng(-5, -62),
            new LatLng(-25, 134),
            new LatLng(72, -40))) {
      assertThat(land.isWater(point)).as("%s", point).isFalse();
    }
    for (LatLng point : List.of(new LatLng(35, 18), new LatLng(0, -30), new LatLng(43, 34))) {
      assertThat(land.isWater(point)).as("%s", point).isTrue();
    }
  }

  @Test
  void trainingCutsFromBothPictures() {
    List<EarthPhoto> photos = DATA.trainingPhotos(OPTIONS.withPixels(8)).photos(0, 200);
    assertThat(photos).filteredOn(photo -> photo.rendering() == 1).hasSizeBetween(65, 135);
  }

  /** Shifted or mirrored pictures would leave no coast where the reference has it. */
  @ParameterizedTest
  @EnumSource(EarthData.TestRendering.class)
  void picturesLieOnTheReference(EarthData.TestRendering rendering) {
    EarthPhotos photos = DATA.testPhotos(rendering, OPTIONS.withLooks(0, 0));
    int near = 0;
    int apart = 0;
    for (EarthPhoto photo : photos.photos(0, 300)) {
      float[] vector = TemplateMatcher.vector(EarthImage.pixels(photo.image()));
      near += correlates(vector, photo.view()) ? 1 : 0;
      LatLng center = photo.latLng();
      LatLng elsewhere = LatLng.wrapped(-center.latitude(), center.longitude() + 90);
      apart += correlates(vector, new EarthView(elsewhere, photo.view().sizeDegrees(), 0)) ? 1 : 0;
    }
    assertThat(near).isGreaterThan(3 * apart);
  }

  private static boolean correlates(float[] vector, EarthView view) {
    float[] reference = TemplateMatcher.vector(EarthImage.pixels(DATA.reference().crop(view, 32)));
    double correlation = 0;
    for (int i = 0; i < vector.length; i++) {
      correlation += vector[i] * reference[i];
    }
    return correlation > 0.5;
  }

  @Test
  void searchLocatesMostPhotosOfMay() {
    EarthPhotos photos =
        DATA.testPhotos(EarthData.TestRendering.MAY, OPTIONS.withLatitudes(10, 40));
    List<EarthPhoto> sample = photos.photos(0, 100);
    List<LatLng> guesses =
        EarthBaselines.of(DATA.reference(), LandCells.of(photos, 5))
            .correlationSearch(sample.stream().map(EarthPhoto::image).toList());
    int within = 0;
    for (int i = 0; i < sample.size(); i++) {
      within += GreatCircle.distanceKm(guesses.get(i), sample.get(i).latLng()) <= 200 ? 1 : 0;
    }
    // Over all latitudes it is 69 % of 1,000.
    assertThat(within).isGreaterThan(50);
  }
}
