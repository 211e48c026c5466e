package io.github.geofix.judge;

import io.github.geofix.core.internal.Images;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;

/** Encodes photos as small JPEG files of nothing but their pixels. */
final class JpegPhoto {
  private JpegPhoto() {}

  /**
   * Encodes a photo.
   *
   * @param side the longer side, in pixels; a smaller photo keeps its size
   */
  static byte[] encode(BufferedImage photo, int side) {
    double scale = Math.min(1, (double) side / Math.max(photo.getWidth(), photo.getHeight()));
    int width = Math.max(1, (int) Math.round(photo.getWidth() * scale));
    int height = Math.max(1, (int) Math.round(photo.getHeight() * scale));
    BufferedImage reduced = withoutGrayProfile(photo);
    // By halves: bilinear interpolation over more than two pixels leaves out those between.
    while (reduced.getWidth() > 2 * width && reduced.getHeight() > 2 * height) {
      reduced = drawn(reduced, (reduced.getWidth() + 1) / 2, (reduced.getHeight() + 1) / 2);
    }
    return Images.encode(drawn(reduced, width, height), "jpeg");
  }

  /**
   * Copies gray samples to red, green and blue: Java takes gray for linear light and brightens it.
   */
  private static BufferedImage withoutGrayProfile(BufferedImage photo) {
    if (photo.getColorModel().getColorSpace().getType() != ColorSpace.TYPE_GRAY) {
      return photo;
    }
    int shift = photo.getSampleModel().getSampleSize(0) - Byte.SIZE;
    BufferedImage copy =
        new BufferedImage(photo.getWidth(), photo.getHeight(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < photo.getHeight(); y++) {
      for (int x = 0; x < photo.getWidth(); x++) {
        int sample = photo.getRaster().getSample(x, y, 0);
        copy.setRGB(x, y, 0x010101 * (shift > 0 ? sample >> shift : sample));
      }
    }
    return copy;
  }

  private static BufferedImage drawn(BufferedImage image, int width, int height) {
    return Images.draw(image, width, height, BufferedImage.TYPE_INT_RGB);
  }
}
