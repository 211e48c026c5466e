package io.github.geofix.models.zoom;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.github.geofix.core.tile.TileOptions;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.core.tile.ZoomGrid;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The views of a grid's cells, cut from a map. The map is opened when the first view is asked for,
 * and views are kept, those lately used, up to a bound: near the root every photo asks for the
 * same. Thread-safe; must be closed.
 */
final class ViewSource implements AutoCloseable {
  /** 4,000 views of 64 pixels, 110 of 384. */
  private static final long CACHE_BYTES = 64L << 20;

  private final ZoomGrid grid;
  private final String map;
  private final int pixels;
  private final Cache<List<Integer>, BufferedImage> cache;
  private @Nullable TileSource tiles;
  private boolean closed;

  /**
   * @param map as {@link TileSource#open} takes it; tiles of servers are kept in the user's cache
   * @param pixels the side of a view
   */
  ViewSource(ZoomGrid grid, String map, int pixels) {
    this.grid = grid;
    this.map = map;
    this.pixels = pixels;
    this.cache =
        CacheBuilder.newBuilder()
            .concurrencyLevel(1) // the bound is shared out among segments: one wastes none
            .maximumWeight(CACHE_BYTES)
            .weigher((List<Integer> path, BufferedImage view) -> 4 * pixels * pixels)
            .build();
  }

  /**
   * Returns the view of a cell; do not write into it.
   *
   * @throws IllegalArgumentException if the path is no cell, or the map's name no source
   * @throws java.io.UncheckedIOException if the map cannot be read
   * @throws IllegalStateException if closed
   */
  BufferedImage view(List<Integer> path) {
    BufferedImage known = cache.getIfPresent(path);
    if (known != null) {
      return known;
    }
    int[] labels = path.stream().mapToInt(Integer::intValue).toArray();
    BufferedImage view = tiles().view(grid.frame(labels), pixels, pixels);
    cache.put(List.copyOf(path), view);
    return view;
  }

  private synchronized TileSource tiles() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    if (tiles == null) {
      Path cacheFolder = Path.of(System.getProperty("user.home", "."), ".cache", "geofix", "tiles");
      tiles = TileSource.open(map, cacheFolder, TileOptions.defaults());
    }
    return tiles;
  }

  @Override
  public synchronized void close() {
    closed = true;
    cache.invalidateAll();
    if (tiles != null) {
      tiles.close();
    }
  }
}
