package io.github.geofix.core.internal.webp;

import java.util.Arrays;

/** The prediction of samples from those above and to the left (RFC 6386, 12). */
final class Vp8Prediction {
  static final int DC = 0;
  static final int TRUE_MOTION = 1;
  static final int VERTICAL = 2;
  static final int HORIZONTAL = 3;
  private static final int LEFT_DOWN = 4;
  private static final int RIGHT_DOWN = 5;
  private static final int VERTICAL_RIGHT = 6;
  private static final int VERTICAL_LEFT = 7;
  private static final int HORIZONTAL_DOWN = 8;

  /** The index of the corner among the neighbors of a block. */
  private static final int CORNER = 5;

  /**
   * The neighbors of a block of 4 x 4: to the left from below, the corner, above and above to the
   * right. The first and the last stand twice.
   */
  private final int[] edge = new int[15];

  /**
   * Predicts a square of samples.
   *
   * @param at the index of the first sample
   * @param size 16 or 8 for a macroblock
   * @param mode one of those from {@link #DC} to {@link #HORIZONTAL}
   */
  static void square(
      Vp8Plane plane, int at, int size, int mode, boolean hasAbove, boolean hasLeft) {
    byte[] samples = plane.samples;
    int above = at - plane.stride;
    int mean = mode == DC ? mean(plane, at, size, hasAbove, hasLeft) : 0;
    for (int row = at; row < at + size * plane.stride; row += plane.stride) {
      switch (mode) {
        case DC -> Arrays.fill(samples, row, row + size, (byte) mean);
        case VERTICAL -> System.arraycopy(samples, above, samples, row, size);
        case HORIZONTAL -> Arrays.fill(samples, row, row + size, samples[row - 1]);
        default -> {
          int difference = (samples[row - 1] & 0xff) - (samples[above - 1] & 0xff);
          for (int i = 0; i < size; i++) {
            samples[row + i] = Vp8Transform.clamp((samples[above + i] & 0xff) + difference);
          }
        }
      }
    }
  }

  private static int mean(Vp8Plane plane, int at, int size, boolean hasAbove, boolean hasLeft) {
    if (!hasAbove && !hasLeft) {
      return 128;
    }
    int sum = 0;
    for (int i = 0; i < size; i++) {
      sum += hasAbove ? plane.samples[at - plane.stride + i] & 0xff : 0;
      sum += hasLeft ? plane.samples[at + i * plane.stride - 1] & 0xff : 0;
    }
    int count = hasAbove && hasLeft ? 2 * size : size;
    return (sum + count / 2) / count;
  }

  /**
   * Predicts a luma block of 4 x 4.
   *
   * @param at the index of its first sample
   * @param aboveRight the index of the four samples above and to the right
   */
  void block(Vp8Plane plane, int at, int aboveRight, int mode) {
    if (mode == DC || mode == TRUE_MOTION) {
      square(plane, at, 4, mode, true, true);
      return;
    }
    byte[] samples = plane.samples;
    int above = at - plane.stride;
    for (int i = 0; i < 4; i++) {
      edge[CORNER - 1 - i] = samples[at + i * plane.stride - 1] & 0xff;
      edge[CORNER + 1 + i] = samples[above + i] & 0xff;
      edge[CORNER + 5 + i] = samples[aboveRight + i] & 0xff;
    }
    edge[CORNER] = samples[above - 1] & 0xff;
    edge[0] = edge[1];
    edge[14] = edge[13];
    for (int row = 0; row < 4; row++) {
      for (int column = 0; column < 4; column++) {
        samples[at + row * plane.stride + column] = (byte) predict(mode, row, column);
      }
    }
  }

  private int predict(int mode, int row, int column) {
    return switch (mode) {
      case VERTICAL -> smooth(CORNER + 1 + column);
      case HORIZONTAL -> smooth(CORNER - 1 - row);
      case LEFT_DOWN -> smooth(CORNER + 2 + row + column);
      case RIGHT_DOWN -> smooth(CORNER + column - row);
      case VERTICAL_RIGHT -> {
        int i = 2 * column - row;
        yield i < 0 ? smooth(CORNER + 1 + i) : between(CORNER, i);
      }
      case VERTICAL_LEFT -> {
        int i = CORNER + 1 + column + (row >> 1);
        // The last of each of the two lower rows leaves the pattern.
        yield column == 3 && row > 1 ? smooth(i + row - 1) : between(i, row & 1);
      }
      case HORIZONTAL_DOWN -> {
        int i = 2 * (3 - row) + column;
        yield i > 7 ? smooth(i - 2) : between(1, i);
      }
      default -> {
        int i = Math.min(6, 2 * row + column);
        yield (i & 1) == 0 ? mean(3 - (i >> 1)) : smooth(3 - (i >> 1));
      }
    };
  }

  /** Returns the value at a place that is {@code halfSteps} behind the middle of two neighbors. */
  private int between(int first, int halfSteps) {
    int i = first + (halfSteps >> 1);
    return (halfSteps & 1) == 0 ? mean(i) : smooth(i + 1);
  }

  private int mean(int i) {
    return (edge[i] + edge[i + 1] + 1) >> 1;
  }

  private int smooth(int i) {
    return (edge[i - 1] + 2 * edge[i] + edge[i + 1] + 2) >> 2;
  }
}
