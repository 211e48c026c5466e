package io.github.geofix.models.recombine;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.internal.geodesy.StereographicFrame;
import io.github.geofix.core.internal.tile.MissingImagery;
import io.github.geofix.core.tile.TileSource.MapImage;
import io.github.geofix.models.internal.image.MapOnDemand;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/** The squares of a map that are tiles. Thread-safe; must be closed. */
final class MapCrops implements AutoCloseable {
  private final MapOnDemand map;
  private final double tileMeters;
  private final int pixels;
  private final MissingImagery missing = new MissingImagery(MissingImagery.MAX_SHARE);

  /**
   * Creates the crops.
   *
   * @param map closed with this
   * @param tileMeters the side of a tile on the ground
   * @param pixels the side of a tile in pixels
   */
  MapCrops(MapOnDemand map, double tileMeters, int pixels) {
    this.map = map;
    this.tileMeters = tileMeters;
    this.pixels = pixels;
  }

  /** Returns the tile around a place, north up. */
  MapImage around(LatLng center) {
    return map.mapImage(StereographicFrame.of(center, tileMeters), pixels, pixels);
  }

  /**
   * Returns the tile around a place, for training.
   *
   * @throws java.io.UncheckedIOException if the map has no imagery for the first tiles, or for most
   *     of them
   */
  BufferedImage trainingTile(LatLng center) {
    return missing.count(around(center)).image();
  }

  /** Returns the count of the tiles of training. */
  MissingImagery missing() {
    return missing;
  }

  /** Returns a place near another, moved east and north by up to so many meters each. */
  static LatLng near(LatLng place, double meters, SplittableRandom random) {
    if (meters == 0) {
      return place;
    }
    double east = meters * (2 * random.nextDouble() - 1);
    double north = meters * (2 * random.nextDouble() - 1);
    return LocalFrame.move(LocalFrame.move(place, 90, east), 0, north);
  }

  @Override
  public void close() {
    map.close();
  }
}
