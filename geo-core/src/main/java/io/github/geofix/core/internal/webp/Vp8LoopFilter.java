package io.github.geofix.core.internal.webp;

/** The filter that smooths the edges of blocks in a whole frame (RFC 6386, 15). */
final class Vp8LoopFilter {
  private static final int MAX_LEVEL = 63;

  private final boolean isSimple;
  private final int sharpness;
  private final int[] levels;

  /** Limits of the macroblock's level: between samples beside an edge. */
  private int interior;

  /** Beyond which only the nearest samples change. */
  private int variance;

  /**
   * Makes a filter.
   *
   * @param isSimple whether it smooths the luma alone, by fewer samples
   * @param sharpness from 0 to 7
   * @param levels the strength by segment, for macroblocks predicted as one and by blocks in turn
   */
  Vp8LoopFilter(boolean isSimple, int sharpness, int[] levels) {
    this.isSimple = isSimple;
    this.sharpness = sharpness;
    this.levels = levels;
  }

  /**
   * Filters the edges of one macroblock; those above and to the left come before.
   *
   * @param planes luma and the two of chroma
   * @param kind the index of its level
   * @param hasInner whether the edges within it are filtered
   */
  void apply(Vp8Plane[] planes, int column, int row, int kind, boolean hasInner) {
    int level = Math.min(MAX_LEVEL, levels[kind]);
    if (level <= 0) {
      return;
    }
    interior = level;
    if (sharpness > 0) {
      interior = Math.min(level >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
    }
    interior = Math.max(1, interior);
    variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
    int inner = 2 * level + interior;
    int outer = inner + 4;
    for (int i = 0; i < (isSimple ? 1 : planes.length); i++) {
      int size = i == 0 ? 16 : 8;
      byte[] samples = planes[i].samples;
      int stride = planes[i].stride;
      int at = planes[i].at(column * size, row * size);
      for (int x = column > 0 ? 0 : 4; x < (hasInner ? size : 1); x += 4) {
        edge(samples, at + x, 1, stride, size, x == 0 ? outer : inner, x == 0);
      }
      for (int y = row > 0 ? 0 : 4; y < (hasInner ? size : 1); y += 4) {
        edge(samples, at + y * stride, stride, 1, size, y == 0 ? outer : inner, y == 0);
      }
    }
  }

  /**
   * Filters one edge.
   *
   * @param step from a sample to the next across the edge
   * @param along from a sample to the next along it
   * @param limit of the difference at the edge
   * @param isOuter whether it is one of the macroblock
   */
  private void edge(
      byte[] samples, int at, int step, int along, int size, int limit, boolean isOuter) {
    for (int i = at; i < at + size * along; i += along) {
      int p1 = samples[i - 2 * step] & 0xff;
      int p0 = samples[i - step] & 0xff;
      int q0 = samples[i] & 0xff;
      int q1 = samples[i + step] & 0xff;
      if (2 * Math.abs(p0 - q0) + (Math.abs(p1 - q1) >> 1) > limit) {
        continue;
      }
      if (isSimple) {
        smooth(samples, i, step, signed(p1 - q1) + 3 * (q0 - p0));
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
        smooth(samples, i, step, signed(p1 - q1) + 3 * (q0 - p0));
      } else if (isOuter) {
        int w = signed(signed(p1 - q1) + 3 * (q0 - p0));
        change(samples, i - step, i, (27 * w + 63) >> 7);
        change(samples, i - 2 * step, i + step, (18 * w + 63) >> 7);
        change(samples, i - 3 * step, i + 2 * step, (9 * w + 63) >> 7);
      } else {
        int by = smooth(samples, i, step, 3 * (q0 - p0));
        change(samples, i - 2 * step, i + step, (by + 1) >> 1);
      }
    }
  }

  /** Moves the two samples at an edge, and returns by how much the one behind it. */
  private static int smooth(byte[] samples, int i, int step, int difference) {
    int w = signed(difference);
    int by = signed(w + 4) >> 3;
    samples[i] = Vp8Transform.clamp((samples[i] & 0xff) - by);
    samples[i - step] = Vp8Transform.clamp((samples[i - step] & 0xff) + (signed(w + 3) >> 3));
    return by;
  }

  /** Moves a sample before and its counterpart behind an edge toward each other. */
  private static void change(byte[] samples, int before, int behind, int by) {
    samples[before] = Vp8Transform.clamp((samples[before] & 0xff) + by);
    samples[behind] = Vp8Transform.clamp((samples[behind] & 0xff) - by);
  }

  private static int signed(int value) {
    return Math.max(-128, Math.min(127, value));
  }
}
