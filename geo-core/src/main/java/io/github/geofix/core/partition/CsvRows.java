package io.github.geofix.core.partition;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.github.geofix.core.format.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Receives the rows of a CSV file with a header. What it throws as {@link IllegalArgumentException}
 * reaches the user with the file and the line.
 */
interface CsvRows {
  /** The longest field, which bounds the memory that a damaged file can take. */
  int MAX_FIELD_CHARS = 1 << 16;

  /** Receives a line that begins with #, without it. */
  default void comment(String comment) {}

  /** Receives the names of the columns, in lower case. */
  void header(List<String> names);

  /** Receives one row, as many fields as there are columns. */
  void row(List<String> fields);

  /**
   * Reads a file.
   *
   * @throws UncheckedIOException if the file cannot be read
   * @throws ModelFormatException if it is not CSV, or not what {@code rows} accepts
   */
  static void read(Path file, CsvRows rows) {
    int columns = -1;
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .maxBufferSize(MAX_FIELD_CHARS)
            .commentStrategy(CommentStrategy.READ)
            .detectBomHeader(true)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(file)) {
      for (CsvRecord row : reader) {
        try {
          if (row.isComment()) {
            rows.comment(row.getField(0));
          } else if (columns < 0) {
            columns = row.getFieldCount();
            rows.header(
                row.getFields().stream()
                    .map(name -> name.strip().toLowerCase(Locale.ROOT))
                    .toList());
          } else if (row.getFieldCount() == columns) {
            rows.row(row.getFields());
          } else {
            throw new IllegalArgumentException(
                row.getFieldCount() + " fields, the header has " + columns);
          }
        } catch (IllegalArgumentException e) {
          String what = e instanceof NumberFormatException ? "not a number: " : "";
          throw new ModelFormatException(
              file + " line " + row.getStartingLineNumber() + ": " + what + e.getMessage(), e);
        }
      }
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (CsvParseException e) {
      throw new ModelFormatException(file + " is not CSV: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new ModelFormatException(
          file + " is not text: " + Objects.requireNonNull(e.getCause()).getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Returns the index of the first of some columns that there is, or -1. */
  static int indexOf(List<String> header, String... names) {
    for (String name : names) {
      if (header.contains(name)) {
        return header.indexOf(name);
      }
    }
    return -1;
  }

  /**
   * Returns the index of the first of some columns that there is.
   *
   * @throws IllegalArgumentException if there is none
   */
  static int require(List<String> header, String... names) {
    int index = indexOf(header, names);
    if (index >= 0) {
      return index;
    }
    throw new IllegalArgumentException(
        "no column " + String.join(" or ", names) + " among " + String.join(",", header));
  }
}
