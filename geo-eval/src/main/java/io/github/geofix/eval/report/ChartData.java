package io.github.geofix.eval.report;

import io.github.geofix.core.LatLng;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.report.LocatedPhoto.ScoredCell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** What report.js draws, in the shape of its JSON. Positions are [longitude, latitude]. */
final class ChartData {

  /** Points of a curve: one every few pixels of a wide screen. */
  private static final int CURVE_POINTS = 240;

  private ChartData() {}

  record Curves(List<Double> km, List<Double> limits, List<Curve> systems) {}

  record Curve(String name, List<Double> shares) {}

  /** Samples the curves at distances evenly spaced on a logarithmic axis. */
  static Curves curves(ReportSection.ErrorCurves section) {
    double first = section.limitsKm().stream().mapToDouble(km -> km).min().orElse(1);
    double from = Math.max(0.001, Math.min(first, 10) / 10);
    double ratio = DistanceErrors.WORST_KM / from;
    // The limits are sampled too, so that the curve reads exactly what the table says there.
    List<Double> km =
        DoubleStream.concat(
                IntStream.rangeClosed(0, CURVE_POINTS)
                    .mapToDouble(i -> from * Math.pow(ratio, (double) i / CURVE_POINTS)),
                section.limitsKm().stream().mapToDouble(limit -> limit))
            .sorted()
            .map(value -> Double.parseDouble(String.format(Locale.ROOT, "%.5g", value)))
            .distinct()
            .boxed()
            .toList();
    List<Curve> curves = new ArrayList<>();
    section
        .systems()
        .forEach(
            (name, errors) ->
                curves.add(
                    new Curve(
                        name,
                        km.stream()
                            .map(x -> rounded((double) errors.countWithinKm(x) / errors.size()))
                            .toList())));
    return new Curves(km, section.limitsKm(), curves);
  }

  record Arcs(List<Arc> arcs) {}

  record Arc(String name, List<Double> truth, List<Double> guess, String kind, String error) {}

  static Arcs arcs(ReportSection.WorldMap section) {
    return new Arcs(
        section.photos().stream()
            .map(
                photo ->
                    new Arc(
                        photo.name(),
                        position(photo.truth()),
                        position(photo.guess()),
                        HtmlPage.kind(photo, section.nearKm(), section.farKm()),
                        HtmlPage.distance(photo.errorKm())))
            .toList());
  }

  record Cells(List<Double> truth, List<Double> guess, List<Cell> cells) {}

  record Cell(List<List<Double>> outline, double score, String name) {}

  static Cells cells(LocatedPhoto photo) {
    return new Cells(position(photo.truth()), position(photo.guess()), shapes(photo.cells()));
  }

  record CellMap(List<Cell> cells, String unit) {}

  static CellMap cellMap(ReportSection.CellMap section) {
    return new CellMap(shapes(section.cells()), section.unit());
  }

  private static List<Cell> shapes(List<ScoredCell> cells) {
    return cells.stream()
        .map(
            cell ->
                new Cell(
                    cell.outline().stream().map(ChartData::position).toList(),
                    rounded(cell.score()),
                    cell.name()))
        .toList();
  }

  /** Within 0.0001 degrees, about 10 m: less than a pixel, and half of the page's bytes. */
  private static List<Double> position(LatLng point) {
    return List.of(
        Math.rint(point.longitude() * 1e4) / 1e4, Math.rint(point.latitude() * 1e4) / 1e4);
  }

  private static double rounded(double share) {
    return Math.rint(share * 1e5) / 1e5;
  }
}
