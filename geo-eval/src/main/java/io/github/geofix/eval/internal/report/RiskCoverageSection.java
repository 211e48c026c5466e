package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.summary;

import io.github.geofix.eval.RiskCoverage;
import io.github.geofix.eval.Table;
import j2html.tags.DomContent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The share of wrong answers by the share of photos answered, a curve for each system. */
final class RiskCoverageSection extends ReportSection {
  private static final double[] COVERAGES = {0.1, 0.25, 0.5, 0.75, 1};

  private final Map<String, RiskCoverage> systems;

  RiskCoverageSection(String title, String note, Map<String, RiskCoverage> systems) {
    super(title, note);
    this.systems = Collections.unmodifiableMap(new LinkedHashMap<>(systems));
  }

  private record Line(String name, List<RiskCoverage.Point> points) {}

  @Override
  DomContent content(String id) {
    List<Line> lines = new ArrayList<>();
    systems.forEach((name, curve) -> lines.add(new Line(name, curve.points())));
    return figure(
            Html.data(lines),
            div().withClass("plot"),
            details(
                summary("The same in numbers"),
                Html.scrollable(Html.table(numbers()), "Wrong answers by photos answered")))
        .withClass("chart")
        .attr("data-chart", "risk");
  }

  private Table numbers() {
    List<String> columns = new ArrayList<>(List.of("photos answered"));
    columns.addAll(systems.keySet());
    Table table = new Table(columns);
    for (double coverage : COVERAGES) {
      List<String> row = new ArrayList<>();
      row.add(Html.percent(coverage) + " %");
      systems
          .values()
          .forEach(curve -> row.add(Html.percent(riskAt(curve, coverage)) + " % wrong"));
      table.row(row);
    }
    List<String> areas = new ArrayList<>(List.of("area under the curve"));
    systems
        .values()
        .forEach(
            curve ->
                areas.add(
                    String.format(
                        Locale.ROOT, "%.3f (%.3f at best)", curve.area(), curve.optimum())));
    table.row(areas);
    return table;
  }

  /** Returns the risk at the first point that answers as many photos. */
  private static double riskAt(RiskCoverage curve, double coverage) {
    return curve.points().stream()
        .filter(point -> point.coverage() >= coverage - 1e-9)
        .findFirst()
        .orElse(curve.points().get(curve.points().size() - 1))
        .risk();
  }
}
