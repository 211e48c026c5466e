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
}
