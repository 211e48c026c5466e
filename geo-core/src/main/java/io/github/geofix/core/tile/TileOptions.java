package io.github.geofix.core.tile;

import java.util.Objects;

/**
 * Options of a {@link TileSource}.
 *
 * @param scheme the tile scheme; ignored for stores that define their own
 * @param missingTiles what a view shows for a missing tile
 * @param attribution the attribution; empty for the one in the store
 * @param cacheBytes the memory limit of the cache of decoded tiles, at least 1 MB
 */
public record TileOptions(
    TileScheme scheme, MissingTiles missingTiles, String attribution, long cacheBytes) {

  private static final TileOptions DEFAULTS =
      new TileOptions(TileScheme.XYZ, MissingTiles.FILL_FROM_PARENT, "", 64L << 20);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if the cache is smaller than 1 MB
   */
  public TileOptions {
    Objects.requireNonNull(scheme);
    Objects.requireNonNull(missingTiles);
    Objects.requireNonNull(attribution);
    if (cacheBytes < 1 << 20) {
      throw new IllegalArgumentException("cacheBytes must be 1 MB or more: " + cacheBytes);
    }
  }

  /** Returns XYZ tiles, filled from the parent, the store's attribution, a cache of 64 MB. */
  public static TileOptions defaults() {
    return DEFAULTS;
  }

  /** Returns a copy with another scheme. */
  public TileOptions withScheme(TileScheme scheme) {
    return new TileOptions(scheme, missingTiles, attribution, cacheBytes);
  }

  /** Returns a copy with another rule for missing tiles. */
  public TileOptions withMissingTiles(MissingTiles missingTiles) {
    return new TileOptions(scheme, missingTiles, attribution, cacheBytes);
  }

  /** Returns a copy with another attribution. */
  public TileOptions withAttribution(String attribution) {
    return new TileOptions(scheme, missingTiles, attribution, cacheBytes);
  }

  /** Returns a copy with another cache size. */
  public TileOptions withCacheBytes(long cacheBytes) {
    return new TileOptions(scheme, missingTiles, attribution, cacheBytes);
  }

  /** The handling of tiles that a zoom lacks. A damaged tile is always an error. */
  public enum MissingTiles {
    /** The tile's part of the next coarser zoom that has one; black if none has. */
    FILL_FROM_PARENT,
    /** An error that names the tile. */
    REPORT
  }

  /** The projection and numbering of tiles. */
  public enum TileScheme {
    /** Web Mercator, one tile at zoom 0, rows from the north: what nearly every web map uses. */
    XYZ(true, false),
    /** Web Mercator, one tile at zoom 0, rows from the south. */
    TMS(true, true),
    /** Degrees (EPSG:4326), two tiles side by side at zoom 0, rows from the north. */
    GEODETIC_XYZ(false, false),
    /** Degrees (EPSG:4326), two tiles side by side at zoom 0, rows from the south, as in Cesium. */
    GEODETIC_TMS(false, true);

    private final boolean mercator;
    private final boolean southFirst;

    TileScheme(boolean mercator, boolean southFirst) {
      this.mercator = mercator;
      this.southFirst = southFirst;
    }

    Projection projection() {
      return mercator ? Projection.WEB_MERCATOR : Projection.EQUIRECTANGULAR;
    }

    /** Returns the same tiles with rows from the south. */
    TileScheme rowsFromSouth() {
      return mercator ? TMS : GEODETIC_TMS;
    }

    /** Returns the grid of one zoom with square tiles of {@code tileSize} pixels. */
    PyramidLevel level(int zoom, int tileSize) {
      long rows = (long) tileSize << zoom;
      long columns = mercator ? rows : 2 * rows;
      return new PyramidLevel(zoom, 0, 0, columns, columns, columns, rows, tileSize, tileSize);
    }

    /** Returns the store's number of the row that is {@code row} from the north. */
    int storedRow(int zoom, int row) {
      return southFirst ? (1 << zoom) - 1 - row : row;
    }
  }
}
