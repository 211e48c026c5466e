package io.github.geofix.core.internal;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/** Reader of CSV files with a header, row by row: commas, UTF-8, RFC 4180. */
public final class CsvFile {

  /** The longest field, which bounds the memory of a damaged file. */
  private static final int MAX_FIELD_CHARS = 1 << 16;

  /** The length of a header in a message. */
  private static final int SHOWN_CHARS = 200;

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?|[+-]?NaN|[+-]?Infinity");

  private CsvFile() {}

  /**
   * Receives the rows of a file. An {@link IllegalArgumentException} thrown for a row gets the name
   * of the file and the line.
   */
  public interface Rows {

    /** Receives a line that starts with #, without it. */
    default void comment(String comment) {}

    /** Receives the names of the columns, in lower case. */
    void header(List<String> names);

    /**
     * Receives a row.
     *
     * @param fields possibly fewer or more than there are columns
     * @param line the line in which the row starts, from 1
     */
    void row(List<String> fields, long line);
  }

  /**
   * Reads a file. Lines that start with # are rows.
   *
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if it is not CSV, or {@code rows} refuses it
   */
  public static void read(Path file, Rows rows) {
    read(file, CommentStrategy.NONE, rows);
  }

  /** As {@link #read}, but lines that start with # are comments. */
  public static void readWithComments(Path file, Rows rows) {
    read(file, CommentStrategy.READ, rows);
  }

  private static void read(Path file, CommentStrategy comments, Rows rows) {
    boolean header = false;
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .maxBufferSize(MAX_FIELD_CHARS)
            .commentStrategy(comments)
            .detectBomHeader(true)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(InputFiles.find(file))) {
      for (CsvRecord row : reader) {
        if (row.isComment()) {
          at(file, row, () -> rows.comment(row.getField(0)));
        } else if (!header) {
          header = true;
          List<String> names = names(row, file);
          rows.header(names);
        } else {
          at(file, row, () -> rows.row(fields(row), row.getStartingLineNumber()));
        }
      }
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (CsvParseException e) {
      throw new IllegalArgumentException(file + ": " + flaw(e), e);
    } catch (UncheckedIOException e) {
      IOException cause = Objects.requireNonNull(e.getCause());
      throw new UncheckedIOException("cannot read " + file + ": " + cause.getMessage(), cause);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
    }
  }

  private static String flaw(CsvParseException e) {
    String message = String.valueOf(e.getMessage());
    Throwable cause = e.getCause();
    if (cause == null) {
      return "not CSV: " + message;
    }
    // FastCSV has no exception of its own for a field that does not fit.
    return String.valueOf(cause.getMessage()).contains("buffer size")
        ? "a field has more than "
            + MAX_FIELD_CHARS
            + " characters: is a quotation mark missing? ("
            + message
            + ")"
        : "not CSV: " + message + " (" + cause.getMessage() + ")";
  }

  private static List<String> names(CsvRecord header, Path file) {
    if (header.getFieldCount() == 1) {
      for (String separator : List.of(";", "\t")) {
        if (header.getField(0).contains(separator)) {
          throw new IllegalArgumentException(
              file
                  + " separates its fields by "
                  + (separator.equals("\t") ? "tabs" : "\"" + separator + "\"")
                  + ": write commas between fields, and points in numbers");
        }
      }
    }
    return header.getFields().stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
  }

  private static List<String> fields(CsvRecord row) {
    List<String> fields = row.getFields();
    if (fields.stream().anyMatch(field -> field.indexOf('\uFFFD') >= 0)) {
      throw new IllegalArgumentException("not UTF-8 text: save the file in that encoding");
    }
    return fields;
  }

  private static void at(Path file, CsvRecord row, Runnable work) {
    try {
      work.run();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          file + " line " + row.getStartingLineNumber() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Parses a decimal number.
   *
   * @throws NumberFormatException if the text is anything else, such as a hexadecimal number or a
   *     number with a type suffix
   */
  public static double number(String text) {
    String number = text.strip();
    if (!NUMBER.matcher(number).matches()) {
      throw new NumberFormatException("not a number: \"" + Printable.of(number) + "\"");
    }
    return Double.parseDouble(number);
  }

  /**
   * Returns the cell for the path of a file. Spreadsheets take a cell that starts with =, +, - or @
   * for a formula, so such a relative path is prefixed with {@code ./}.
   */
  public static String cell(Path file) {
    String text = file.toString();
    return !text.isEmpty() && "=+-@".indexOf(text.charAt(0)) >= 0 ? "./" + text : text;
  }

  /** Returns a header for a message, printable and shortened. */
  public static String shown(List<String> names) {
    String text = Printable.of(String.join(",", names));
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "...";
  }
}
