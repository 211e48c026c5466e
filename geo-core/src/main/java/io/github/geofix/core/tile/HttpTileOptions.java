package io.github.geofix.core.tile;

import io.github.geofix.core.cell.Tile;
import java.time.Duration;
import java.util.Objects;

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
public record HttpTileOptions(
    int minZoom,
    int maxZoom,
    int tileSize,
    Duration timeout,
    int retries,
    Duration backOff,
    double requestsPerSecond,
    String userAgent,
    TileOptions tiles) {

  private static final HttpTileOptions DEFAULTS =
      new HttpTileOptions(
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
  public HttpTileOptions {
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
      throw new IllegalArgumentException("requestsPerSecond must be above 0: " + requestsPerSecond);
    }
  }

  /**
   * Returns zooms 0 to 19, tiles of 256 px, 20 s, 3 retries after 0.5, 1 and 2 s, 10 requests a
   * second.
   */
  public static HttpTileOptions defaults() {
    return DEFAULTS;
  }

  /** Returns a copy with other zooms. */
  public HttpTileOptions withZooms(int minZoom, int maxZoom) {
    return new HttpTileOptions(
        minZoom, maxZoom, tileSize, timeout, retries, backOff, requestsPerSecond, userAgent, tiles);
  }

  /** Returns a copy with another tile size. */
  public HttpTileOptions withTileSize(int tileSize) {
    return new HttpTileOptions(
        minZoom, maxZoom, tileSize, timeout, retries, backOff, requestsPerSecond, userAgent, tiles);
  }

  /** Returns a copy with another time-out. */
  public HttpTileOptions withTimeout(Duration timeout) {
    return new HttpTileOptions(
        minZoom, maxZoom, tileSize, timeout, retries, backOff, requestsPerSecond, userAgent, tiles);
  }

  /** Returns a copy with another number of retries and first pause. */
  public HttpTileOptions withRetries(int retries, Duration backOff) {
    return new HttpTileOptions(
        minZoom, maxZoom, tileSize, timeout, retries, backOff, requestsPerSecond, userAgent, tiles);
  }

  /** Returns a copy with another rate. */
  public HttpTileOptions withRequestsPerSecond(double requestsPerSecond) {
    return new HttpTileOptions(
        minZoom, maxZoom, tileSize, timeout, retries, backOff, requestsPerSecond, userAgent, tiles);
  }

  /** Returns a copy with another introduction. */
  public HttpTileOptions withUserAgent(String userAgent) {
    return new HttpTileOptions(
        minZoom, maxZoom, tileSize, timeout, retries, backOff, requestsPerSecond, userAgent, tiles);
  }

  /** Returns a copy with other options for the tiles. */
  public HttpTileOptions withTiles(TileOptions tiles) {
    return new HttpTileOptions(
        minZoom, maxZoom, tileSize, timeout, retries, backOff, requestsPerSecond, userAgent, tiles);
  }
}
