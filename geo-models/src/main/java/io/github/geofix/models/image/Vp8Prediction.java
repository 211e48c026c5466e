package io.github.geofix.models.image;

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

  /** Where the corner lies among the neighbors of a block. */
  private static final int CORNER = 4;

  private static final int NEIGHBORS = 13;

  /** The neighbors of a block of 4 x 4: left from below, the corner, above and above right. */
  private final int[] edge = new int[NEIGHBORS];

  private final int[] predicted = new int[16];

  /**
   * Predicts a macroblock's samples of one component.
   *
   * @param at the index of the first sample
   * @param size 16 or 8
   */
  static void macroblock(
      Vp8Plane plane, int at, int size, int mode, boolean hasAbove, boolean hasLeft) {
    byte[] samples = plane.samples;
    int stride = plane.stride;
    int above = at - stride;
    int mean = mode == DC ? mean(samples, at, stride, size, hasAbove, hasLeft) : 0;
    for (int row = at; row < at + size * stride; row += stride) {
      switch (mode) {
        case DC -> Arrays.fill(samples, row, row + size, (byte) mean);
        case VERTICAL -> System.arraycopy(samples, above, samples, row, size);
        case HORIZONTAL -> Arrays.fill(samples, row, row + size, samples[row - 1]);
        default -> trueMotion(samples, row, above, size);
      }
    }
  }

  private static int mean(
      byte[] samples, int at, int stride, int size, boolean hasAbove, boolean hasLeft) {
    if (!hasAbove && !hasLeft) {
      return 128;
    }
    int sum = 0;
    for (int i = 0; i < size; i++) {
      sum += hasAbove ? samples[at - stride + i] & 0xff : 0;
      sum += hasLeft ? samples[at + i * stride - 1] & 0xff : 0;
    }
    int count = hasAbove && hasLeft ? 2 * size : size;
    return (sum + count / 2) / count;
  }

  private static void trueMotion(byte[] samples, int row, int above, int size) {
    int difference = (samples[row - 1] & 0xff) - (samples[above - 1] & 0xff);
    for (int i = 0; i < size; i++) {
      samples[row + i] = Vp8Transform.clamp((samples[above + i] & 0xff) + difference);
    }
  }

  /**
   * Predicts a luma block of 4 x 4.
   *
   * @param at the index of its first sample
   * @param aboveRight the index of the four samples above and to the right
   */
  void block(Vp8Plane plane, int at, int aboveRight, int mode) {
    byte[] samples = plane.samples;
    int stride = plane.stride;
    if (mode == TRUE_MOTION) {
      for (int i = 0; i < 4; i++) {
        trueMotion(samples, at + i * stride, at - stride, 4);
      }
      return;
    }
    for (int i = 0; i < 4; i++) {
      edge[i] = samples[at + (3 - i) * stride - 1] & 0xff;
      edge[CORNER + 1 + i] = samples[at - stride + i] & 0xff;
      edge[CORNER + 5 + i] = samples[aboveRight + i] & 0xff;
    }
    edge[CORNER] = samples[at - stride - 1] & 0xff;
    for (int i = 0; i < predicted.length; i++) {
      predicted[i] = predict(mode, i >> 2, i & 3);
    }
    for (int i = 0; i < predicted.length; i++) {
      samples[at + (i >> 2) * stride + (i & 3)] = (byte) predicted[i];
    }
  }

  private int predict(int mode, int row, int column) {
    return switch (mode) {
      case DC ->
          edge[0] + edge[1] + edge[2] + edge[3] + edge[5] + edge[6] + edge[7] + edge[8] + 4 >> 3;
      case VERTICAL -> smooth(CORNER + 1 + column);
      case HORIZONTAL -> row == 3 ? weigh(edge[1], edge[0], edge[0]) : smooth(3 - row);
      case LEFT_DOWN -> {
        int i = CORNER + 2 + row + column;
        yield i == NEIGHBORS - 1 ? weigh(edge[i - 1], edge[i], edge[i]) : smooth(i);
      }
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
        yield i > 7 ? smooth(i - 3) : between(0, i);
      }
      default -> {
        int i = 2 * row + column;
        if (i > 4) {
          yield i == 5 ? weigh(edge[1], edge[0], edge[0]) : edge[0];
        }
        yield (i & 1) == 0 ? mean(2 - (i >> 1)) : smooth(2 - (i >> 1));
      }
    };
  }

  /** Returns the value in the middle of, or at, the neighbors from the first on, in half steps. */
  private int between(int first, int halfSteps) {
    int i = first + (halfSteps >> 1);
    return (halfSteps & 1) == 0 ? mean(i) : smooth(i + 1);
  }

  private int mean(int i) {
    return edge[i] + edge[i + 1] + 1 >> 1;
  }

  private int smooth(int i) {
    return weigh(edge[i - 1], edge[i], edge[i + 1]);
  }

  private static int weigh(int a, int b, int c) {
    return a + 2 * b + c + 2 >> 2;
  }
}
