package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.summary;

import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.Table;
import j2html.tags.DomContent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The share of photos within each distance, as a curve over the distance. */
final class ErrorCurvesSection extends ReportSection {
  private static final double[] QUANTILES = {0.1, 0.25, 0.5, 0.75, 0.9, 0.95};

  private final Map<String, DistanceErrors> systems;
  private final List<Double> limitsKm;

  ErrorCurvesSection(
      String title, String note, Map<String, DistanceErrors> systems, List<Double> limitsKm) {
    super(title, note);
    this.systems = Collections.unmodifiableMap(new LinkedHashMap<>(systems));
    this.limitsKm = List.copyOf(limitsKm);
  }

  @Override
  DomContent content(String id) {
    return figure(
            Html.data(curves()),
            div().withClass("plot"),
            details(
                summary("The same in numbers"),
                Html.scrollable(
                    Html.table(quantiles()), "Errors that a share of the photos does not exceed")))
        .withClass("chart")
        .attr("data-chart", "curves");
  }

  @Override
  boolean showsDistances() {
    return true;
  }

  private Table quantiles() {
    List<String> columns = new ArrayList<>(List.of("share of photos"));
    columns.addAll(systems.keySet());
    Table quantiles = new Table(columns);
    for (double q : QUANTILES) {
      List<String> row = new ArrayList<>();
      row.add(String.format(Locale.ROOT, "%.0f %%", 100 * q));
      systems.values().forEach(errors -> row.add("≤ " + Html.distance(errors.quantileKm(q))));
      quantiles.row(row);
    }
    return quantiles;
  }

  /** Samples the curves at distances evenly spaced on a logarithmic axis. */
  private CurveData curves() {
    double first = limitsKm.stream().mapToDouble(km -> km).min().orElse(1);
    double from = Math.max(0.001, Math.min(first, 10) / 10);
    double ratio = DistanceErrors.WORST_KM / from;
    // The limits are sampled too, so that curve and table agree there.
    List<Double> km =
        DoubleStream.concat(
                IntStream.rangeClosed(0, CurveData.POINTS)
                    .mapToDouble(i -> from * Math.pow(ratio, (double) i / CurveData.POINTS)),
                limitsKm.stream().mapToDouble(limit -> limit))
            .sorted()
            .map(value -> Double.parseDouble(String.format(Locale.ROOT, "%.5g", value)))
            .distinct()
            .boxed()
            .toList();
    return CurveData.of(
        "km",
        km,
        limitsKm,
        systems,
        (errors, x) -> (double) errors.countWithinKm(x) / errors.size());
  }
}
