package io.github.geofix.models.internal.image;

import io.github.geofix.models.image.ImageSpec.Interpolation;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * Resizes images as Pillow does, to the same bytes: the filter is widened when the image shrinks,
 * its weights are rounded to 22 fractional bits, and rows are resized before columns with a
 * rounding to bytes between. Networks are sensitive to the difference from other resizers.
 *
 * <p>Thread-safe. Resizing from {@code h x w} to {@code h' x w'} takes time proportional to {@code
 * h (w + w') + w' h'} and {@code 3 h w'} bytes.
 */
public final class Resampling {
  /** Pillow's: bytes times weights of magnitude up to 2 stay inside an int. */
  private static final int FRACTION_BITS = 32 - 8 - 2;

  /** PyTorch's: the largest weight of an axis must fit into 16 bits with a sign. */
  private static final int TENSOR_WEIGHT_BITS = 15;

  private Resampling() {}

  /**
   * Resizes all of an image.
   *
   * @param image of any type
   * @param width of the result, at least 1
   * @param height of the result, at least 1
   * @return a new image of type {@link BufferedImage#TYPE_3BYTE_BGR}
   */
  public static BufferedImage resize(
      BufferedImage image, int width, int height, Interpolation interpolation) {
    return resize(image, width, height, interpolation, new Rectangle(0, 0, width, height));
  }

  /**
   * Resizes an image and cuts a part out of the result; only this part is computed.
   *
   * @param width of the whole result, at least 1
   * @param height of the whole result, at least 1
   * @param part of the whole result that is wanted
   * @return a new image of the size of {@code part}
   * @throws IllegalArgumentException if {@code part} is empty or reaches past the whole result
   */
  public static BufferedImage resize(
      BufferedImage image, int width, int height, Interpolation interpolation, Rectangle part) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("cannot resize to " + width + " x " + height + " pixels");
    }
    if (part.isEmpty() || !new Rectangle(width, height).contains(part)) {
      throw new IllegalArgumentException(
          "no part of " + width + " x " + height + " pixels: " + part);
    }
    int fromWidth = image.getWidth();
    int fromHeight = image.getHeight();
    Weights across = Weights.of(interpolation, fromWidth, width, part.x, part.width);
    Weights down = Weights.of(interpolation, fromHeight, height, part.y, part.height);
    BufferedImage result = Pixels.create(part.width, part.height);
    byte[] source = Pixels.bytes(Pixels.bgr(image));
    int top = down.first();
    int bottom = down.end();
    byte[] narrow;
    int left;
    int stride;
    if (fromWidth == width) {
      narrow = source;
      left = 3 * (part.x + fromWidth * top);
      stride = 3 * fromWidth;
    } else {
      narrow = new byte[3 * part.width * (bottom - top)];
      left = 0;
      stride = 3 * part.width;
      for (int y = top; y < bottom; y++) {
        resizeRow(source, 3 * fromWidth * y, across, narrow, stride * (y - top));
      }
    }
    byte[] to = Pixels.bytes(result);
    if (fromHeight == height) {
      for (int y = 0; y < part.height; y++) {
        int from = left + stride * (part.y - top + y);
        System.arraycopy(narrow, from, to, 3 * part.width * y, 3 * part.width);
      }
    } else {
      resizeColumns(narrow, left, stride, top, down, to, 3 * part.width);
    }
    return result;
  }

  private static void resizeRow(byte[] from, int rowStart, Weights weights, byte[] to, int at) {
    int[] weight = weights.weight;
    int bits = weights.bits;
    int half = weights.half();
    int out = at;
    for (int x = 0; x < weights.start.length; x++) {
      int blue = half;
      int green = half;
      int red = half;
      int k = x * weights.stride;
      int end = rowStart + 3 * (weights.start[x] + weights.count[x]);
      for (int i = rowStart + 3 * weights.start[x]; i < end; i += 3) {
        int w = weight[k++];
        blue += w * (from[i] & 0xff);
        green += w * (from[i + 1] & 0xff);
        red += w * (from[i + 2] & 0xff);
      }
      to[out] = toByte(blue, bits);
      to[out + 1] = toByte(green, bits);
      to[out + 2] = toByte(red, bits);
      out += 3;
    }
  }

  private static void resizeColumns(
      byte[] from, int left, int stride, int top, Weights weights, byte[] to, int rowBytes) {
    int[] sums = new int[rowBytes];
    int bits = weights.bits;
    for (int y = 0; y < weights.start.length; y++) {
      Arrays.fill(sums, weights.half());
      for (int i = 0; i < weights.count[y]; i++) {
        addRow(
            from,
            left + stride * (weights.start[y] + i - top),
            weights.weight[y * weights.stride + i],
            sums);
      }
      for (int x = 0; x < rowBytes; x++) {
        to[rowBytes * y + x] = toByte(sums[x], bits);
      }
    }
  }

  /** A loop of its own, so that the compiler turns it into vector instructions. */
  private static void addRow(byte[] from, int start, int weight, int[] sums) {
    for (int x = 0; x < sums.length; x++) {
      sums[x] += weight * (from[start + x] & 0xff);
    }
  }

  private static byte toByte(int sum, int bits) {
    return (byte) Math.max(0, Math.min(255, sum >> bits));
  }

  /**
   * For each result pixel along one axis, the source pixels it is the weighted sum of.
   *
   * @param start first source pixel of each result pixel
   * @param count number of source pixels of each result pixel
   * @param weight {@code stride} weights for each result pixel, in units of {@code 2^-bits}
   * @param stride room for the weights of one result pixel
   */
  private record Weights(int[] start, int[] count, int[] weight, int stride, int bits) {

    /** Weights of the result pixels {@code offset} to {@code offset + length - 1} of {@code to}. */
    static Weights of(Interpolation interpolation, int from, int to, int offset, int length) {
      Exact exact = Exact.of(interpolation, from, to, offset, length);
      int bits = FRACTION_BITS;
      if (interpolation == Interpolation.BICUBIC_TENSOR) {
        // Of the whole axis, whatever part of it is wanted.
        bits = tensorBits(Exact.of(interpolation, from, to, 0, to).largest());
      }
      int[] weight = new int[exact.weight.length];
      for (int i = 0; i < weight.length; i++) {
        double fixed = exact.weight[i] * (1 << bits);
        weight[i] = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
      }
      return new Weights(exact.start, exact.count, weight, exact.stride, bits);
    }

    private static int tensorBits(double largest) {
      int bits = 0;
      while (bits < FRACTION_BITS
          && (int) (0.5 + largest * (1 << (bits + 1))) < 1 << TENSOR_WEIGHT_BITS) {
        bits++;
      }
      return bits;
    }

    int half() {
      return 1 << (bits - 1);
    }

    int first() {
      return start[0];
    }

    int end() {
      return start[start.length - 1] + count[count.length - 1];
    }
  }

  /** {@link Weights} before they are rounded; those of each result pixel sum to 1. */
  private record Exact(int[] start, int[] count, double[] weight, int stride) {

    static Exact of(Interpolation interpolation, int from, int to, int offset, int length) {
      double scale = (double) from / to;
      double filterScale = Math.max(scale, 1.0);
      double support = radius(interpolation) * filterScale;
      int stride = (int) Math.ceil(support) * 2 + 1;
      int[] start = new int[length];
      int[] count = new int[length];
      double[] weight = new double[Math.multiplyExact(length, stride)];
      for (int i = 0; i < length; i++) {
        double center = (offset + i + 0.5) * scale;
        start[i] = Math.max(0, (int) (center - support + 0.5));
        count[i] = Math.min(from, (int) (center + support + 0.5)) - start[i];
        int first = i * stride;
        double sum = 0;
        for (int k = 0; k < count[i]; k++) {
          weight[first + k] =
              filter(interpolation, (start[i] + k - center + 0.5) * (1.0 / filterScale));
          sum += weight[first + k];
        }
        for (int k = 0; k < count[i]; k++) {
          weight[first + k] /= sum;
        }
      }
      return new Exact(start, count, weight, stride);
    }

    double largest() {
      return Arrays.stream(weight).max().orElse(0);
    }

    private static double radius(Interpolation interpolation) {
      return interpolation == Interpolation.BILINEAR ? 1.0 : 2.0;
    }

    private static double filter(Interpolation interpolation, double x) {
      double d = Math.abs(x);
      if (interpolation == Interpolation.BILINEAR) {
        return d < 1 ? 1 - d : 0;
      }
      // Keys, "Cubic convolution interpolation", 1981, with the a that Pillow uses.
      double a = -0.5;
      if (d < 1) {
        return ((a + 2) * d - (a + 3)) * d * d + 1;
      }
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    }
  }
}
