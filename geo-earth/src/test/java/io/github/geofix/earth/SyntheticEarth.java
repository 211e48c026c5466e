package io.github.geofix.earth;

import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.util.Random;

/** Pictures of invented planets. */
final class SyntheticEarth {

  /** A color for every point. */
  interface Painter {
    int rgb(double latitude, double longitude);
  }

  private SyntheticEarth() {}

  static BufferedImage paint(int height, Painter painter) {
    BufferedImage image = new BufferedImage(2 * height, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < 2 * height; x++) {
        double latitude = 90 - (y + 0.5) * 180 / height;
        double longitude = (x + 0.5) * 180 / height - 180;
        image.setRGB(x, y, painter.rgb(latitude, longitude));
      }
    }
    return image;
  }

  /** Waves over the whole sphere, without a seam; about 20 degrees long. */
  static int smooth(double latitude, double longitude) {
    double lat = Math.toRadians(latitude);
    double lon = Math.toRadians(longitude);
    double x = Math.cos(lat) * Math.cos(lon);
    double y = Math.cos(lat) * Math.sin(lon);
    double z = Math.sin(lat);
    return wave(17 * x + 3 * z) << 16 | wave(15 * y - 5 * x) << 8 | wave(16 * z + 4 * y);
  }

  private static int wave(double phase) {
    return (int) Math.round(127.5 + 120 * Math.sin(phase));
  }

  /** Land of random patches of three degrees, each of its own color. */
  static EarthImage patches(long seed) {
    int[] colors = new Random(seed).ints(60 * 120, 0, 1 << 24).toArray();
    return EarthImage.of(
        paint(
            360,
            (latitude, longitude) -> {
              int row = (int) ((90 - latitude) / 3);
              int column = (int) ((longitude + 180) / 3);
              // Red above blue: nothing is taken for water.
              return (colors[row * 120 + column] & 0xFFFF7F) | 0x800000;
            }));
  }

  static LatLng randomPoint(Random random) {
    return new LatLng(
        Math.toDegrees(Math.asin(2 * random.nextDouble() - 1)), 360 * random.nextDouble() - 180);
  }
}
