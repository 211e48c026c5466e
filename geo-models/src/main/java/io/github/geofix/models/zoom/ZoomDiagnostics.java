package io.github.geofix.models.zoom;

import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;

/** Measurements of a {@link ZoomModel} that explain its answers. */
public final class ZoomDiagnostics {
  private ZoomDiagnostics() {}

  /**
   * Returns the teacher-forced choices of a model: the child with the highest score at each step
   * when the model stands in the true cell of that step, whatever it chose before.
   *
   * @param photos upright, one for each place; a control passes the photos of other places
   * @param places within the grid
   * @return one path for each photo
   * @throws IllegalArgumentException if the lists differ in length or a place is outside the grid
   */
  public static List<CellPath> teacherForcedChoices(
      ZoomModel model, List<BufferedImage> photos, List<LatLng> places) {
    if (photos.size() != places.size()) {
      throw new IllegalArgumentException(
          Count.of(photos.size(), "photos do not pair with ") + Count.of(places.size(), "places"));
    }
    return IntStream.range(0, photos.size())
        .mapToObj(
            i -> model.inference().bestChildren(photos.get(i), model.grid().pathOf(places.get(i))))
        .toList();
  }
}
