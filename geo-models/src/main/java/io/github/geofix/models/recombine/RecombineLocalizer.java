package io.github.geofix.models.recombine;

import io.github.geofix.core.Location;
import io.github.geofix.models.answer.BatchLocalizer;
import io.github.geofix.models.calibration.Calibration;
import java.util.Arrays;
import java.util.List;

/** Turns the scores of the gallery's places into locations. */
final class RecombineLocalizer extends BatchLocalizer {
  private final RecombineModel model;

  RecombineLocalizer(RecombineModel model) {
    super(model.config().photo());
    this.model = model;
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    Gallery gallery = model.gallery();
    Calibration calibration = model.calibration();
    double scale = model.scale() / calibration.temperature();
    return Arrays.stream(model.cosines(gallery, photos, count))
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
