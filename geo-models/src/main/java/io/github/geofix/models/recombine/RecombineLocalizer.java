package io.github.geofix.models.recombine;

import io.github.geofix.core.Location;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.calibration.Temperature;
import java.util.List;
import java.util.stream.IntStream;

/** Locates photos at the best places of the gallery. */
final class RecombineLocalizer extends BatchLocalizer {
  private final RecombineModel model;
  private final RecombineMatcher matcher;

  RecombineLocalizer(RecombineModel model, RecombineMatcher matcher) {
    super(model.config().encoder().photo(), model.photoLimits());
    this.model = model;
    this.matcher = matcher;
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    Gallery gallery = matcher.gallery();
    Calibration calibration = model.calibration();
    double scale = matcher.scale() / calibration.temperature();
    GallerySearch.Matches matches = matcher.matches(gallery, photos, count);
    return IntStream.range(0, count)
        .mapToObj(
            photo ->
                location(
                    gallery.places(),
                    Temperature.softmax(matches.cosines()[photo], scale),
                    model.answerOptions(),
                    calibration,
                    place -> matches.heading(photo, place)))
        .toList();
  }
}
