package io.github.geofix.eval;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.internal.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures that others published for benchmarks of the field, each with its source. They were
 * measured elsewhere, by others, and are only for placing a run beside them. Immutable and
 * thread-safe.
 */
public final class PublishedFigures {

  /**
   * One figure.
   *
   * @param method the name of the method as its source spells it
   * @param dataset the benchmark, for example {@code IM2GPS3k}
   * @param metric for example {@code acc@25km} or {@code R@1}
   * @param percent the figure in per cent, -100 to 100; differences may be negative
   * @param source the paper and table, or the page
   */
  public record Figure(
      String method, String dataset, String metric, double percent, String source) {

    /**
     * Checks the figure.
     *
     * @throws IllegalArgumentException if a text is blank, the source has no letter to make a key
     *     of, or the percentage is out of range
     */
    public Figure {
      requireText("method", method);
      requireText("dataset", dataset);
      requireText("metric", metric);
      requireText("source", source);
      if (BibTex.key(source).isEmpty()) {
        throw new IllegalArgumentException(
            "the source has no letter from a to z: " + Printable.of(source));
      }
      if (!(percent >= -100 && percent <= 100)) {
        throw new IllegalArgumentException("percent must be -100 to 100: " + percent);
      }
    }

    private static void requireText(String name, String value) {
      if (value.isBlank()) {
        throw new IllegalArgumentException("the " + name + " is missing");
      }
    }

    /** Returns the key of the source in {@link PublishedFigures#toBibTex}. */
    public String key() {
      return BibTex.key(source);
    }

    /**
     * Returns whether the figure is from a listing of others, as its source states by "as listed
     * by", and was not compared with the paper.
     */
    public boolean isUnverified() {
      return source.contains(LISTED);
    }

    /** Returns what figures have in common of which only one can be right. */
    private List<String> identity() {
      return List.of(method, dataset, metric, source);
    }
  }

  private static final List<String> COLUMNS =
      List.of("method", "dataset", "metric", "percent", "source");

  private static final String SOURCE = "published in";

  private static final String LISTED = ", as listed by ";

  /** The figures of one file at the most, which bounds its memory. */
  private static final int MAX_FIGURES = 100_000;

  /** In a holder, as it checks figures by the class around it. */
  private static final class BuiltIn {
    private static final PublishedFigures FIGURES = new PublishedFigures(readBuiltIn());
  }

  private final List<Figure> figures;

  private PublishedFigures(Collection<Figure> figures) {
    this.figures = List.copyOf(figures);
  }

  /** Returns the figures that come with GeoFix. */
  public static PublishedFigures builtIn() {
    return BuiltIn.FIGURES;
  }

  /**
   * Returns a copy with the figures of a file, such as newer ones. One with the same method,
   * dataset, metric and source as a figure here replaces it.
   *
   * @param file CSV with the columns method, dataset, metric, percent and source; others are
   *     ignored
   * @throws IllegalArgumentException if a column is missing, a figure is not valid or is twice in
   *     the file; the message names the file and the line
   * @throws UncheckedIOException if the file cannot be read
   */
  public PublishedFigures withCsv(Path file) {
    Map<List<String>, Figure> all = new LinkedHashMap<>();
    figures.forEach(figure -> all.put(figure.identity(), figure));
    FigureRows rows = new FigureRows(file, datasets());
    CsvFile.read(file, rows);
    if (rows.added.isEmpty()) {
      throw new IllegalArgumentException(file + " has no figure");
    }
    all.putAll(rows.added);
    return new PublishedFigures(all.values());
  }

  /** The rows of a file of figures. */
  private static final class FigureRows implements CsvFile.Rows {
    private final Map<List<String>, Figure> added = new LinkedHashMap<>();
    private final Path file;
    private final Set<String> datasets;
    private List<String> names = List.of();

    FigureRows(Path file, Set<String> datasets) {
      this.file = file;
      this.datasets = datasets;
    }

    @Override
    public void header(List<String> names) {
      this.names = names;
      if (!names.containsAll(COLUMNS)) {
        throw new IllegalArgumentException(
            file
                + " needs the columns "
                + String.join(",", COLUMNS)
                + ", not "
                + CsvFile.shown(names));
      }
    }

    @Override
    public void row(List<String> fields, long line) {
      Figure figure =
          new Figure(
              field(fields, "method"),
              spelled(field(fields, "dataset")),
              field(fields, "metric"),
              CsvFile.number(field(fields, "percent")),
              field(fields, "source"));
      if (added.putIfAbsent(figure.identity(), figure) != null) {
        throw new IllegalArgumentException(
            "the figure is given twice: "
                + Printable.of(String.join(", ", figure.method(), figure.metric())));
      }
      if (added.size() > MAX_FIGURES) {
        throw new IllegalArgumentException("more than " + MAX_FIGURES + " figures");
      }
    }

    /** Returns a name as the benchmark is spelled already. */
    private String spelled(String dataset) {
      return datasets.stream().filter(dataset::equalsIgnoreCase).findFirst().orElse(dataset);
    }

    private String field(List<String> fields, String name) {
      int column = names.indexOf(name);
      return column < fields.size() ? fields.get(column).strip() : "";
    }
  }

  /** Returns all figures, those of one method and benchmark next to each other. */
  public List<Figure> all() {
    return figures;
  }

  /**
   * Returns the figures of a benchmark; letters may be small or capital.
   *
   * @throws IllegalArgumentException if nothing is known of the benchmark; the message lists those
   *     known
   */
  public PublishedFigures of(String dataset) {
    List<Figure> found =
        figures.stream().filter(figure -> figure.dataset().equalsIgnoreCase(dataset)).toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "no published figures of " + dataset + ", only of " + String.join(", ", datasets()));
    }
    return new PublishedFigures(found);
  }

  /** Returns the names of the benchmarks. */
  public Set<String> datasets() {
    Set<String> names = new LinkedHashSet<>();
    figures.forEach(figure -> names.add(figure.dataset()));
    return names;
  }

  /**
   * Returns the figures of a benchmark as a table: one row a method and source, one column a
   * metric.
   *
   * @throws IllegalArgumentException if nothing is known of the benchmark
   */
  public Table table(String dataset) {
    return table(dataset, List.of());
  }

  /**
   * Returns {@link #table(String)} with a run in its first row, for metrics that it has under the
   * same name.
   *
   * @param run the name of the run
   * @param figures its figures by metric, such as {@code acc@25km}, from 0 to 1
   * @throws IllegalArgumentException if nothing is known of the benchmark
   */
  public Table table(String dataset, String run, Map<String, Double> figures) {
    Map<String, String> values = new LinkedHashMap<>();
    figures.forEach((metric, figure) -> values.put(metric, Table.percent(figure)));
    return table(dataset, List.of(new Row(run, "this run", values)));
  }

  /** The figures of one method in one source, by metric. */
  private record Row(String method, String source, Map<String, String> values) {}

  private Table table(String dataset, List<Row> first) {
    Set<String> metrics = new LinkedHashSet<>();
    Map<List<String>, Row> published = new LinkedHashMap<>();
    for (Figure figure : of(dataset).all()) {
      metrics.add(figure.metric());
      published
          .computeIfAbsent(
              List.of(figure.method(), figure.source()),
              key -> new Row(figure.method(), figure.source(), new LinkedHashMap<>()))
          .values()
          .put(figure.metric(), DistanceReport.plain(figure.percent()));
    }
    List<String> header = new ArrayList<>(List.of("method"));
    header.addAll(metrics);
    header.add(SOURCE);
    Table table = new Table(header).highest(List.copyOf(metrics));
    List<Row> rows = new ArrayList<>(first);
    rows.addAll(published.values());
    for (Row row : rows) {
      List<String> cells = new ArrayList<>(List.of(row.method()));
      metrics.forEach(metric -> cells.add(row.values().getOrDefault(metric, "")));
      cells.add(row.source().contains(LISTED) ? row.source() + " (unverified)" : row.source());
      table.row(cells);
    }
    return table;
  }

  /**
   * Returns one row a figure, with the columns that {@link #withCsv} reads, the {@link Figure#key}
   * of the source, and the note {@code unverified} if it {@link Figure#isUnverified}.
   */
  public Table toTable() {
    List<String> header = new ArrayList<>(COLUMNS);
    header.add("key");
    header.add("note");
    Table table = new Table(header).highest(List.of("percent"));
    for (Figure figure : figures) {
      table.row(
          figure.method(),
          figure.dataset(),
          figure.metric(),
          Double.toString(figure.percent()),
          figure.source(),
          figure.key(),
          figure.isUnverified() ? "unverified" : "");
    }
    return table;
  }

  /**
   * Returns the sources of the figures in BibTeX, one entry a paper or page, with the tables in its
   * note.
   */
  public String toBibTex() {
    return BibTex.entries(figures.stream().map(Figure::source).toList());
  }

  /** The entries of sources. */
  private static final class BibTex {
    /** Such as {@code GeoSURGE, arXiv 2510.01448, Table I}: a paper, then a table of it. */
    private static final Pattern SOURCE_AND_TABLE = Pattern.compile("(.*?),? (Table .*)");

    private static final Pattern ARXIV = Pattern.compile("(.*), arXiv (\\d+\\.\\d+)");

    /** A paper or page with its tables that figures are from. */
    private record Entry(String paper, Set<String> tables) {}

    private static String paper(String source) {
      Matcher matcher = SOURCE_AND_TABLE.matcher(source);
      return matcher.matches() ? matcher.group(1) : source;
    }

    /**
     * Returns for example {@code geosurge-arxiv-2510-01448}, the same for all tables of a paper.
     */
    static String key(String source) {
      return paper(source)
          .toLowerCase(Locale.ROOT)
          .replaceAll("[^a-z0-9]+", "-")
          .replaceAll("^-|-$", "");
    }

    static String entries(List<String> sources) {
      Map<String, Entry> entries = new LinkedHashMap<>();
      for (String source : sources) {
        String paper = paper(source);
        Entry entry =
            entries.computeIfAbsent(key(source), key -> new Entry(paper, new LinkedHashSet<>()));
        Matcher matcher = SOURCE_AND_TABLE.matcher(source);
        if (matcher.matches()) {
          entry.tables().add(matcher.group(2));
        }
      }
      StringBuilder text = new StringBuilder();
      entries.forEach((key, entry) -> append(text, key, entry));
      return text.toString();
    }

    private static void append(StringBuilder text, String key, Entry entry) {
      text.append("@misc{").append(key).append(",\n");
      Matcher arXiv = ARXIV.matcher(entry.paper());
      if (arXiv.find()) {
        append(text, "title", arXiv.group(1));
        append(text, "eprint", arXiv.group(2));
        append(text, "archiveprefix", "arXiv");
      } else {
        append(text, "howpublished", entry.paper());
      }
      if (!entry.tables().isEmpty()) {
        append(text, "note", String.join("; ", entry.tables()));
      }
      text.append("}\n");
    }

    private static void append(StringBuilder text, String field, String value) {
      text.append("  ").append(field).append(" = {");
      text.append(Table.escapeLatex(Printable.of(value))).append("},\n");
    }
  }

  private static List<Figure> readBuiltIn() {
    try (InputStream in =
            Objects.requireNonNull(PublishedFigures.class.getResourceAsStream("published.csv"));
        CsvReader<NamedCsvRecord> reader =
            CsvReader.builder()
                .ofNamedCsvRecord(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      List<Figure> figures = new ArrayList<>();
      for (NamedCsvRecord row : reader) {
        figures.add(
            new Figure(
                row.getField("method"),
                row.getField("dataset"),
                row.getField("metric"),
                Double.parseDouble(row.getField("percent")),
                row.getField("source")));
      }
      return List.copyOf(figures);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the published figures", e);
    }
  }
}
