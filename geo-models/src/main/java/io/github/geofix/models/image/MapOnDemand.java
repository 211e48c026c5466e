package io.github.geofix.models.image;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.tile.TileOptions;
import io.github.geofix.core.tile.TileSource;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The map that a model's configuration names, opened when it is first looked at: a saved model may
 * never need it. Thread-safe; must be closed.
 */
public final class MapOnDemand implements AutoCloseable {
  private final String source;
  private @Nullable TileSource tiles;
  private boolean closed;

  /**
   * Names a map.
   *
   * @param source as {@link TileSource#open} takes it; empty for none. Tiles of servers are kept
   *     below {@code .cache/geofix/tiles} of the user's home
   */
  public MapOnDemand(String source) {
    this.source = source;
  }

  /**
   * Returns a picture of a piece of ground; see {@link TileSource#view}.
   *
   * @throws IllegalArgumentException if the name is that of no source
   * @throws java.io.UncheckedIOException if the map cannot be read
   * @throws IllegalStateException if there is no map, or this is closed
   */
  public BufferedImage view(Frame frame, int width, int height) {
    return tiles().view(frame, width, height);
  }

  private synchronized TileSource tiles() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    if (source.isEmpty()) {
      throw new IllegalStateException(
          "the model knows no map to take tiles from: give one by the setting map, such as"
              + " map=tiles/{z}/{x}/{y}.jpg");
    }
    if (tiles == null) {
      Path cache = Path.of(System.getProperty("user.home", "."), ".cache", "geofix", "tiles");
      tiles = TileSource.open(source, cache, TileOptions.defaults());
    }
    return tiles;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (tiles != null) {
      tiles.close();
    }
  }
}
