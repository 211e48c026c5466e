package io.github.geofix.models.image;

/** The filter that smooths the edges of blocks in a whole frame (RFC 6386, 15). */
final class Vp8LoopFilter {
  private static final int MAX_LEVEL = 63;

  private final boolean isSimple;
  private final int[] levels;
  private final int[] interiorLimits;

  /**
   * Makes a filter.
   *
   * @param isSimple whether it smooths the luma alone, by fewer samples
   * @param sharpness from 0 to 7
   * @param levels the strength by segment, for macroblocks predicted as one and by blocks in turn
   */
  Vp8LoopFilter(boolean isSimple, int sharpness, int[] levels) {
    this.isSimple = isSimple;
    this.levels = new int[levels.length];
    this.interiorLimits = new int[levels.length];
    for (int i = 0; i < levels.length; i++) {
      int level = Math.max(0, Math.min(MAX_LEVEL, levels[i]));
      int limit = level;
      if (sharpness > 0) {
        limit = Math.min(limit >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
      }
      this.levels[i] = level;
      this.interiorLimits[i] = Math.max(1, limit);
    }
  }

  /**
   * Filters the edges of one macroblock; those above and to the left come before.
   *
   * @param planes luma and the two of chroma
   * @param kind the index of its level
   * @param hasInner whether the edges within it are filtered
   */
  void apply(Vp8Plane[] planes, int column, int row, int kind, boolean hasInner) {
    int level = levels[kind];
    if (level == 0) {
      return;
    }
    int interior = interiorLimits[kind];
    int outerLimit = 2 * (level + 2) + interior;
    int innerLimit = 2 * level + interior;
    int variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
    for (int i = 0; i < (isSimple ? 1 : planes.length); i++) {
      int size = i == 0 ? 16 : 8;
      byte[] samples = planes[i].samples;
      int stride = planes[i].stride;
      int at = planes[i].at(column * size, row * size);
      if (column > 0) {
        edge(samples, at, 1, stride, size, outerLimit, interior, variance, true);
      }
      for (int x = 4; x < size && hasInner; x += 4) {
        edge(samples, at + x, 1, stride, size, innerLimit, interior, variance, false);
      }
      if (row > 0) {
        edge(samples, at, stride, 1, size, outerLimit, interior, variance, true);
      }
      for (int y = 4; y < size && hasInner; y += 4) {
        edge(samples, at + y * stride, stride, 1, size, innerLimit, interior, variance, false);
      }
    }
  }

  /**
   * Filters one edge.
   *
   * @param step from a sample to the next across the edge
   * @param along from a sample to the next along it
   * @param limit of the difference at the edge
   * @param interior limit of the differences beside it
   * @param variance above which only the nearest samples change
   * @param isOuter whether it is one of the macroblock
   */
  private void edge(
      byte[] samples,
      int at,
      int step,
      int along,
      int size,
      int limit,
      int interior,
      int variance,
      boolean isOuter) {
    for (int i = at; i < at + size * along; i += along) {
      int p1 = samples[i - 2 * step] & 0xff;
      int p0 = samples[i - step] & 0xff;
      int q0 = samples[i] & 0xff;
      int q1 = samples[i + step] & 0xff;
      if (2 * Math.abs(p0 - q0) + (Math.abs(p1 - q1) >> 1) > limit) {
        continue;
      }
      if (isSimple) {
        smoothTwo(samples, i, step, p1, p0, q0, q1);
        continue;
      }
      int p2 = samples[i - 3 * step] & 0xff;
      int q2 = samples[i + 2 * step] & 0xff;
      if (Math.abs((samples[i - 4 * step] & 0xff) - p2) > interior
          || Math.abs(p2 - p1) > interior
          || Math.abs(p1 - p0) > interior
          || Math.abs(q1 - q0) > interior
          || Math.abs(q2 - q1) > interior
          || Math.abs((samples[i + 3 * step] & 0xff) - q2) > interior) {
        continue;
      }
      if (Math.abs(p1 - p0) > variance || Math.abs(q1 - q0) > variance) {
        smoothTwo(samples, i, step, p1, p0, q0, q1);
      } else if (isOuter) {
        int w = signed(signed(p1 - q1) + 3 * (q0 - p0));
        change(samples, i, step, p0, q0, 27 * w + 63 >> 7);
        change(samples, i + step, 3 * step, p1, q1, 18 * w + 63 >> 7);
        change(samples, i + 2 * step, 5 * step, p2, q2, 9 * w + 63 >> 7);
      } else {
        int w = signed(3 * (q0 - p0));
        int down = signed(w + 4) >> 3;
        samples[i] = Vp8Transform.clamp(q0 - down);
        samples[i - step] = Vp8Transform.clamp(p0 + (signed(w + 3) >> 3));
        change(samples, i + step, 3 * step, p1, q1, down + 1 >> 1);
      }
    }
  }

  private static void smoothTwo(
      byte[] samples, int i, int step, int p1, int p0, int q0, int q1) {
    int w = signed(signed(p1 - q1) + 3 * (q0 - p0));
    samples[i] = Vp8Transform.clamp(q0 - (signed(w + 4) >> 3));
    samples[i - step] = Vp8Transform.clamp(p0 + (signed(w + 3) >> 3));
  }

  /** Moves a sample behind the edge and its counterpart {@code back} before it. */
  private static void change(byte[] samples, int i, int back, int p, int q, int by) {
    samples[i] = Vp8Transform.clamp(q - by);
    samples[i - back] = Vp8Transform.clamp(p + by);
  }

  private static int signed(int value) {
    return Math.max(-128, Math.min(127, value));
  }
}
