package io.github.geofix.core.internal.webp;

import java.util.Arrays;

/**
 * The samples of one component of a VP8 frame, in whole macroblocks, within the borders that
 * prediction takes for neighbors (RFC 6386, 12.2 and 12.3).
 */
final class Vp8Plane {
  private static final byte ABOVE = 127;
  private static final byte LEFT = (byte) 129;

  /** Samples to the right that the prediction of the last block of a row reads. */
  private static final int RIGHT = 4;

  final byte[] samples;
  final int stride;

  Vp8Plane(int width, int height) {
    stride = 1 + width + RIGHT;
    samples = new byte[(1 + height) * stride];
    Arrays.fill(samples, 0, stride, ABOVE);
    for (int y = 0; y < height; y++) {
      samples[at(-1, y)] = LEFT;
    }
  }

  int at(int x, int y) {
    return (y + 1) * stride + x + 1;
  }

  /** Repeats the last sample of a row to its right, as libwebp does. */
  void extend(int y) {
    int end = at(-1, y + 1) - RIGHT;
    Arrays.fill(samples, end, end + RIGHT, samples[end - 1]);
  }
}
