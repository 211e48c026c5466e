package io.github.geofix.eval.internal.report;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.internal.report.LocatedPhoto.ScoredCell;
import java.util.List;

/**
 * A cell in the JSON that report.js draws. Positions are [longitude, latitude].
 *
 * @param outline its corners
 * @param score its score
 * @param name its name
 */
record CellShape(List<List<Double>> outline, double score, String name) {

  static List<CellShape> of(List<ScoredCell> cells) {
    return cells.stream()
        .map(
            cell ->
                new CellShape(positions(cell.outline()), Html.rounded(cell.score()), cell.name()))
        .toList();
  }

  static List<List<Double>> positions(List<LatLng> points) {
    return points.stream().map(CellShape::position).toList();
  }

  /** Within 0.00001 degrees, about 1 m: less than a pixel, and half of the page's bytes. */
  static List<Double> position(LatLng point) {
    return List.of(
        Math.rint(point.longitude() * 1e5) / 1e5, Math.rint(point.latitude() * 1e5) / 1e5);
  }
}
