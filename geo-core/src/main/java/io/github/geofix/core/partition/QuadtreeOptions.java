package io.github.geofix.core.partition;

/**
 * Options of {@link BoxPartition#quadtree}.
 *
 * @param depth the most splits from the whole to a box, 0 to 30
 * @param splitAt boxes with this many points or more are split, 1 or more
 */
public record QuadtreeOptions(int depth, int splitAt) {
  private static final int MAX_DEPTH = 30;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public QuadtreeOptions {
    if (depth < 0 || depth > MAX_DEPTH) {
      throw new IllegalArgumentException("depth must be 0 to " + MAX_DEPTH + ": " + depth);
    }
    if (splitAt < 1) {
      throw new IllegalArgumentException("splitAt must be 1 or more: " + splitAt);
    }
  }

  /** Returns OpenStreetView-5M's depth of 10 and boxes of fewer than 1000 points. */
  public static QuadtreeOptions defaults() {
    return new QuadtreeOptions(10, 1000);
  }

  /** Returns a copy with another depth. */
  public QuadtreeOptions withDepth(int depth) {
    return new QuadtreeOptions(depth, splitAt);
  }

  /** Returns a copy with another number of points. */
  public QuadtreeOptions withSplitAt(int splitAt) {
    return new QuadtreeOptions(depth, splitAt);
  }
}
