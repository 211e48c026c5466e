package io.github.geofix.models.recombine;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.internal.Answer;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.calibration.Temperature;
import java.util.List;
import java.util.OptionalInt;
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

  @Override
  protected Answer answer(float[] pixels, Photo photo, Explanation.Options options) {
    Gallery gallery = matcher.gallery();
    Calibration calibration = model.calibration();
    double scale = matcher.scale() / calibration.temperature();
    OptionalInt heading = matcher.headingOf(photo.headingDegrees());
    GallerySearch.Matches matches = matcher.matches(gallery, pixels, heading);
    Location location =
        locationWithin(
            photo.region(),
            gallery.places(),
            Temperature.softmax(matches.cosines()[0], scale),
            model.answerOptions(),
            calibration,
            place -> matches.heading(0, place));
    S2Cell best = (S2Cell) location.candidates().get(0).cell();
    int place = gallery.places().labelOfCell(best.id());
    return new Answer(location, () -> matcher.evidence(pixels, gallery, place, heading, options));
  }
}
