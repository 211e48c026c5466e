package io.github.geofix.eval;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.github.geofix.core.internal.Printable;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table of text, written as Markdown, CSV or LaTeX. Not thread-safe while rows are added.
 *
 * <p>The first column is aligned to the left, the others to the right.
 */
public final class Table {

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();
  private final Map<Integer, Best> best = new HashMap<>();
  private final Map<Integer, String> notes = new TreeMap<>();
  private String caption = "";

  private static final String MARK = "\u2020";

  /** The value of a column that LaTeX prints in bold. */
  private enum Best {
    HIGHEST,
    LOWEST
  }

  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d[\\d,]*(\\.\\d+)?");

  /** Creates a table without rows. */
  public Table(String... header) {
    this(List.of(header));
  }

  /**
   * Creates a table without rows.
   *
   * @throws IllegalArgumentException if there is no column
   */
  public Table(List<String> header) {
    if (header.isEmpty()) {
      throw new IllegalArgumentException("a table needs a column");
    }
    this.header = List.copyOf(header);
  }

  /** Adds a row. */
  public Table row(String... cells) {
    return row(List.of(cells));
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if it has not one cell a column
   */
  public Table row(List<String> cells) {
    if (cells.size() != header.size()) {
      throw new IllegalArgumentException(
          cells.size() + " cells do not fit the columns " + String.join(", ", header));
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  /** Marks columns in which the highest number is the best, which LaTeX prints in bold. */
  public Table highest(List<String> columns) {
    columns.forEach(column -> best.put(header.indexOf(column), Best.HIGHEST));
    return this;
  }

  /** Marks columns in which the lowest number is the best, which LaTeX prints in bold. */
  public Table lowest(List<String> columns) {
    columns.forEach(column -> best.put(header.indexOf(column), Best.LOWEST));
    return this;
  }

  /**
   * Marks a row with a dagger, in Markdown and LaTeX, and explains it below the table. Its numbers
   * are never the best of a column.
   *
   * @param row from 0
   * @throws IllegalArgumentException if there is no such row
   */
  public Table note(int row, String note) {
    if (!(row >= 0 && row < rows.size())) {
      throw new IllegalArgumentException("no row " + row + " of " + rows.size() + " to mark");
    }
    notes.put(row, note);
    return this;
  }

  /** Sets the caption that LaTeX prints; empty for none. */
  public Table caption(String caption) {
    this.caption = caption;
    return this;
  }

  /**
   * Returns a copy with the rows in the order of a column. In a column marked {@link #highest} or
   * {@link #lowest} the best number is first, in others the text from a to z; cells without a
   * number or text are last, and equal cells keep their order.
   *
   * @throws IllegalArgumentException if there is no such column; the message lists those there are
   */
  public Table sortedBy(String column) {
    int index =
        IntStream.range(0, header.size())
            .filter(i -> header.get(i).equalsIgnoreCase(column))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no column " + column + " to sort by, only " + String.join(", ", header)));
    Table sorted = new Table(header).caption(caption);
    sorted.best.putAll(best);
    Comparator<String> order = order(index);
    IntStream.range(0, rows.size())
        .boxed()
        .sorted(Comparator.comparing(row -> rows.get(row).get(index), order))
        .forEach(
            row -> {
              sorted.row(rows.get(row));
              String note = notes.get(row);
              if (note != null) {
                sorted.note(sorted.rows.size() - 1, note);
              }
            });
    return sorted;
  }

  private Comparator<String> order(int column) {
    Best which = best.get(column);
    if (which == null) {
      return Comparator.comparing(String::isBlank).thenComparing(String.CASE_INSENSITIVE_ORDER);
    }
    int sign = which == Best.HIGHEST ? -1 : 1;
    return Comparator.comparingDouble(
        cell -> number(cell).map(value -> sign * value).orElse(Double.MAX_VALUE));
  }

  /** Returns the names of the columns. */
  public List<String> header() {
    return header;
  }

  /** Returns the rows added so far. */
  public List<List<String>> rows() {
    return Collections.unmodifiableList(rows);
  }

  /** Returns the table in GitHub's Markdown. */
  public String toMarkdown() {
    StringBuilder out = new StringBuilder();
    appendMarkdown(out, header);
    out.append("|---|").append("---:|".repeat(header.size() - 1)).append('\n');
    for (int i = 0; i < rows.size(); i++) {
      appendMarkdown(out, notes.containsKey(i) ? marked(rows.get(i), MARK) : rows.get(i));
    }
    if (!notes.isEmpty()) {
      out.append("\n").append(MARK).append(' ').append(Printable.of(explained())).append('\n');
    }
    return out.toString();
  }

  private static List<String> marked(List<String> cells, String mark) {
    List<String> marked = new ArrayList<>(cells);
    marked.set(0, cells.get(0) + " " + mark);
    return marked;
  }

  private String explained() {
    return notes.values().stream().distinct().collect(Collectors.joining("; "));
  }

  private static void appendMarkdown(StringBuilder out, List<String> cells) {
    for (String cell : cells) {
      String text = Printable.of(cell.replace('\n', ' ')).replace("|", "\\|");
      out.append("| ").append(text).append(' ');
    }
    out.append("|\n");
  }

  /** Returns the table as CSV with a header line (RFC 4180, lines end with LF). */
  public String toCsv() {
    StringWriter out = new StringWriter();
    CsvWriter writer = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).bufferSize(0).build(out);
    writer.writeRecord(header);
    rows.forEach(writer::writeRecord);
    return out.toString();
  }

  /**
   * Returns a LaTeX {@code table} with its caption, or a bare {@code tabular} without one. Both
   * need the package booktabs. The best number of a marked column is bold if there are several
   * rows.
   */
  public String toLatex() {
    StringBuilder out = new StringBuilder("% \\usepackage{booktabs}\n");
    if (!caption.isEmpty()) {
      out.append("\\begin{table}\n\\centering\n");
    }
    out.append("\\begin{tabular}{l");
    out.append("r".repeat(header.size() - 1)).append("}\n\\toprule\n");
    out.append(latexRow(header, Set.of(), "")).append("\\midrule\n");
    Map<Integer, Double> bold = bestValues();
    for (int i = 0; i < rows.size(); i++) {
      List<String> row = rows.get(i);
      boolean marked = notes.containsKey(i);
      Set<Integer> columns = new HashSet<>();
      bold.forEach(
          (column, value) -> {
            if (!marked && number(row.get(column)).filter(value::equals).isPresent()) {
              columns.add(column);
            }
          });
      out.append(latexRow(row, columns, marked ? "$^{\\dagger}$" : ""));
    }
    out.append("\\bottomrule\n\\end{tabular}\n");
    if (!notes.isEmpty()) {
      out.append("\\par\\smallskip{\\footnotesize $^{\\dagger}$ ");
      out.append(escapeLatex(explained())).append("}\n");
    }
    if (!caption.isEmpty()) {
      out.append("\\caption{").append(escapeLatex(caption)).append("}\n\\end{table}\n");
    }
    return out.toString();
  }

  private Map<Integer, Double> bestValues() {
    Map<Integer, Double> values = new HashMap<>();
    if (rows.size() > 1) {
      best.forEach(
          (column, which) ->
              IntStream.range(0, rows.size())
                  .filter(row -> !notes.containsKey(row))
                  .boxed()
                  .flatMap(row -> number(rows.get(row).get(column)).stream())
                  .reduce(which == Best.HIGHEST ? Math::max : Math::min)
                  .ifPresent(value -> values.put(column, value)));
    }
    return values;
  }

  /** Returns the number that a cell begins with. */
  private static Optional<Double> number(String cell) {
    Matcher number = NUMBER.matcher(cell);
    return number.lookingAt()
        ? Optional.of(Double.valueOf(number.group().replace(",", "")))
        : Optional.empty();
  }

  private static String latexRow(List<String> cells, Set<Integer> bold, String mark) {
    return IntStream.range(0, cells.size())
        .mapToObj(
            column -> {
              String text = escapeLatex(cells.get(column));
              return (bold.contains(column) ? "\\textbf{" + text + "}" : text)
                  + (column == 0 ? mark : "");
            })
        .collect(Collectors.joining(" & ", "", " \\\\\n"));
  }

  /** Returns a text with the characters escaped that LaTeX and BibTeX read as commands. */
  static String escapeLatex(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&', '%', '$', '#', '_', '{', '}' -> out.append('\\').append(c);
        case '~' -> out.append("\\textasciitilde{}");
        case '^' -> out.append("\\textasciicircum{}");
        case '\\' -> out.append("\\textbackslash{}");
        case '<' -> out.append("\\textless{}");
        case '>' -> out.append("\\textgreater{}");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  /** Returns a share as per cent with one decimal, without the sign. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }
}
