package io.github.geofix.models.semantics;

import io.github.geofix.models.image.ClassMap;
import java.awt.image.BufferedImage;

/**
 * Class maps of water and the rest, by color: a pixel is water if its blue exceeds 1.2 times its
 * red and its green. For images of the Earth from above. Thread-safe.
 */
final class WaterClassMaps implements ClassMaps {
  /** The class of water. */
  static final int WATER = 0;

  /** The class of everything else. */
  static final int OTHER = 1;

  @Override
  public ClassMap of(BufferedImage photo) {
    int width = photo.getWidth();
    int height = photo.getHeight();
    int[] colors = photo.getRGB(0, 0, width, height, null, 0, width);
    byte[] classes = new byte[colors.length];
    for (int i = 0; i < colors.length; i++) {
      int red = colors[i] >> 16 & 0xff;
      int green = colors[i] >> 8 & 0xff;
      int blue = colors[i] & 0xff;
      classes[i] = (byte) (5 * blue > 6 * Math.max(red, green) ? WATER : OTHER);
    }
    return ClassMap.of(width, height, classes);
  }
}
