package io.github.geofix.core.format;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Reader of CSV files with a header, comma-separated, in UTF-8 or with a byte order mark. Errors
 * name the file and the line. Streams the file, so memory is bounded by {@link #MAX_FIELD_CHARS}.
 */
public final class CsvFile {
  /** The longest field. */
  public static final int MAX_FIELD_CHARS = 1 << 16;

  private static final int SHOWN_CHARS = 200;

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");

  private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?\\d+,\\d+");

  /**
   * Receives the rows of a file. An {@link IllegalArgumentException} thrown here gets the name of
   * the file and the line.
   */
  public interface Rows {
    /** Receives the names of the columns, stripped and in lower case. */
    void header(List<String> names);

    /**
     * Receives a row.
     *
     * @param fields as many as there are columns
     * @param line the line in which the row starts; the header is in line 1
     */
    void row(List<String> fields, long line);

    /** Receives a line that starts with #, without it; such lines are rows unless overridden. */
    default void comment(String text) {}

    /** Returns whether lines that start with # are comments. */
    default boolean hasComments() {
      return false;
    }
  }

  private CsvFile() {}

  /**
   * Reads a file; one without any row has no header either.
   *
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if it is not such a file, or {@code rows} rejects something
   */
  public static void read(Path file, Rows rows) {
    int columns = -1;
    try (Reader text = reader(file);
        CsvReader<CsvRecord> reader =
            CsvReader.builder()
                .maxBufferSize(MAX_FIELD_CHARS)
                .commentStrategy(rows.hasComments() ? CommentStrategy.READ : CommentStrategy.NONE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(text)) {
      for (CsvRecord row : reader) {
        if (row.isComment()) {
          rows.comment(row.getField(0));
        } else if (columns < 0) {
          columns = row.getFieldCount();
          header(file, row, rows);
        } else {
          row(file, row, columns, rows);
        }
      }
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (CsvParseException e) {
      throw new IllegalArgumentException(parseError(file, e), e);
    } catch (UncheckedIOException e) {
      throw readError(file, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw readError(file, e);
    }
  }

  /** Decodes strictly: FastCSV would replace what is not UTF-8. */
  private static Reader reader(Path file) throws IOException {
    Charset charset = StandardCharsets.UTF_8;
    int mark = 0;
    byte[] start = new byte[3];
    try (var in = Files.newInputStream(file)) {
      int count = in.readNBytes(start, 0, 3);
      if (count == 3 && start[0] == (byte) 0xEF && start[1] == (byte) 0xBB && start[2] == (byte) 0xBF) {
        mark = 3;
      } else if (count >= 2 && start[0] == (byte) 0xFE && start[1] == (byte) 0xFF) {
        charset = StandardCharsets.UTF_16BE;
        mark = 2;
      } else if (count >= 2 && start[0] == (byte) 0xFF && start[1] == (byte) 0xFE) {
        charset = StandardCharsets.UTF_16LE;
        mark = 2;
      }
    }
    var in = Files.newInputStream(file);
    in.skipNBytes(mark);
    return new BufferedReader(new InputStreamReader(in, charset.newDecoder()));
  }

  private static void header(Path file, CsvRecord row, Rows rows) {
    List<String> names =
        row.getFields().stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
    try {
      rows.header(names);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + " " + e.getMessage(), e);
    }
  }

  private static void row(Path file, CsvRecord row, int columns, Rows rows) {
    try {
      if (row.getFieldCount() != columns) {
        throw new IllegalArgumentException(
            row.getFieldCount() + " fields, the header has " + columns);
      }
      rows.row(row.getFields(), row.getStartingLineNumber());
    } catch (IllegalArgumentException e) {
      String what = e instanceof NumberFormatException ? "not a number: " : "";
      throw new IllegalArgumentException(
          file + " line " + row.getStartingLineNumber() + ": " + what + e.getMessage(), e);
    }
  }

  private static String parseError(Path file, CsvParseException e) {
    String message = String.valueOf(e.getMessage());
    String line = message.replaceAll("\\D+(\\d+)$", "$1");
    Throwable cause = e.getCause();
    if (cause instanceof CsvParseException
        && String.valueOf(cause.getMessage()).contains("buffer size")) {
      return file
          + (line.equals(message) ? "" : " line " + line)
          + ": a field has more than "
          + MAX_FIELD_CHARS
          + " characters: is a quotation mark missing?";
    }
    return file + " is not CSV: " + message;
  }

  private static RuntimeException readError(Path file, IOException e) {
    return e instanceof CharacterCodingException
        ? new IllegalArgumentException(
            file + " is not UTF-8 text: save it as UTF-8, not as Latin-1 or Windows-1252", e)
        : new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
  }

  /** Returns the index of the first of several names that is a column, or -1. */
  public static int indexOf(List<String> header, List<String> names) {
    return names.stream().filter(header::contains).mapToInt(header::indexOf).findFirst().orElse(-1);
  }

  /**
   * Returns the index of the first of several names that is a column.
   *
   * @param needed the columns that the caller needs, for the error
   * @throws IllegalArgumentException if there is no such column
   */
  public static int require(List<String> header, List<String> names, String needed) {
    int index = indexOf(header, names);
    if (index >= 0) {
      return index;
    }
    throw new IllegalArgumentException(
        "has no column "
            + String.join(" or ", names)
            + ": its header is "
            + shown(String.join(",", header))
            + ", needed "
            + (needed.contains(",") ? "are " : "is ")
            + needed
            + separatorHint(header, names));
  }

  /** Names the separator of a file in which the column exists but is not separated by commas. */
  private static String separatorHint(List<String> header, List<String> names) {
    String line = String.join(",", header);
    for (String separator : List.of(";", "\t", "|")) {
      if (Arrays.stream(line.split(Pattern.quote(separator)))
          .anyMatch(name -> names.contains(name.strip()))) {
        return "; its columns are separated by "
            + (separator.equals("\t") ? "tabs" : separator)
            + ", save it with commas (and decimal points)";
      }
    }
    return "";
  }

  /** A file of another kind must neither fill the terminal nor control it. */
  private static String shown(String text) {
    String clean = text.replaceAll("\\p{Cntrl}|\uFFFD", "?");
    return clean.length() <= SHOWN_CHARS ? clean : clean.substring(0, SHOWN_CHARS) + "...";
  }

  /**
   * Parses a decimal number such as {@code -12.5e-3}, with white space around it. Unlike {@link
   * Double#parseDouble} rejects {@code NaN}, {@code Infinity}, hexadecimal and type suffixes.
   *
   * @throws IllegalArgumentException if the text is not such a number, or is too large
   */
  public static double number(String text) {
    String number = text.strip();
    if (NUMBER.matcher(number).matches()) {
      double value = Double.parseDouble(number);
      if (Double.isFinite(value)) {
        return value;
      }
    }
    throw new IllegalArgumentException(
        number.isEmpty()
            ? "not a number: the field is empty"
            : "not a number: "
                + shown(number)
                + (DECIMAL_COMMA.matcher(number).matches() ? " (write a decimal point)" : ""));
  }
}
