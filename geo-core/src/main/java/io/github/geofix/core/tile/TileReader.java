package io.github.geofix.core.tile;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Fetches and decodes the tiles of a {@link Pyramid}. Thread-safe. */
interface TileReader extends Closeable {

  /**
   * Returns a tile, or null if the store has none there.
   *
   * @param row from the north, whatever the store's own order
   * @throws IOException if the tile exists and cannot be read
   */
  @Nullable TilePixels read(PyramidLevel level, int column, int row) throws IOException;

  /** Returns the location of a tile, for messages. */
  String describe(PyramidLevel level, int column, int row);
}
