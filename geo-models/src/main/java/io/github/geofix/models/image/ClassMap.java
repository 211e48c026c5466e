package io.github.geofix.models.image;

import io.github.geofix.core.internal.Count;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;

/**
 * What each pixel of a photo shows, as a class number: sky, road, tree. Immutable and thread-safe.
 */
public final class ClassMap {

  /** The number of pixels that belong to no class. */
  public static final int UNKNOWN = 255;

  private final int width;
  private final int height;
  private final byte[] classes;

  private ClassMap(int width, int height, byte[] classes) {
    this.width = width;
    this.height = height;
    this.classes = classes;
  }

  /**
   * Returns a map of given classes.
   *
   * @param classes [height x width], row by row, unsigned; {@link #UNKNOWN} for none
   * @throws IllegalArgumentException if the length does not fit
   */
  public static ClassMap of(int width, int height, byte[] classes) {
    if (width < 1 || height < 1 || classes.length != (long) width * height) {
      throw new IllegalArgumentException(
          classes.length + " classes do not fill " + width + " x " + height + " pixels");
    }
    return new ClassMap(width, height, classes.clone());
  }

  /**
   * Reads classes from an image whose stored values are the class numbers: gray or with a palette,
   * as data sets of labeled photos have them.
   *
   * @throws IllegalArgumentException if the image has colors or more than 8 bits
   */
  public static ClassMap of(BufferedImage image) {
    Raster raster = image.getRaster();
    if (raster.getNumBands() != 1 || raster.getTransferType() != DataBuffer.TYPE_BYTE) {
      throw new IllegalArgumentException(
          "a class map has one value of 8 bits a pixel, this image has "
              + Count.of(raster.getNumBands(), "bands of ")
              + DataBuffer.getDataTypeSize(raster.getTransferType())
              + " bits: save it as a gray or palette PNG");
    }
    int width = image.getWidth();
    int height = image.getHeight();
    int[] samples = raster.getSamples(0, 0, width, height, 0, (int[]) null);
    byte[] classes = new byte[samples.length];
    for (int i = 0; i < samples.length; i++) {
      classes[i] = (byte) samples[i];
    }
    return new ClassMap(width, height, classes);
  }

  /** Returns the width in pixels. */
  public int width() {
    return width;
  }

  /** Returns the height in pixels. */
  public int height() {
    return height;
  }

  /** Returns the class of a pixel, 0 to 254, or {@link #UNKNOWN}. */
  public int at(int x, int y) {
    return classes[y * width + x] & 0xff;
  }

  /** Returns the map of the mirrored photo. */
  public ClassMap mirrored() {
    byte[] turned = new byte[classes.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        turned[y * width + x] = classes[y * width + width - 1 - x];
      }
    }
    return new ClassMap(width, height, turned);
  }
}
