package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.summary;

import io.github.geofix.eval.PhotoReport.Reliability;
import io.github.geofix.eval.Table;
import j2html.tags.DomContent;

/** A reliability diagram: the share of right answers by score. */
final class ReliabilitySection extends ReportSection {
  private final Reliability reliability;

  ReliabilitySection(String title, String note, Reliability reliability) {
    super(title, note);
    this.reliability = reliability;
  }

  @Override
  DomContent content(String id) {
    return figure(
            Html.data(reliability),
            div().withClass("plot"),
            figcaption(
                "Expected calibration error "
                    + Html.percent(reliability.expectedCalibrationError())
                    + " %. A dot is the photos of one range of scores, larger for more of them, a"
                    + " line its 95 % interval. On the diagonal, a score is the chance to be"
                    + " right."),
            details(summary("The same in numbers"), Html.scrollable(Html.table(bins()), title())))
        .withClass("chart")
        .attr("data-chart", "reliability");
  }

  private Table bins() {
    Table table = new Table("score", "photos", "mean score", "right", "95 % interval");
    reliability
        .bins()
        .forEach(
            bin ->
                table.row(
                    Html.percent(bin.low()) + " – " + Html.percent(bin.high()) + " %",
                    String.valueOf(bin.count()),
                    Html.percent(bin.meanScore()) + " %",
                    Html.percent(bin.accuracy().accuracy()) + " %",
                    Html.interval(bin.accuracy())));
    return table;
  }
}
