package io.github.geofix.core.tile;

import io.github.geofix.core.cell.Tile;
import java.time.Duration;
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

  /**
   * Options of fetching tiles from a server.
   *
   * @param minZoom the coarsest zoom the server has
   * @param maxZoom the finest zoom the server has
   * @param tileSize the side of its tiles in pixels, 16 to 2048
   * @param timeout for one attempt, from the request to the last byte
   * @param retries attempts after the first, 0 to 10
   * @param backOff the pause before the first retry; each further pause is twice as long
   * @param requestsPerSecond the most requests to send, over all threads
   * @param userAgent the User-Agent header; many servers require contact information
   * @param tiles scheme, missing tiles, attribution and memory
   */
  public record Http(
      int minZoom,
      int maxZoom,
      int tileSize,
      Duration timeout,
      int retries,
      Duration backOff,
      double requestsPerSecond,
      String userAgent,
      TileOptions tiles) {

    private static final Http DEFAULTS =
        new Http(
            0,
            19,
            256,
            Duration.ofSeconds(20),
            3,
            Duration.ofMillis(500),
            10,
            "GeoFix (Java)",
            TileOptions.defaults());

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Http {
      Objects.requireNonNull(tiles);
      if (minZoom < 0 || minZoom > maxZoom || maxZoom > Tile.MAX_ZOOM) {
        throw new IllegalArgumentException(
            "zooms must be 0 to %d, the smaller first: %d to %d"
                .formatted(Tile.MAX_ZOOM, minZoom, maxZoom));
      }
      if (tileSize < 16 || tileSize > 2048) {
        throw new IllegalArgumentException("tileSize must be 16 to 2048: " + tileSize);
      }
      if (timeout.isNegative() || timeout.isZero() || backOff.isNegative()) {
        throw new IllegalArgumentException(
            "timeout must be above 0 and backOff not below: " + timeout + ", " + backOff);
      }
      if (retries < 0 || retries > 10) {
        throw new IllegalArgumentException("retries must be 0 to 10: " + retries);
      }
      if (!(requestsPerSecond > 0)) {
        throw new IllegalArgumentException(
            "requestsPerSecond must be above 0: " + requestsPerSecond);
      }
    }

    /**
     * Returns zooms 0 to 19, tiles of 256 px, 20 s, 3 retries after 0.5, 1 and 2 s, 10 requests a
     * second.
     */
    public static Http defaults() {
      return DEFAULTS;
    }

    /** Returns a copy with other zooms. */
    public Http withZooms(int minZoom, int maxZoom) {
      return new Http(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with another tile size. */
    public Http withTileSize(int tileSize) {
      return new Http(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with another time-out. */
    public Http withTimeout(Duration timeout) {
      return new Http(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with another number of retries and first pause. */
    public Http withRetries(int retries, Duration backOff) {
      return new Http(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with another rate. */
    public Http withRequestsPerSecond(double requestsPerSecond) {
      return new Http(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with another introduction. */
    public Http withUserAgent(String userAgent) {
      return new Http(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with other options for the tiles. */
    public Http withTiles(TileOptions tiles) {
      return new Http(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }
  }
}
