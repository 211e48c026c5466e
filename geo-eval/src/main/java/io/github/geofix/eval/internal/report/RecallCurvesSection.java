package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.div;
import static j2html.TagCreator.figure;

import io.github.geofix.eval.RetrievalReport;
import j2html.tags.DomContent;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The share of queries with a positive among their K best rows, as a curve over K. */
final class RecallCurvesSection extends ReportSection {

  /** Ranks that papers report; 2 so that there is always more than one. */
  private static final double[] RANKS = {1, 2, 5, 10};

  private final Map<String, RetrievalReport> systems;

  RecallCurvesSection(String title, String note, Map<String, RetrievalReport> systems) {
    super(title, note);
    this.systems = Collections.unmodifiableMap(new LinkedHashMap<>(systems));
  }

  @Override
  DomContent content(String id) {
    return figure(Html.data(curves()), div().withClass("plot"))
        .withClass("chart")
        .attr("data-chart", "curves");
  }

  /** Samples the curves at ranks evenly spaced on a logarithmic axis. */
  private CurveData curves() {
    int last = systems.values().stream().mapToInt(RetrievalReport::gallerySize).max().orElseThrow();
    // A logarithmic axis needs two ends.
    List<Double> ranks =
        DoubleStream.concat(
                DoubleStream.of(RANKS),
                IntStream.rangeClosed(0, CurveData.POINTS)
                    .mapToDouble(i -> Math.rint(Math.pow(last, (double) i / CurveData.POINTS))))
            .filter(rank -> rank <= Math.max(2, last))
            .sorted()
            .distinct()
            .boxed()
            .toList();
    List<Double> limits =
        Arrays.stream(RANKS).filter(rank -> rank <= last && rank != 2).boxed().toList();
    return CurveData.of(
        "rank", ranks, limits, systems, (report, x) -> report.recallAt(x.intValue()).accuracy());
  }
}
