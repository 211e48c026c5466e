package io.github.geofix.train;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.train.Examples;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Photos not trained on.
 *
 * @param examples for the loss
 * @param located returns the share of them that the model locates within a distance in meters; null
 *     if it cannot be measured
 */
record Validation(Examples examples, @Nullable DoubleUnaryOperator located) {

  /** Checks that there are photos. */
  Validation {
    if (examples.size() == 0) {
      throw new IllegalArgumentException("there are no photos to validate on");
    }
  }

  /**
   * Checks that photos can be located.
   *
   * @throws IllegalArgumentException if only the loss is known
   */
  void requireShare() {
    if (located == null) {
      throw new IllegalArgumentException(
          "stopping.withinMeters needs validation photos that the model locates, not examples"
              + " alone: set it to 0, or validate on photos");
    }
  }

  double shareWithin(double meters) {
    requireShare();
    return located == null ? Double.NaN : located.applyAsDouble(meters);
  }

  /** Locates photos with a model as it is now. */
  static double located(GeoModel model, PhotoSource photos, double meters) {
    int within = 0;
    try (Localizer localizer = model.localizer()) {
      for (int i = 0; i < photos.size(); i++) {
        PhotoSource.LabeledPhoto photo = photos.photo(0, i);
        Optional<Location> found = locate(localizer, photo);
        if (found.isPresent()
            && GreatCircle.distanceKm(found.get().latLng(), photo.latLng()) * 1000 <= meters) {
          within++;
        }
      }
    }
    return (double) within / photos.size();
  }

  /** By the file where there is one: models may read what is beside it. */
  private static Optional<Location> locate(Localizer localizer, PhotoSource.LabeledPhoto photo) {
    if (photo.file().isPresent()) {
      Path file = photo.file().get();
      Location[] found = new Location[1];
      localizer.locateEach(
          List.of(file),
          outcome -> {
            if (outcome instanceof PhotoOutcome.Located located) {
              found[0] = located.location();
            } else if (outcome instanceof PhotoOutcome.Failed failed) {
              throw failed.error();
            }
          });
      return Optional.ofNullable(found[0]);
    }
    try {
      return Optional.of(localizer.locate(photo.image()));
    } catch (NoAnswerException e) {
      return Optional.empty();
    }
  }
}
