package io.github.geofix.core.internal.webp;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;

/**
 * The colors of a VP8 frame as libwebp makes them: chroma interpolated from the nearest four
 * samples by 9, 3, 3 and 1 of 16, then ITU-R BT.601 from studio range in fixed point.
 */
final class Vp8Colors {
  /** BT.601's coefficients of 2 to the 14; a product loses 8 bits, the result the other 6. */
  private static final int LUMA = 19077;

  private static final int RED_OF_V = 26149;
  private static final int GREEN_OF_U = 6419;
  private static final int GREEN_OF_V = 13320;
  private static final int BLUE_OF_U = 33050;

  /** What the values' offsets of 16 and 128 amount to, rounded. */
  private static final int RED_OFFSET = 14234;

  private static final int GREEN_OFFSET = 8708;
  private static final int BLUE_OFFSET = 17685;

  private Vp8Colors() {}

  /**
   * Returns the image of a frame, as bytes of blue, green and red.
   *
   * @param alpha of the pixels, which goes before their colors; empty if there is none
   */
  static BufferedImage toImage(Vp8Plane[] planes, int width, int height, byte[] alpha) {
    boolean hasAlpha = alpha.length > 0;
    int type = hasAlpha ? BufferedImage.TYPE_4BYTE_ABGR : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage image = new BufferedImage(width, height, type);
    byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    int to = 0;
    int[] u = new int[width];
    int[] v = new int[width];
    for (int y = 0; y < height; y++) {
      interpolate(planes[1], y, height, u);
      interpolate(planes[2], y, height, v);
      byte[] luma = planes[0].samples;
      int from = planes[0].at(0, y);
      for (int x = 0; x < width; x++) {
        if (hasAlpha) {
          bgr[to++] = alpha[width * y + x];
        }
        int light = ((luma[from + x] & 0xff) * LUMA) >> 8;
        bgr[to++] = toByte(light + ((u[x] * BLUE_OF_U) >> 8) - BLUE_OFFSET);
        bgr[to++] =
            toByte(light - ((u[x] * GREEN_OF_U) >> 8) - ((v[x] * GREEN_OF_V) >> 8) + GREEN_OFFSET);
        bgr[to++] = toByte(light + ((v[x] * RED_OF_V) >> 8) - RED_OFFSET);
      }
    }
    return image;
  }

  private static byte toByte(int value) {
    return Vp8Transform.clamp(value >> 6);
  }

  /** Interpolates a row of chroma, with libwebp's two roundings. */
  private static void interpolate(Vp8Plane plane, int y, int height, int[] row) {
    int rows = (height + 1) / 2;
    int near = plane.at(0, y / 2);
    int far = plane.at(0, Math.max(0, Math.min(rows - 1, y / 2 + ((y & 1) == 0 ? -1 : 1))));
    byte[] samples = plane.samples;
    int width = row.length;
    int columns = (width + 1) / 2;
    for (int x = 1; x < 2 * columns - 1; x++) {
      int side = (x & 1) == 0 ? -1 : 1;
      int i = x >> 1;
      int nearest = samples[near + i] & 0xff;
      int sum =
          nearest
              + 3 * (samples[near + i + side] & 0xff)
              + 3 * (samples[far + i] & 0xff)
              + (samples[far + i + side] & 0xff);
      row[x] = (((sum + 8) >> 3) + nearest) >> 1;
    }
    row[0] = (3 * (samples[near] & 0xff) + (samples[far] & 0xff) + 2) >> 2;
    if ((width & 1) == 0) {
      int last = columns - 1;
      row[width - 1] = (3 * (samples[near + last] & 0xff) + (samples[far + last] & 0xff) + 2) >> 2;
    }
  }
}
