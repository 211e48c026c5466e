package io.github.geofix.models.recombine;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.geodesy.StereographicFrame;
import io.github.geofix.models.image.MapOnDemand;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/** Squares of a map. Thread-safe; must be closed. */
final class MapCrops implements AutoCloseable {
  private final MapOnDemand map;
  private final double sizeMeters;
  private final int pixels;

  /**
   * Creates the crops.
   *
   * @param map as {@link MapOnDemand} takes it
   * @param sizeMeters the side of a crop on the ground
   * @param pixels the side of a crop
   */
  MapCrops(String map, double sizeMeters, int pixels) {
    this.map = new MapOnDemand(map);
    this.sizeMeters = sizeMeters;
    this.pixels = pixels;
  }

  /** Returns the square around a place, north up. */
  BufferedImage around(LatLng center) {
    return map.view(StereographicFrame.of(center, sizeMeters), pixels, pixels);
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
