package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import java.nio.file.Path;

/** Lists of photos that a command is of no use without. */
final class PhotoLists {
  private PhotoLists() {}

  /**
   * Reads a list with positions.
   *
   * @throws IllegalArgumentException if it has no row
   */
  static Manifest read(Path csv) {
    Manifest photos = Manifest.readCsv(csv);
    require(photos.size(), csv);
    return photos;
  }

  /**
   * Checks the number of rows of a list.
   *
   * @throws IllegalArgumentException if it is 0
   */
  static void require(long rows, Path csv) {
    if (rows == 0) {
      throw new IllegalArgumentException(csv + " lists nothing: it has a header and no row");
    }
  }
}
