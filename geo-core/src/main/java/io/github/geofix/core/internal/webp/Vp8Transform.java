package io.github.geofix.core.internal.webp;

/** The inverse transforms of blocks of 4 x 4 (RFC 6386, 14.3 and 14.4). */
final class Vp8Transform {
  /** Coefficients of a block. */
  static final int SIZE = 16;

  private Vp8Transform() {}

  /**
   * Inverts the Walsh-Hadamard transform of the means of 16 luma blocks, and makes each the first
   * coefficient of its block.
   *
   * @param values the blocks' coefficients
   * @param means the index of the first of the means
   */
  static void spreadMeans(int[] values, int means) {
    for (int i = means; i < means + 4; i++) {
      int a = values[i] + values[i + 12];
      int b = values[i + 4] + values[i + 8];
      int c = values[i + 4] - values[i + 8];
      int d = values[i] - values[i + 12];
      values[i] = a + b;
      values[i + 4] = c + d;
      values[i + 8] = a - b;
      values[i + 12] = d - c;
    }
    for (int row = 0; row < 4; row++) {
      int i = means + 4 * row;
      int a = values[i] + values[i + 3] + 3;
      int b = values[i + 1] + values[i + 2];
      int c = values[i + 1] - values[i + 2];
      int d = values[i] - values[i + 3] + 3;
      values[4 * row * SIZE] = (a + b) >> 3;
      values[(4 * row + 1) * SIZE] = (c + d) >> 3;
      values[(4 * row + 2) * SIZE] = (a - b) >> 3;
      values[(4 * row + 3) * SIZE] = (d - c) >> 3;
    }
  }

  /** Adds the inverse cosine transform of a block, whose coefficients it overwrites. */
  static void add(int[] values, int offset, byte[] samples, int at, int stride) {
    for (int i = offset; i < offset + 4; i++) {
      int a = values[i] + values[i + 8];
      int b = values[i] - values[i + 8];
      int c = sine(values[i + 4]) - cosine(values[i + 12]);
      int d = cosine(values[i + 4]) + sine(values[i + 12]);
      values[i] = a + d;
      values[i + 4] = b + c;
      values[i + 8] = b - c;
      values[i + 12] = a - d;
    }
    for (int row = 0; row < 4; row++) {
      int i = offset + 4 * row;
      int a = values[i] + values[i + 2] + 4;
      int b = values[i] - values[i + 2] + 4;
      int c = sine(values[i + 1]) - cosine(values[i + 3]);
      int d = cosine(values[i + 1]) + sine(values[i + 3]);
      int to = at + row * stride;
      samples[to] = clamp((samples[to] & 0xff) + ((a + d) >> 3));
      samples[to + 1] = clamp((samples[to + 1] & 0xff) + ((b + c) >> 3));
      samples[to + 2] = clamp((samples[to + 2] & 0xff) + ((b - c) >> 3));
      samples[to + 3] = clamp((samples[to + 3] & 0xff) + ((a - d) >> 3));
    }
  }

  /** Adds the inverse transform of a block that has no coefficient but the first. */
  static void addMean(int value, byte[] samples, int at, int stride) {
    int mean = (value + 4) >> 3;
    for (int row = at; row < at + 4 * stride; row += stride) {
      for (int i = row; i < row + 4; i++) {
        samples[i] = clamp((samples[i] & 0xff) + mean);
      }
    }
  }

  /** Returns the value times the root of 2 times the cosine of pi / 8. */
  private static int cosine(int value) {
    return ((value * 20091) >> 16) + value;
  }

  /** Returns the value times the root of 2 times the sine of pi / 8. */
  private static int sine(int value) {
    return (value * 35468) >> 16;
  }

  static byte clamp(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
