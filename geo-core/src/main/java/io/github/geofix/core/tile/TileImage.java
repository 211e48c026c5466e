package io.github.geofix.core.tile;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** The encoded picture of one tile. */
final class TileImage {

  /** The largest file of a tile. */
  static final int MAX_BYTES = 32 << 20;

  /** 2048 x 2048. */
  private static final long MAX_PIXELS = 1 << 22;

  private TileImage() {}

  static TilePixels decode(byte[] bytes) throws IOException {
    if (bytes.length > MAX_BYTES) {
      throw new IOException("a tile of more than " + MAX_BYTES + " bytes");
    }
    try (MemoryCacheImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      return TilePixels.decode(stream, MAX_PIXELS);
    }
  }

  /** Returns the side of the tile from which a source learns the size of all. */
  static int squareSize(TilePixels tile) throws IOException {
    if (tile.width() != tile.height()) {
      throw new IOException(
          "its first tile is %d x %d pixels: tiles must be square"
              .formatted(tile.width(), tile.height()));
    }
    return tile.width();
  }

  /** Returns the tile if it has the size that its level expects. */
  static TilePixels checked(TilePixels tile, PyramidLevel level) throws IOException {
    if (tile.width() != level.tileWidth() || tile.height() != level.tileHeight()) {
      throw new IOException(
          "%d x %d pixels, the tiles of this source have %d x %d"
              .formatted(tile.width(), tile.height(), level.tileWidth(), level.tileHeight()));
    }
    return tile;
  }
}
