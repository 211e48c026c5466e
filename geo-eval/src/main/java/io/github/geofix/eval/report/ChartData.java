package io.github.geofix.eval.report;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.report.LocatedPhoto.ScoredCell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** What report.js draws, in the shape of its JSON. Positions are [longitude, latitude]. */
final class ChartData {

  /** Points of a curve: one every few pixels of a wide screen. */
  private static final int CURVE_POINTS = 240;

  /** Ranks that papers report; 2 so that there is always more than one. */
  private static final double[] RANKS = {1, 2, 5, 10};

  private ChartData() {}

  /**
   * Shares over distances or ranks.
   *
   * @param unit {@code km} or {@code rank}
   */
  record Curves(String unit, List<Double> x, List<Double> limits, List<Curve> systems) {}

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
    return new Curves(
        "km",
        km,
        section.limitsKm(),
        curves(
            section.systems(),
            km,
            (errors, x) -> (double) errors.countWithinKm(x) / errors.size()));
  }

  /** Samples the curves at ranks evenly spaced on a logarithmic axis. */
  static Curves curves(ReportSection.RecallCurves section) {
    int last =
        section.systems().values().stream()
            .mapToInt(RetrievalReport::gallerySize)
            .max()
            .orElseThrow();
    // A logarithmic axis needs two ends.
    List<Double> ranks =
        DoubleStream.concat(
                DoubleStream.of(RANKS),
                IntStream.rangeClosed(0, CURVE_POINTS)
                    .mapToDouble(i -> Math.rint(Math.pow(last, (double) i / CURVE_POINTS))))
            .filter(rank -> rank <= Math.max(2, last))
            .sorted()
            .distinct()
            .boxed()
            .toList();
    List<Double> limits =
        Arrays.stream(RANKS).filter(rank -> rank <= last && rank != 2).boxed().toList();
    return new Curves(
        "rank",
        ranks,
        limits,
        curves(section.systems(), ranks, (report, x) -> report.recallAt(x.intValue()).accuracy()));
  }

  private static <T> List<Curve> curves(
      Map<String, T> systems, List<Double> xs, ToDoubleBiFunction<T, Double> share) {
    List<Curve> curves = new ArrayList<>();
    systems.forEach(
        (name, system) ->
            curves.add(
                new Curve(
                    name, xs.stream().map(x -> rounded(share.applyAsDouble(system, x))).toList())));
    return curves;
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

  record Cells(
      List<Double> truth,
      List<Double> guess,
      List<Cell> cells,
      List<Part> regions,
      List<Cell> path) {}

  record Part(double share, List<List<List<Double>>> border) {}

  record Cell(List<List<Double>> outline, double score, String name) {}

  static Cells cells(LocatedPhoto photo) {
    return new Cells(
        position(photo.truth()),
        position(photo.guess()),
        shapes(photo.cells()),
        photo.regions().stream()
            .map(
                region ->
                    new Part(
                        region.share(),
                        region.border().stream().map(ChartData::positions).toList()))
            .toList(),
        shapes(photo.path()));
  }

  record CellMap(List<Cell> cells, String unit) {}

  static CellMap cellMap(ReportSection.CellMap section) {
    return new CellMap(shapes(section.cells()), section.unit());
  }

  private static List<Cell> shapes(List<ScoredCell> cells) {
    return cells.stream()
        .map(cell -> new Cell(positions(cell.outline()), rounded(cell.score()), cell.name()))
        .toList();
  }

  private static List<List<Double>> positions(List<LatLng> points) {
    return points.stream().map(ChartData::position).toList();
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
