package io.github.geofix.eval.report;

import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.eval.Confusion;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Reliability;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.report.LocatedPhoto.ScoredCell;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One part of an {@link HtmlReport}. Each kind is a record of the data it shows; text is taken as
 * text, never as HTML.
 */
public sealed interface ReportSection {

  /** Returns the heading; may be empty. */
  String title();

  /** Returns a sentence or two below the heading; may be empty. */
  String note();

  /**
   * A few figures in large type.
   *
   * @param title the heading
   * @param note the text below it
   * @param figures the figures, three to six of them
   */
  record Headline(String title, String note, List<Figure> figures) implements ReportSection {

    /**
     * One figure.
     *
     * @param value for example {@code 191 km}
     * @param label what it is
     * @param detail for example its interval; may be empty
     */
    public record Figure(String value, String label, String detail) {}

    /** Copies the list. */
    public Headline {
      figures = List.copyOf(figures);
    }
  }

  /**
   * Paragraphs of text.
   *
   * @param title the heading
   * @param note a paragraph; an empty line starts another
   */
  record Text(String title, String note) implements ReportSection {}

  /**
   * A plain table.
   *
   * @param title the heading
   * @param note the text below it
   * @param table the table
   */
  record PlainTable(String title, String note, Table table) implements ReportSection {}

  /**
   * Systems beside each other, with their intervals drawn. The best of each column is marked.
   *
   * @param title the heading
   * @param note the text below it
   * @param systems the systems' reports by name, all with the same limits; the first is the one
   *     that the report is about
   */
  record Comparison(String title, String note, Map<String, DistanceReport> systems)
      implements ReportSection {
    /**
     * Copies the map.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public Comparison {
      systems = Collections.unmodifiableMap(new LinkedHashMap<>(systems));
      if (systems.isEmpty()) {
        throw new IllegalArgumentException("a comparison needs a system");
      }
    }
  }

  /**
   * The figures of one system by group of photos, with their intervals drawn.
   *
   * @param title the heading
   * @param note the text below it
   * @param of what a group is, such as {@code continent}
   * @param groups the groups' reports by name, at least 1, all with the same limits
   */
  record Breakdown(String title, String note, String of, Map<String, DistanceReport> groups)
      implements ReportSection {
    /** Copies the map. */
    public Breakdown {
      groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    }
  }

  /**
   * The share of photos within each distance, as a curve over the distance.
   *
   * @param title the heading
   * @param note the text below it
   * @param systems the systems' errors by name
   * @param limitsKm distances to mark
   */
  record ErrorCurves(
      String title, String note, Map<String, DistanceErrors> systems, List<Double> limitsKm)
      implements ReportSection {
    /** Copies the map and the list. */
    public ErrorCurves {
      systems = Collections.unmodifiableMap(new LinkedHashMap<>(systems));
      limitsKm = List.copyOf(limitsKm);
    }
  }

  /**
   * A few shares of one system, each with its interval drawn.
   *
   * @param title the heading
   * @param note the text below it
   * @param shares the shares by what they are of
   */
  record Shares(String title, String note, Map<String, Share> shares) implements ReportSection {
    /** Copies the map. */
    public Shares {
      shares = Collections.unmodifiableMap(new LinkedHashMap<>(shares));
    }
  }

  /**
   * The share of queries with a positive among their K best rows, as a curve over K.
   *
   * @param title the heading
   * @param note the text below it
   * @param systems the systems' reports by name, at least 1
   */
  record RecallCurves(String title, String note, Map<String, RetrievalReport> systems)
      implements ReportSection {
    /** Copies the map. */
    public RecallCurves {
      systems = Collections.unmodifiableMap(new LinkedHashMap<>(systems));
    }
  }

  /**
   * Ground photos beside the aerial images found for them.
   *
   * @param title the heading
   * @param note the text below it
   * @param photos the photos, at least 1
   */
  record Retrieved(String title, String note, List<RetrievedPhoto> photos)
      implements ReportSection {
    /** Copies the list. */
    public Retrieved {
      photos = List.copyOf(photos);
    }
  }

  /**
   * A world map with an arc from each truth to its guess.
   *
   * @param title the heading
   * @param note the text below it
   * @param photos the photos drawn
   * @param nearKm errors up to here are drawn as near
   * @param farKm errors beyond here are drawn as far
   */
  record WorldMap(String title, String note, List<LocatedPhoto> photos, double nearKm, double farKm)
      implements ReportSection {
    /** Copies the list. */
    public WorldMap {
      photos = List.copyOf(photos);
    }
  }

  /**
   * Cells on a world map, colored by their scores.
   *
   * @param title the heading
   * @param note the text below it
   * @param cells the cells
   * @param unit what a score counts, such as {@code points}
   */
  record CellMap(String title, String note, List<ScoredCell> cells, String unit)
      implements ReportSection {
    /** More would make the page slow to open. */
    private static final int MAX_CELLS = 20_000;

    /** Copies the list. */
    public CellMap {
      cells = List.copyOf(cells);
    }

    /** Shows a partition by the points of its cells; of a large one the fullest 20,000 cells. */
    public static CellMap of(String title, String note, CellPartition partition) {
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
              ? String.format(Locale.ROOT, " Drawn are the fullest %,d.", cells.size())
              : "";
      return new CellMap(title, note + left, cells, "points");
    }
  }

  /**
   * Photos beside what they were compared with, each with the scores of its cells as a heat map.
   *
   * @param title the heading
   * @param note the text below it
   * @param photos the photos, at least 1
   * @param nearKm errors up to here are marked as near
   * @param farKm errors beyond here are marked as far
   */
  record Photos(String title, String note, List<LocatedPhoto> photos, double nearKm, double farKm)
      implements ReportSection {
    /** Copies the list. */
    public Photos {
      photos = List.copyOf(photos);
    }
  }

  /**
   * How often answers are right, by their score.
   *
   * @param title the heading
   * @param note the text below it; say here what counts as right
   * @param reliability the data
   */
  record ReliabilityCurve(String title, String note, Reliability reliability)
      implements ReportSection {}

  /**
   * Where photos of each region were placed.
   *
   * @param title the heading
   * @param note the text below it
   * @param confusion the data
   */
  record ConfusionMatrix(String title, String note, Confusion confusion) implements ReportSection {}
}
