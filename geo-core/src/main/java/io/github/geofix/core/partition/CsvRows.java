package io.github.geofix.core.partition;

import io.github.geofix.core.format.CsvFile;
import io.github.geofix.core.format.ModelFormatException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Handlers of the CSV files of this package, which may have comments. */
abstract class CsvRows implements CsvFile.Rows {

  @Override
  public final boolean hasComments() {
    return true;
  }

  /**
   * Reads a file.
   *
   * @throws UncheckedIOException if the file cannot be read
   * @throws ModelFormatException if it is not CSV, or a row is rejected
   */
  static void read(Path file, CsvRows rows) {
    try {
      CsvFile.read(file, rows);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(String.valueOf(e.getMessage()), e);
    }
  }
}
