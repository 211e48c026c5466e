package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.each;
import static j2html.TagCreator.span;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.tr;

import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Share;
import j2html.tags.DomContent;
import j2html.tags.specialized.TdTag;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Distance reports as a table, one row a report, with their intervals drawn. */
final class DistanceTable {
  private DistanceTable() {}

  /**
   * Returns the table.
   *
   * @param column what a row is, such as {@code system}
   * @param reports the reports by name, at least 1, all with the same limits
   * @param own the row that the page is about; with it the best figures of several rows are marked
   */
  static DomContent of(String column, Map<String, DistanceReport> reports, Optional<String> own) {
    List<Double> limitsKm = reports.values().iterator().next().limitsKm();
    boolean marksBest = own.isPresent() && reports.size() > 1;
    double bestMedian =
        reports.values().stream().mapToDouble(DistanceReport::medianKm).min().orElseThrow();
    return table(
            thead(
                tr(
                    th(column).attr("scope", "col"),
                    each(limitsKm, limit -> th(within(limit)).attr("scope", "col")),
                    th("median error").attr("scope", "col"),
                    th("photos").attr("scope", "col"))),
            tbody(
                each(
                    reports.entrySet(),
                    row ->
                        tr(
                                th(row.getKey()).attr("scope", "row"),
                                each(
                                    limitsKm,
                                    limit ->
                                        share(row.getValue().errors().withinKm(limit))
                                            .attr("data-label", within(limit))
                                            .withCondClass(
                                                marksBest && isBest(reports, row.getValue(), limit),
                                                "best")),
                                td(Html.distance(row.getValue().medianKm()))
                                    .attr("data-label", "median error")
                                    .withCondClass(
                                        marksBest && row.getValue().medianKm() == bestMedian,
                                        "best"),
                                td(String.valueOf(row.getValue().count()))
                                    .attr("data-label", "photos"))
                            .withCondClass(own.filter(row.getKey()::equals).isPresent(), "own"))))
        .withClass("comparison");
  }

  private static String within(double limitKm) {
    return "≤ " + Html.distance(limitKm);
  }

  private static boolean isBest(
      Map<String, DistanceReport> reports, DistanceReport report, double limitKm) {
    double best =
        reports.values().stream()
            .mapToDouble(other -> other.accuracyWithinKm(limitKm))
            .max()
            .orElseThrow();
    return best > 0 && report.accuracyWithinKm(limitKm) == best;
  }

  private static TdTag share(Share share) {
    return td(
        span(Html.percent(share.accuracy()) + " %").withClass("value"),
        Html.bar(share),
        span(Html.interval(share)).withClass("detail"));
  }
}
