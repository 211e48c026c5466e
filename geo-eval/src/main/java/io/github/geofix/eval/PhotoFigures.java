package io.github.geofix.eval;

import com.google.gson.JsonObject;
import io.github.geofix.eval.PhotoReport.Headings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The figures of a {@link PhotoReport} as text, tables and JSON. */
record PhotoFigures(PhotoReport report, @Nullable BootstrapIntervals intervals) {
  private static final double[] HEADING_DEGREES = {10, 45, 90};

  String markdown() {
    StringBuilder text = new StringBuilder(report.distances().toMarkdown());
    append(text, "By continent", DistanceReport.table("continent", report.continents()));
    if (!report.cells().isEmpty()) {
      append(text, "By cell", DistanceReport.table("cell", report.cells()));
    }
    append(text, "Other figures", others());
    if (intervals != null) {
      append(text, intervals.title(), intervals.table());
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String heading, Table table) {
    text.append("\n### ").append(heading).append("\n\n").append(table.toMarkdown());
  }

  Table others() {
    Table table = new Table("metric", "value", "95 % interval");
    metrics().forEach((name, metric) -> table.row(name, metric.shown(), metric.interval()));
    return table;
  }

  private Map<String, Metric> metrics() {
    Map<String, Metric> metrics = new LinkedHashMap<>();
    metrics.put("continent right", Metric.of(report.hierarchy().continent()));
    metrics.put("country right", Metric.of(report.hierarchy().country()));
    Share region = report.hierarchy().region();
    if (region != null) {
      metrics.put("named region right", Metric.of(region));
    }
    metrics.put("hierarchical path score", Metric.of(report.hierarchy().meanPathScore()));
    report
        .negativeLogLikelihood()
        .ifPresent(nats -> metrics.put("negative log likelihood, nats per km2", Metric.of(nats)));
    report
        .headings()
        .ifPresent(
            errors -> {
              metrics.put("heading error median degrees", Metric.of(errors.medianDegrees()));
              metrics.put("heading error mean degrees", Metric.of(errors.meanDegrees()));
              for (double degrees : HEADING_DEGREES) {
                metrics.put(
                    "heading within " + DistanceReport.plain(degrees) + " degrees",
                    Metric.of(errors.within(degrees)));
              }
            });
    report
        .sequences()
        .ifPresent(
            all -> {
              metrics.put("sequence right at every step", Metric.of(all.strict()));
              for (int step = 1; step < all.prefixes().size(); step++) {
                metrics.put(
                    "sequence right up to step " + step, Metric.of(all.prefixes().get(step - 1)));
              }
            });
    report
        .reliability()
        .ifPresent(
            curve ->
                metrics.put(
                    "expected calibration error within "
                        + DistanceReport.plain(report.rightKm())
                        + " km",
                    Metric.of(curve.expectedCalibrationError())));
    report
        .riskCoverage()
        .ifPresent(
            curve -> {
              String limit = " within " + DistanceReport.plain(report.rightKm()) + " km";
              metrics.put("area under risk-coverage curve" + limit, Metric.of(curve.area()));
              metrics.put("least possible area" + limit, Metric.of(curve.optimum()));
            });
    report
        .placeDistribution()
        .ifPresent(
            places -> {
              metrics.put("precision of places", Metric.of(places.precision()));
              metrics.put("recall of places", Metric.of(places.recall()));
              metrics.put("density of places", Metric.of(places.density()));
              metrics.put("coverage of places", Metric.of(places.coverage()));
            });
    return metrics;
  }

  String csv() {
    Table table = new Table("group", "photos", "metric", "value", "low", "high");
    addRows(table, "all", report.distances());
    report.continents().forEach((name, part) -> addRows(table, "continent " + name, part));
    report.cells().forEach((name, part) -> addRows(table, "cell " + name, part));
    metrics()
        .forEach((name, metric) -> metric.addTo(table, "all", report.distances().count(), name));
    if (intervals != null) {
      String group = intervals.title();
      report
          .intervals()
          .forEach(
              (name, interval) ->
                  new Metric(interval.value(), interval.low(), interval.high())
                      .addTo(table, group, report.distances().count(), name));
    }
    return table.toCsv();
  }

  private static void addRows(Table table, String group, DistanceReport part) {
    Metric.of(part.summary())
        .forEach((name, metric) -> metric.addTo(table, group, part.count(), name));
  }

  Map<String, Share> shares() {
    Map<String, Share> shares = new LinkedHashMap<>();
    for (double km : report.distances().limitsKm()) {
      shares.put(
          km < 1
              ? "R@" + DistanceReport.plain(Math.rint(km * 1e6) / 1e3) + "m"
              : "acc@" + DistanceReport.plain(km) + "km",
          report.distances().errors().withinKm(km));
    }
    return shares;
  }

  JsonObject json() {
    JsonObject json = report.distances().toJsonObject();
    json.add("continents", DistanceJson.tree(summaries(report.continents())));
    json.add("hierarchy", DistanceJson.tree(report.hierarchy()));
    report
        .negativeLogLikelihood()
        .ifPresent(
            nats -> {
              // JSON has no infinity.
              if (Double.isFinite(nats)) {
                json.addProperty("negativeLogLikelihood", nats);
              }
            });
    if (intervals != null) {
      json.add("bootstrap", DistanceJson.tree(intervals));
    }
    if (!report.cells().isEmpty()) {
      json.add("cells", DistanceJson.tree(summaries(report.cells())));
    }
    report.headings().ifPresent(errors -> json.add("headings", DistanceJson.tree(figures(errors))));
    report.sequences().ifPresent(all -> json.add("sequences", DistanceJson.tree(all)));
    report
        .reliability()
        .ifPresent(
            curve -> {
              json.add("reliability", DistanceJson.tree(curve));
              json.addProperty("reliabilityRightKm", report.rightKm());
            });
    report.riskCoverage().ifPresent(curve -> json.add("riskCoverage", DistanceJson.tree(curve)));
    report
        .placeDistribution()
        .ifPresent(places -> json.add("placeDistribution", DistanceJson.tree(places)));
    return json;
  }

  private static Map<String, DistanceReport.Summary> summaries(Map<String, DistanceReport> groups) {
    Map<String, DistanceReport.Summary> summaries = new LinkedHashMap<>();
    groups.forEach((name, part) -> summaries.put(name, part.summary()));
    return summaries;
  }

  private static Map<String, Object> figures(Headings errors) {
    Map<String, Share> within = new LinkedHashMap<>();
    for (double degrees : HEADING_DEGREES) {
      within.put(DistanceReport.plain(degrees), errors.within(degrees));
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("count", errors.count());
    figures.put("medianDegrees", errors.medianDegrees());
    figures.put("meanDegrees", errors.meanDegrees());
    figures.put("withinDegrees", within);
    return figures;
  }
}
