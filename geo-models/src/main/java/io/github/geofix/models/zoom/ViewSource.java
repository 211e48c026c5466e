package io.github.geofix.models.zoom;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.models.image.MapOnDemand;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * The views of a grid's cells, cut from a map. Views are kept, those lately used, up to a bound:
 * near the root every photo asks for the same. Thread-safe; must be closed.
 */
final class ViewSource implements AutoCloseable {
  /** 4,000 views of 64 pixels, 110 of 384. */
  private static final long CACHE_BYTES = 64L << 20;

  private final ZoomGrid grid;
  private final MapOnDemand map;
  private final int pixels;
  private final Cache<List<Integer>, BufferedImage> cache;

  /**
   * @param map as {@link MapOnDemand} takes it
   * @param pixels the side of a view
   */
  ViewSource(ZoomGrid grid, String map, int pixels) {
    this.grid = grid;
    this.map = new MapOnDemand(map);
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
    CellPath labels = CellPath.of(path.stream().mapToInt(Integer::intValue).toArray());
    BufferedImage view = map.view(grid.frame(labels), pixels, pixels);
    cache.put(List.copyOf(path), view);
    return view;
  }

  @Override
  public void close() {
    map.close();
    cache.invalidateAll();
  }
}
