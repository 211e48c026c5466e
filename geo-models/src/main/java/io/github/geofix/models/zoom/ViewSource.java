package io.github.geofix.models.zoom;

import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.internal.tile.MissingImagery;
import io.github.geofix.core.tile.TileSource.MapImage;
import io.github.geofix.models.internal.ByteBoundedCache;
import io.github.geofix.models.internal.image.MapOnDemand;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Views of a grid's cells, cut from a map, with a bounded cache of those used last: every photo
 * needs the views near the root. Thread-safe; must be closed.
 */
final class ViewSource implements AutoCloseable {
  /** Enough for 4,000 views of 64 pixels, or 110 of 384. */
  private static final long CACHE_BYTES = 64L << 20;

  private final ZoomGrid grid;
  private final MapOnDemand map;
  private final int pixels;
  private final ByteBoundedCache<CellPath, MapImage> cache;
  private final MissingImagery missing = new MissingImagery(MissingImagery.MAX_SHARE);

  /**
   * Creates the views.
   *
   * @param map closed with this
   * @param pixels the side of a view
   */
  ViewSource(ZoomGrid grid, MapOnDemand map, int pixels) {
    this.grid = grid;
    this.map = map;
    this.pixels = pixels;
    this.cache = new ByteBoundedCache<>(CACHE_BYTES, view -> 4 * pixels * pixels);
  }

  /**
   * Returns the view of a cell, which must not be modified.
   *
   * @throws IllegalArgumentException if the path is no cell, or the map's name no source
   * @throws UncheckedIOException if the map cannot be read, or has no imagery for the root view
   * @throws IllegalStateException if closed
   */
  BufferedImage view(CellPath path) {
    return mapImage(path).image();
  }

  /**
   * As {@link #view}, for training: counts the views that the map has no imagery for.
   *
   * @throws UncheckedIOException also if too large a share of the views has no imagery
   */
  BufferedImage trainingView(CellPath path) {
    return missing.count(mapImage(path)).image();
  }

  /** Returns the count of the views of training. */
  MissingImagery missing() {
    return missing;
  }

  private MapImage mapImage(CellPath path) {
    MapImage known = cache.get(path);
    if (known != null) {
      return known;
    }
    MapImage view = map.mapImage(grid.frame(path), pixels, pixels);
    if (path.isRoot() && view.isMissing()) {
      throw new UncheckedIOException(
          new IOException(
              "the map has no tile for the root view, which shows the whole area: check the map,"
                  + " the area, and the order of the rows ({-y} counts from the south)"));
    }
    cache.put(path, view);
    return view;
  }

  @Override
  public void close() {
    map.close();
    cache.clear();
  }
}
