package io.github.geofix.models.internal.image;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.internal.tile.TileAddress;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.core.tile.TileSource.MapImage;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The map of a model, opened when it is first needed: a saved model may never need it. Thread-safe;
 * must be closed.
 *
 * <p>The requests for tiles reveal to a server where photos may have been taken. So none are sent
 * to a server that only a saved configuration names: the caller has to name it.
 */
public final class MapOnDemand implements AutoCloseable {
  /** The setting of a configuration that names its map. */
  public static final String SETTING = "map";

  private final String source;
  private final boolean isConfirmed;
  private @Nullable TileSource tiles;
  private boolean closed;

  private MapOnDemand(String source, boolean isConfirmed) {
    this.source = source;
    this.isConfirmed = isConfirmed;
  }

  /**
   * Returns a map that the caller names.
   *
   * @param source as {@link TileSource#open} takes it; empty for none. Tiles of servers are kept
   *     below {@code .cache/geofix/tiles} of the user's home
   */
  public static MapOnDemand of(String source) {
    return new MapOnDemand(source, true);
  }

  /**
   * Returns the map of a saved configuration.
   *
   * @param isConfirmed whether the caller named it, too; if not, and it is on a server, no request
   *     is sent and {@link #mapImage} fails
   */
  public static MapOnDemand of(String source, boolean isConfirmed) {
    return new MapOnDemand(source, isConfirmed);
  }

  /**
   * Returns a picture of a piece of ground, and how much of it the map covers; see {@link
   * TileSource#mapImage}.
   *
   * @throws IllegalArgumentException if the name is that of no source
   * @throws java.io.UncheckedIOException if the map cannot be read
   * @throws IllegalStateException if there is no map, it is on a server that the caller has not
   *     named, or this is closed
   */
  public MapImage mapImage(Frame frame, int width, int height) {
    return tiles().mapImage(frame, width, height);
  }

  private synchronized TileSource tiles() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    if (source.isEmpty()) {
      throw new IllegalStateException(
          "the model has no map to take tiles from: give one by the setting map, such as"
              + " map=tiles/{z}/{x}/{y}.jpg");
    }
    if (tiles == null) {
      if (TileAddress.isRemote(source) && !isConfirmed) {
        throw new IllegalStateException(
            "the model names the map "
                + TileAddress.redacted(source)
                + ", a server to which requests reveal where photos may have been taken: name the map"
                + " yourself, by --tiles or the setting map, to use it");
      }
      Path cache = Path.of(System.getProperty("user.home", "."), ".cache", "geofix", "tiles");
      tiles = TileSource.open(source, cache, TileSource.Options.defaults());
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
