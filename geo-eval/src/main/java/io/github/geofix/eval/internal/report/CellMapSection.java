package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.div;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;

import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.eval.internal.report.LocatedPhoto.ScoredCell;
import j2html.tags.DomContent;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Cells on a world map, colored by their number of points. */
final class CellMapSection extends ReportSection {

  /** More would make the page slow to open. */
  private static final int MAX_CELLS = 20_000;

  private final List<ScoredCell> cells;

  private CellMapSection(String title, String note, List<ScoredCell> cells) {
    super(title, note);
    this.cells = cells;
  }

  static CellMapSection of(String title, String note, CellPartition partition) {
    List<ScoredCell> cells =
        IntStream.range(0, partition.size())
            .boxed()
            .sorted(Comparator.comparingInt(label -> -partition.countOf(label)))
            .limit(MAX_CELLS)
            .map(
                label ->
                    new ScoredCell(
                        partition.s2Token(label),
                        partition.cornersOf(label),
                        partition.countOf(label)))
            .toList();
    String left =
        cells.size() < partition.size()
            ? String.format(Locale.ROOT, " Drawn are the %,d with most points.", cells.size())
            : "";
    return new CellMapSection(title, note + left, cells);
  }

  /** The JSON that report.js draws. */
  private record CellMap(List<CellShape> cells, String unit) {}

  @Override
  DomContent content(String id) {
    return figure(
            Html.data(new CellMap(CellShape.of(cells), "points")),
            div().withClass("plot"),
            figcaption(Html.MOVING))
        .withClass("chart map")
        .attr("data-chart", "cellMap");
  }
}
