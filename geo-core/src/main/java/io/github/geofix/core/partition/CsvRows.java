package io.github.geofix.core.partition;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.internal.Printable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Handlers of the CSV files of this package, which may have comments. */
abstract class CsvRows implements CsvFile.Rows {
  private int columns;

  /** Receives the names of the columns, in lower case. */
  abstract void columns(List<String> names);

  /** Receives a row, with as many fields as there are columns. */
  abstract void fields(List<String> fields);

  @Override
  public final void header(List<String> names) {
    columns = names.size();
    columns(names);
  }

  @Override
  public final void row(List<String> fields, long line) {
    if (fields.size() != columns) {
      throw new IllegalArgumentException(
          Count.of(fields.size(), "fields") + ", the header has " + columns);
    }
    fields(fields);
  }

  /**
   * Reads a file.
   *
   * @throws UncheckedIOException if the file cannot be read
   * @throws ModelFormatException if it is not CSV, or a row is rejected
   */
  static void read(Path file, CsvRows rows) {
    try {
      CsvFile.readWithComments(file, rows);
    } catch (MissingColumn e) {
      throw new ModelFormatException(file + " " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Lacks the file's name, which the handler lacks. */
  private static final class MissingColumn extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    MissingColumn(String message) {
      super(message);
    }
  }

  /** Parses a whole number. */
  static int integer(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a number: \"" + Printable.of(text) + "\"", e);
    }
  }

  /** Returns the index of the first of several names that is a column, or -1. */
  static int indexOf(List<String> header, List<String> names) {
    return names.stream().filter(header::contains).mapToInt(header::indexOf).findFirst().orElse(-1);
  }

  /**
   * Returns the index of the first of several names that is a column.
   *
   * @throws IllegalArgumentException if there is none
   */
  static int require(List<String> header, List<String> names) {
    int index = indexOf(header, names);
    if (index >= 0) {
      return index;
    }
    throw new MissingColumn(
        "has no column " + String.join(" or ", names) + ": its header is " + CsvFile.shown(header));
  }
}
