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
   * @throws IOException if the tile is there and cannot be read
   */
  @Nullable Pixels read(Level level, int column, int row) throws IOException;

  /** Says where a tile is kept, for messages. */
  String describe(Level level, int column, int row);
}
