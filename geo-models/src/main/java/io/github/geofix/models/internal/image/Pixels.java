package io.github.geofix.models.internal.image;

import java.awt.Rectangle;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * Images of any kind as rows of blue, green, red bytes, which is what {@link
 * BufferedImage#TYPE_3BYTE_BGR} holds.
 *
 * <p>The samples are taken from the raster. {@code BufferedImage.getRGB} would read gray values as
 * linear light and brighten them, and convert colors through profiles that other image libraries
 * ignore when they feed a network.
 */
public final class Pixels {
  private static final int WHITE = 255;

  private Pixels() {}

  /** Creates a black image of type {@link BufferedImage#TYPE_3BYTE_BGR}. */
  public static BufferedImage create(int width, int height) {
    return new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
  }

  /** Returns the bytes behind an image made by {@link #create} or {@link #bgr}. */
  public static byte[] bytes(BufferedImage bgr) {
    return ((DataBufferByte) bgr.getRaster().getDataBuffer()).getData();
  }

  /**
   * Returns {@code image} itself if it is a whole image of type {@link
   * BufferedImage#TYPE_3BYTE_BGR}, or else a copy that is.
   */
  public static BufferedImage bgr(BufferedImage image) {
    if (isWholeBgr(image)) {
      return image;
    }
    int width = image.getWidth();
    int height = image.getHeight();
    BufferedImage bgr = create(width, height);
    byte[] to = bytes(bgr);
    ColorModel colors = image.getColorModel();
    Raster raster = image.getRaster();
    int space = colors.getColorSpace().getType();
    boolean plain =
        (space == ColorSpace.TYPE_RGB && raster.getNumBands() >= 3)
            || (space == ColorSpace.TYPE_GRAY && raster.getNumBands() <= 2);
    if (colors instanceof IndexColorModel palette) {
      copyIndexed(raster, palette, to);
    } else if (plain && hasIntegers(raster)) {
      copySamples(raster, colors, to);
    } else {
      new ColorConvertOp(null).filter(image, bgr);
    }
    return bgr;
  }

  /** Returns a copy with left and right swapped. */
  static BufferedImage mirrored(BufferedImage image) {
    return new Orientation(false, true, false).apply(bgr(image));
  }

  /** Returns a copy of a whole image. */
  static BufferedImage copy(BufferedImage image) {
    BufferedImage bgr = bgr(image);
    return bgr == image ? copy(bgr, new Rectangle(image.getWidth(), image.getHeight())) : bgr;
  }

  /** Returns a copy of a part of an image made by {@link #create} or {@link #bgr}. */
  static BufferedImage copy(BufferedImage bgr, Rectangle part) {
    BufferedImage copy = create(part.width, part.height);
    copy(bgr, part, copy, 0);
    return copy;
  }

  /** Copies a part of an image into the first rows of another, from a column on. */
  static void copy(BufferedImage from, Rectangle part, BufferedImage to, int column) {
    int fromStride = 3 * from.getWidth();
    int toStride = 3 * to.getWidth();
    for (int y = 0; y < part.height; y++) {
      int start = fromStride * (part.y + y) + 3 * part.x;
      System.arraycopy(bytes(from), start, bytes(to), toStride * y + 3 * column, 3 * part.width);
    }
  }

  /** Makes a part of an image black; what is outside of the image is left out. */
  static void blacken(BufferedImage bgr, Rectangle part) {
    Rectangle inside = part.intersection(new Rectangle(bgr.getWidth(), bgr.getHeight()));
    byte[] bytes = bytes(bgr);
    for (int y = inside.y; y < inside.y + inside.height; y++) {
      int start = 3 * (bgr.getWidth() * y + inside.x);
      Arrays.fill(bytes, start, start + 3 * Math.max(0, inside.width), (byte) 0);
    }
  }

  private static boolean isWholeBgr(BufferedImage image) {
    return image.getType() == BufferedImage.TYPE_3BYTE_BGR
        && image.getSampleModel() instanceof PixelInterleavedSampleModel samples
        && samples.getScanlineStride() == 3 * image.getWidth()
        && bytes(image).length == 3 * image.getWidth() * image.getHeight();
  }

  private static boolean hasIntegers(Raster raster) {
    int type = raster.getTransferType();
    return type == DataBuffer.TYPE_BYTE
        || type == DataBuffer.TYPE_USHORT
        || type == DataBuffer.TYPE_INT;
  }

  private static void copyIndexed(Raster raster, IndexColorModel palette, byte[] to) {
    int[] colors = new int[palette.getMapSize()];
    palette.getRGBs(colors);
    int width = raster.getWidth();
    int[] row = new int[width];
    int at = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
      for (int index : row) {
        // A damaged file may name a color that its palette does not have: black, as in Pillow.
        int argb = index < colors.length ? colors[index] : 0xff000000;
        int alpha = argb >>> 24;
        to[at++] = (byte) onWhite(argb & 0xff, alpha);
        to[at++] = (byte) onWhite(argb >> 8 & 0xff, alpha);
        to[at++] = (byte) onWhite(argb >> 16 & 0xff, alpha);
      }
    }
  }

  private static void copySamples(Raster raster, ColorModel colors, byte[] to) {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    long[] max = new long[bands];
    for (int band = 0; band < bands; band++) {
      max[band] = (1L << raster.getSampleModel().getSampleSize(band)) - 1;
    }
    boolean gray = bands <= 2;
    int green = gray ? 0 : 1;
    int blue = gray ? 0 : 2;
    boolean hasAlpha = colors.hasAlpha();
    boolean premultiplied = colors.isAlphaPremultiplied();
    int[] row = new int[width * bands];
    int at = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int from = 0; from < row.length; from += bands) {
        int alpha = hasAlpha ? eightBit(row[from + bands - 1], max[bands - 1]) : 255;
        int b = eightBit(row[from + blue], max[blue]);
        int g = eightBit(row[from + green], max[green]);
        int r = eightBit(row[from], max[0]);
        to[at++] = (byte) (premultiplied ? Math.min(255, b + 255 - alpha) : onWhite(b, alpha));
        to[at++] = (byte) (premultiplied ? Math.min(255, g + 255 - alpha) : onWhite(g, alpha));
        to[at++] = (byte) (premultiplied ? Math.min(255, r + 255 - alpha) : onWhite(r, alpha));
      }
    }
  }

  /** Scales 0..max to 0..255, rounding to nearest. */
  private static int eightBit(int sample, long max) {
    return max == 255 ? sample : (int) (((sample & 0xffffffffL) * 255 + max / 2) / max);
  }

  private static int onWhite(int sample, int alpha) {
    return alpha == 255 ? sample : (sample * alpha + WHITE * (255 - alpha) + 127) / 255;
  }
}
