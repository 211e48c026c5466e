package io.github.geofix.core.internal.webp;

/** The prediction of pixels from those above and to the left (RFC 9649, 3.5.1). */
final class Vp8lPrediction {
  /** Opaque black. */
  static final int BLACK = 0xff000000;

  private Vp8lPrediction() {}

  /**
   * Adds to pixels of a row what is predicted. To the right above the last of a row lies the first
   * of the same row.
   *
   * @param mode from 0 to 15, of which the last two are not assigned and taken for 0
   */
  static void add(int mode, int[] pixels, int from, int to, int width) {
    for (int i = from; i < to; i++) {
      int left = pixels[i - 1];
      int up = i - width;
      int above = pixels[up];
      int predicted =
          switch (mode) {
            case 1 -> left;
            case 2 -> above;
            case 3 -> pixels[up + 1];
            case 4 -> pixels[up - 1];
            case 5 -> mean(mean(left, pixels[up + 1]), above);
            case 6 -> mean(left, pixels[up - 1]);
            case 7 -> mean(left, above);
            case 8 -> mean(pixels[up - 1], above);
            case 9 -> mean(above, pixels[up + 1]);
            case 10 -> mean(mean(left, pixels[up - 1]), mean(above, pixels[up + 1]));
            case 11 -> nearer(left, above, pixels[up - 1]);
            case 12 -> gradient(left, above, pixels[up - 1]);
            case 13 -> halfGradient(mean(left, above), pixels[up - 1]);
            default -> BLACK;
          };
      pixels[i] = Vp8lTransform.add(pixels[i], predicted);
    }
  }

  /** Returns the means of the four components, rounded down. */
  private static int mean(int a, int b) {
    return (((a ^ b) & 0xfefefefe) >>> 1) + (a & b);
  }

  /** Returns which of two is nearer to their sum less the third. */
  private static int nearer(int left, int above, int corner) {
    int toLeft = 0;
    int toAbove = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 8) {
      int c = corner >> shift & 0xff;
      toLeft += Math.abs((above >> shift & 0xff) - c);
      toAbove += Math.abs((left >> shift & 0xff) - c);
    }
    return toLeft < toAbove ? left : above;
  }

  private static int gradient(int left, int above, int corner) {
    int result = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 8) {
      int value = (left >> shift & 0xff) + (above >> shift & 0xff) - (corner >> shift & 0xff);
      result |= clamp(value) << shift;
    }
    return result;
  }

  private static int halfGradient(int mean, int corner) {
    int result = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 8) {
      int value = mean >> shift & 0xff;
      // Rounded towards 0.
      result |= clamp(value + (value - (corner >> shift & 0xff)) / 2) << shift;
    }
    return result;
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
