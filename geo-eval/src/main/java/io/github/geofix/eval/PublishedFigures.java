package io.github.geofix.eval;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
 * measured elsewhere, by others, and are only for placing a run beside them.
 */
public final class PublishedFigures {

  /**
   * One figure.
   *
   * @param method the name of the method as its source spells it
   * @param dataset the benchmark, for example {@code IM2GPS3k}
   * @param metric for example {@code acc@25km} or {@code R@1}
   * @param percent the figure in per cent
   * @param source the paper and table, or the page
   */
  public record Figure(
      String method, String dataset, String metric, double percent, String source) {}

  private static final String SOURCE = "published in";

  /** Such as {@code GeoSURGE, arXiv 2510.01448, Table I}: a paper, then a table of it. */
  private static final Pattern SOURCE_AND_TABLE = Pattern.compile("(.*?),? (Table .*)");

  private static final Pattern ARXIV = Pattern.compile("(.*), arXiv (\\d+\\.\\d+)");

  private static final List<Figure> ALL = read();

  private PublishedFigures() {}

  /** Returns all figures, those of one method and benchmark next to each other. */
  public static List<Figure> all() {
    return ALL;
  }

  /**
   * Returns the figures of a benchmark; letters may be small or capital.
   *
   * @throws IllegalArgumentException if nothing is known of the benchmark; the message lists those
   *     known
   */
  public static List<Figure> of(String dataset) {
    List<Figure> figures =
        ALL.stream().filter(figure -> figure.dataset().equalsIgnoreCase(dataset)).toList();
    if (figures.isEmpty()) {
      throw new IllegalArgumentException(
          "no published figures of " + dataset + ", only of " + String.join(", ", datasets()));
    }
    return figures;
  }

  /** Returns the names of the benchmarks. */
  public static Set<String> datasets() {
    Set<String> names = new LinkedHashSet<>();
    ALL.forEach(figure -> names.add(figure.dataset()));
    return names;
  }

  /**
   * Returns the figures of a benchmark as a table: one row a method and source, one column a
   * metric.
   *
   * @throws IllegalArgumentException if nothing is known of the benchmark
   */
  public static Table table(String dataset) {
    List<Figure> figures = of(dataset);
    Set<String> metrics = new LinkedHashSet<>();
    Set<List<String>> methods = new LinkedHashSet<>();
    for (Figure figure : figures) {
      metrics.add(figure.metric());
      methods.add(List.of(figure.method(), figure.source()));
    }
    List<String> header = new ArrayList<>(List.of("method"));
    header.addAll(metrics);
    header.add(SOURCE);
    Table table = new Table(header).highest(List.copyOf(metrics));
    for (List<String> method : methods) {
      List<String> row = new ArrayList<>(List.of(method.get(0)));
      for (String metric : metrics) {
        row.add(
            figures.stream()
                .filter(
                    figure ->
                        figure.metric().equals(metric)
                            && figure.method().equals(method.get(0))
                            && figure.source().equals(method.get(1)))
                .map(figure -> DistanceReport.plain(figure.percent()))
                .findFirst()
                .orElse(""));
      }
      row.add(method.get(1));
      table.row(row);
    }
    return table;
  }

  /**
   * Returns {@link #table} with a run in its first row, for metrics that it has under the same
   * name.
   *
   * @param run the name of the run
   * @param shares its figures by metric, such as {@code acc@25km}
   * @throws IllegalArgumentException if nothing is known of the benchmark
   */
  public static Table table(String dataset, String run, Map<String, Share> shares) {
    Table published = table(dataset);
    Table table =
        new Table(published.header())
            .highest(published.header().subList(1, published.header().size() - 1));
    table.row(
        published.header().stream()
            .map(
                column -> {
                  Share share = shares.get(column);
                  return column.equals("method")
                      ? run
                      : column.equals(SOURCE)
                          ? "this run"
                          : share == null ? "" : Table.percent(share.accuracy());
                })
            .toList());
    published.rows().forEach(table::row);
    return table;
  }

  /**
   * Returns the sources of figures in BibTeX, one entry a paper or page, with the tables in its
   * note.
   *
   * @param figures any of {@link #all()}
   */
  public static String toBibTex(List<Figure> figures) {
    Map<String, Set<String>> tables = new LinkedHashMap<>();
    for (Figure figure : figures) {
      Matcher source = SOURCE_AND_TABLE.matcher(figure.source());
      boolean inTable = source.matches();
      Set<String> notes =
          tables.computeIfAbsent(
              inTable ? source.group(1) : figure.source(), paper -> new LinkedHashSet<>());
      if (inTable) {
        notes.add(source.group(2));
      }
    }
    StringBuilder entries = new StringBuilder();
    tables.forEach((paper, notes) -> entries.append(entry(paper, notes)));
    return entries.toString();
  }

  private static String entry(String paper, Set<String> notes) {
    StringBuilder entry = new StringBuilder("@misc{");
    entry.append(paper.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-")).append(",\n");
    Matcher arXiv = ARXIV.matcher(paper);
    if (arXiv.find()) {
      entry.append("  title = {").append(arXiv.group(1)).append("},\n");
      entry.append("  eprint = {").append(arXiv.group(2)).append("},\n");
      entry.append("  archiveprefix = {arXiv},\n");
    } else {
      entry.append("  howpublished = {").append(paper.replace("#", "\\#")).append("},\n");
    }
    if (!notes.isEmpty()) {
      entry.append("  note = {").append(String.join("; ", notes)).append("},\n");
    }
    return entry.append("}\n").toString();
  }

  private static List<Figure> read() {
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
                Double.parseDouble(row.getField("value")),
                row.getField("source")));
      }
      return List.copyOf(figures);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the published figures", e);
    }
  }
}
