package io.github.geofix.eval;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One figure of a report.
 *
 * @param value the figure
 * @param low the lower end of its interval, if it is a share
 * @param high the upper end
 */
record Metric(double value, @Nullable Double low, @Nullable Double high) {

  static Metric of(Share share) {
    return new Metric(share.accuracy(), share.low(), share.high());
  }

  static Metric of(double value) {
    return new Metric(value, null, null);
  }

  /** Returns the figures of a distance report by name. */
  static Map<String, Metric> of(DistanceReport.Summary summary) {
    Map<String, Metric> metrics = new LinkedHashMap<>();
    summary.withinKm().forEach((km, share) -> metrics.put("within " + km + " km", of(share)));
    metrics.put("median km", of(summary.medianKm()));
    metrics.put("mean km", of(summary.meanKm()));
    summary.quantilesKm().forEach((q, km) -> metrics.put("quantile " + q + " km", of(km)));
    metrics.put("game score", of(summary.meanScore()));
    return metrics;
  }

  /** Returns the figure for people. */
  String shown() {
    return low == null ? String.format(Locale.ROOT, "%.3f", value) : Table.percent(value) + " %";
  }

  /** Returns the interval for people; empty if there is none. */
  String interval() {
    return low == null || high == null ? "" : Table.percent(low) + " to " + Table.percent(high);
  }

  /** Appends the row of the figure to a table of group, photos, metric, value, low, high. */
  void addTo(Table table, String group, int photos, String name) {
    table.row(
        group,
        Integer.toString(photos),
        name,
        Double.toString(value),
        low == null ? "" : Double.toString(low),
        high == null ? "" : Double.toString(high));
  }
}
