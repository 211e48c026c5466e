package io.github.geofix.core.tile;

import java.util.Objects;

/**
 * How to read a {@link TileSource}.
 *
 * @param scheme how the tiles are cut and numbered; ignored by stores that say so themselves
 * @param missingTiles what to show where a tile is missing
 * @param attribution whom to name beside the pictures; empty to take what the store says
 * @param cacheBytes the most memory to keep decoded tiles in, at least 1 MB
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

  /** Returns XYZ tiles, filled from the parent, no attribution of our own, a cache of 64 MB. */
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
