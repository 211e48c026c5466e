package io.github.geofix.eval;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A table of text, written as Markdown, CSV or LaTeX. Not thread-safe while rows are added.
 *
 * <p>The first column is aligned to the left, the others to the right.
 */
public final class Table {

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

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
    rows.forEach(row -> appendMarkdown(out, row));
    return out.toString();
  }

  private static void appendMarkdown(StringBuilder out, List<String> cells) {
    for (String cell : cells) {
      out.append("| ").append(cell.replace("|", "\\|").replace('\n', ' ')).append(' ');
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

  /** Returns a LaTeX {@code tabular} with the rules of the booktabs package. */
  public String toLatex() {
    StringBuilder out = new StringBuilder("\\begin{tabular}{l");
    out.append("r".repeat(header.size() - 1)).append("}\n\\toprule\n");
    out.append(latexRow(header)).append("\\midrule\n");
    rows.forEach(row -> out.append(latexRow(row)));
    return out.append("\\bottomrule\n\\end{tabular}\n").toString();
  }

  private static String latexRow(List<String> cells) {
    return cells.stream().map(Table::escapeLatex).collect(Collectors.joining(" & ", "", " \\\\\n"));
  }

  private static String escapeLatex(String text) {
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
