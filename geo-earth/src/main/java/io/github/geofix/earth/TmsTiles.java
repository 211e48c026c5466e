package io.github.geofix.earth;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder of tiles {@code z/x/y.jpg} in the geodetic profile of the TMS specification. */
final class TmsTiles {

  /** The deepest level joined: 16,384 x 8,192 pixels of tiles of 256. */
  private static final int MAX_ZOOM = 5;

  private static final int MAX_TILE_SIDE = 512;

  private TmsTiles() {}

  static BufferedImage stitch(Path folder) {
    int zoom = MAX_ZOOM;
    while (zoom >= 0 && !Files.isDirectory(folder.resolve(Integer.toString(zoom)))) {
      zoom--;
    }
    if (zoom < 0) {
      throw new UncheckedIOException(
          new IOException(folder + " holds no tiles: a folder z/x/y.jpg with z from 0 is needed"));
    }
    int rows = 1 << zoom;
    int columns = 2 * rows;
    int side = 0;
    BufferedImage whole = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = whole.createGraphics();
    for (int x = 0; x < columns; x++) {
      Path column = folder.resolve(Integer.toString(zoom)).resolve(Integer.toString(x));
      for (int y = 0; y < rows; y++) {
        BufferedImage tile = EarthImage.decode(tile(column, y), MAX_TILE_SIDE * MAX_TILE_SIDE);
        if (side == 0) {
          side = tile.getWidth();
          graphics.dispose();
          checkSize((long) columns * side, (long) rows * side, folder);
          whole = new BufferedImage(columns * side, rows * side, BufferedImage.TYPE_INT_RGB);
          graphics = whole.createGraphics();
        }
        if (tile.getWidth() != side || tile.getHeight() != side) {
          throw new IllegalArgumentException(
              tile(column, y) + " is not " + side + " x " + side + " pixels as the first tile is");
        }
        graphics.drawImage(tile, x * side, (rows - 1 - y) * side, null);
      }
    }
    graphics.dispose();
    return whole;
  }

  private static void checkSize(long width, long height, Path folder) {
    if (width * height > EarthImage.MAX_PIXELS) {
      throw new IllegalArgumentException(
          folder
              + " makes a picture of "
              + width
              + " x "
              + height
              + " pixels, the most that is read is "
              + EarthImage.MAX_PIXELS
              + " in all");
    }
  }

  private static Path tile(Path column, int y) {
    String prefix = y + ".";
    if (Files.isDirectory(column)) {
      try (Stream<Path> files = Files.list(column)) {
        return files
            .filter(f -> f.getFileName().toString().startsWith(prefix))
            .min(Comparator.naturalOrder())
            .orElse(column.resolve(prefix + "jpg"));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + column + ": " + e.getMessage(), e);
      }
    }
    return column.resolve(prefix + "jpg");
  }
}
