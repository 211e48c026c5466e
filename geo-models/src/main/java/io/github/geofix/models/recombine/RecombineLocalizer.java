package io.github.geofix.models.recombine;

import io.github.geofix.core.Location;
import io.github.geofix.models.answer.BatchLocalizer;
import io.github.geofix.models.calibration.Calibration;
import java.util.Arrays;
import java.util.List;

/** Locates photos at the best places of the gallery. */
final class RecombineLocalizer extends BatchLocalizer {
  private final RecombineModel model;
  private final RecombineMatcher matcher;

  RecombineLocalizer(RecombineModel model, RecombineMatcher matcher) {
    super(model.config().encoder().photo());
    this.model = model;
    this.matcher = matcher;
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    Gallery gallery = matcher.gallery();
    Calibration calibration = model.calibration();
    double scale = matcher.scale() / calibration.temperature();
    return Arrays.stream(matcher.matches(gallery, photos, count).cosines())
        .map(cosines -> GallerySearch.scores(cosines, scale))
        .map(
            scores ->
                location(
                    gallery.places(),
                    scores,
                    model.answerOptions().candidates(),
                    model.answerOptions().meanKm(),
                    calibration.regionShares()))
        .toList();
  }
}
