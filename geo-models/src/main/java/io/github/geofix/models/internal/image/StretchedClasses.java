package io.github.geofix.models.internal.image;

import io.github.geofix.models.image.ClassMap;
import java.awt.image.BufferedImage;

/** Classes found in a photo that was stretched, as a map of the photo's own size. */
public final class StretchedClasses {
  private StretchedClasses() {}

  /**
   * Returns the map.
   *
   * @param found {@code [rows, columns]} row-major; classes above 254 become unknown
   */
  public static ClassMap of(long[] found, int rows, int columns, BufferedImage photo) {
    int width = photo.getWidth();
    int height = photo.getHeight();
    byte[] classes = new byte[width * height];
    for (int y = 0; y < height; y++) {
      int row = (int) ((y + 0.5) * rows / height);
      for (int x = 0; x < width; x++) {
        long best = found[row * columns + (int) ((x + 0.5) * columns / width)];
        classes[y * width + x] = (byte) Math.min(best, ClassMap.UNKNOWN);
      }
    }
    return ClassMap.of(width, height, classes);
  }
}
