package io.github.geofix.examples;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Location.ScoreRegion;
import java.nio.file.Path;

/** Locates a photo with a saved model. */
final class Locate {
  private Locate() {}

  public static void main(String[] args) {
    try (Localizer localizer = Localizer.load(Path.of("out/model"))) {
      Location location = localizer.locate(Path.of("out/photos/may-1.png"));
      System.out.println(location.latLng());
      for (Candidate candidate : location.candidates()) {
        System.out.printf("%s  %.3f%n", candidate.latLng(), candidate.score());
      }
    }
    showRegions();
  }

  private static void showRegions() {
    try (Localizer localizer = Localizer.load(Path.of("out/model"))) {
      Location location = localizer.locate(Path.of("out/photos/may-1.png"));
      for (ScoreRegion region : location.regions()) {
        System.out.printf(
            "%.0f %% within %,.0f km2%n", 100 * region.share(), region.region().areaKm2());
      }
    }
  }
}
