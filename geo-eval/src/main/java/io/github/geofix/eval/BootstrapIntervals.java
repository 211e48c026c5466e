package io.github.geofix.eval;

import io.github.geofix.core.geodesy.LatLng;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Figures of a report with intervals by bootstrap.
 *
 * @param over {@code photos} or {@code places}
 * @param drawn the number of photos or places that are drawn
 * @param resamples the number of times that all are drawn
 * @param seed the seed
 * @param byName the figures; shares are 0 to 1
 */
record BootstrapIntervals(
    String over, int drawn, int resamples, long seed, Map<String, Bootstrap.Interval> byName) {

  static BootstrapIntervals of(
      DistanceReport report, List<LatLng> truths, PhotoReport.Resampling resampling) {
    OptionalInt level = resampling.placeLevel();
    int[] places =
        level.isPresent()
            ? Bootstrap.placesOf(truths, level.getAsInt())
            : IntStream.range(0, truths.size()).toArray();
    double[] km = report.errors().toArray();
    Map<String, ToDoubleFunction<double[]>> figures = new LinkedHashMap<>();
    for (double limit : report.limitsKm()) {
      figures.put(
          "within " + DistanceReport.plain(limit) + " km",
          errors -> {
            int within = 0;
            for (double error : errors) {
              within += error <= limit ? 1 : 0;
            }
            return (double) within / errors.length;
          });
    }
    figures.put("median km", Quantile::median);
    figures.put("mean km", errors -> Arrays.stream(errors).sum() / errors.length);
    figures.put(
        "game score",
        errors -> Arrays.stream(errors).map(DistanceErrors::score).sum() / errors.length);
    Map<String, ToDoubleFunction<int[]>> ofPhotos = new LinkedHashMap<>();
    figures.forEach(
        (name, figure) -> ofPhotos.put(name, photos -> figure.applyAsDouble(chosen(km, photos))));
    return of(resampling.bootstrap(), places, level.isPresent(), ofPhotos);
  }

  /** Draws photos, or places with all of their photos. */
  static BootstrapIntervals of(
      Bootstrap bootstrap,
      int[] placeOf,
      boolean overPlaces,
      Map<String, ToDoubleFunction<int[]>> figures) {
    Map<String, Bootstrap.Interval> byName = new LinkedHashMap<>();
    figures.forEach((name, figure) -> byName.put(name, bootstrap.interval(placeOf, figure)));
    return new BootstrapIntervals(
        overPlaces ? "places" : "photos",
        (int) Arrays.stream(placeOf).distinct().count(),
        bootstrap.resamples(),
        bootstrap.seed(),
        byName);
  }

  private static double[] chosen(double[] km, int[] photos) {
    double[] errors = new double[photos.length];
    for (int i = 0; i < errors.length; i++) {
      errors[i] = km[photos[i]];
    }
    return errors;
  }

  String title() {
    return String.format(Locale.ROOT, "Intervals by bootstrap over %,d %s", drawn, over);
  }

  Table table() {
    return table(byName);
  }

  static Table table(Map<String, Bootstrap.Interval> byName) {
    Table table = new Table("metric", "value", "95 % interval");
    byName.forEach(
        (name, interval) -> {
          boolean share =
              name.startsWith("within ") || name.startsWith("R@") || name.startsWith("hit rate");
          table.row(
              name,
              shown(share, interval.value()) + (share ? " %" : ""),
              shown(share, interval.low()) + " to " + shown(share, interval.high()));
        });
    return table;
  }

  private static String shown(boolean share, double value) {
    return share ? Table.percent(value) : DistanceReport.km(value);
  }
}
