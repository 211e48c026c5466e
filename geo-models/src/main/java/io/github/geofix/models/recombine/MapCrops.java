package io.github.geofix.models.recombine;

import io.github.geofix.core.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.geodesy.StereographicFrame;
import io.github.geofix.core.tile.TileOptions;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.image.ImageSpec;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Squares of a map as a network reads them. The map is opened when it is first needed. Thread-safe;
 * must be closed.
 */
final class MapCrops implements AutoCloseable {
  private final String map;
  private final double sizeMeters;
  private final ImagePreprocessor preprocessor;
  private @Nullable TileSource tiles;

  /**
   * Creates the crops.
   *
   * @param map what {@link TileSource#open} understands
   * @param sizeMeters the side of a crop on the ground
   */
  MapCrops(String map, double sizeMeters, ImageSpec image) {
    this.map = map;
    this.sizeMeters = sizeMeters;
    this.preprocessor = ImagePreprocessor.of(image);
  }

  /** Returns the square around a place, north up: {@code [3, H, W]}, preprocessed. */
  float[] around(LatLng center) {
    ImageSpec image = preprocessor.spec();
    return preprocessor.normalize(
        open().view(StereographicFrame.of(center, sizeMeters), image.width(), image.height()));
  }

  /** Returns a place near another, moved east and north by up to so many metres each. */
  static LatLng near(LatLng place, double meters, SplittableRandom random) {
    if (meters == 0) {
      return place;
    }
    double east = meters * (2 * random.nextDouble() - 1);
    double north = meters * (2 * random.nextDouble() - 1);
    return LocalFrame.move(LocalFrame.move(place, 90, east), 0, north);
  }

  private synchronized TileSource open() {
    TileSource open = tiles;
    if (open == null) {
      if (map.isEmpty()) {
        throw new IllegalStateException(
            "the model knows no map to take tiles from: give one by the setting map, such as"
                + " map=tiles/{z}/{x}/{y}.jpg");
      }
      Path cache = Path.of(System.getProperty("user.home"), ".cache", "geofix", "tiles");
      open = TileSource.open(map, cache, TileOptions.defaults());
      tiles = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    if (tiles != null) {
      tiles.close();
    }
  }
}
