package io.github.geofix.core.index;

import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.internal.Count;
import java.util.Arrays;

/** Checks and normalization of rows and queries. */
final class Vectors {
  /** Rows and queries are kept short enough that no score overflows. */
  private static final double MAX_SQUARED_LENGTH = 1e36;

  /** Rounding changes the squared length of a normalized row by less than 2e-7. */
  private static final double UNIT_TOLERANCE = 1e-6;

  private Vectors() {}

  /**
   * Checks a row or query and returns it padded with zeros, normalized for the cosine.
   *
   * @param name what the error calls it, such as {@code query 3}
   * @throws IllegalArgumentException if it has another dimension, or contains NaN or an infinity,
   *     or is too long, or is zero where the metric is the cosine
   */
  static float[] prepared(float[] vector, String name, Segment.Shape shape, Metric metric) {
    if (vector.length != shape.dimension()) {
      throw new IllegalArgumentException(
          name
              + " has "
              + Count.of(vector.length, "numbers")
              + ", the index has rows of "
              + shape.dimension()
              + ": is it from another encoder?");
    }
    double squares = 0;
    for (float number : vector) {
      squares += (double) number * number;
    }
    boolean cosine = metric == Metric.COSINE;
    if (!(squares <= MAX_SQUARED_LENGTH) || (cosine && squares == 0)) {
      throw new IllegalArgumentException(name + " " + flaw(vector));
    }
    float[] padded = Arrays.copyOf(vector, shape.paddedDimension());
    if (cosine) {
      double length = Math.sqrt(squares);
      for (int d = 0; d < vector.length; d++) {
        padded[d] = (float) (vector[d] / length);
      }
    }
    return padded;
  }

  /** As {@link #prepared}, for a row that is normalized already where the metric is the cosine. */
  static float[] stored(float[] vector, String name, Segment.Shape shape, Metric metric) {
    float[] padded = prepared(vector, name, shape, Metric.DOT);
    double squares = 0;
    for (float number : vector) {
      squares += (double) number * number;
    }
    if (metric == Metric.COSINE && !(Math.abs(squares - 1) <= UNIT_TOLERANCE)) {
      throw new IllegalArgumentException(
          name + " has length " + Math.sqrt(squares) + ", not 1: use add, which normalizes it");
    }
    return padded;
  }

  private static String flaw(float[] vector) {
    for (int d = 0; d < vector.length; d++) {
      if (!Float.isFinite(vector[d])) {
        return "contains " + vector[d] + " at " + d + ": only finite numbers can be compared";
      }
    }
    for (float number : vector) {
      if (number != 0) {
        return "is longer than 1e18: its scores would overflow";
      }
    }
    return "is zero, which has no direction: the cosine is not defined for it";
  }
}
