package io.github.geofix.eval;

import java.util.Arrays;

/**
 * Quantiles, interpolated linearly between two values: type 7 of Hyndman and Fan, "Sample quantiles
 * in statistical packages", 1996, the default of NumPy and R.
 */
final class Quantile {

  private Quantile() {}

  /** Returns the value that the share {@code q} of the sorted values does not exceed. */
  static double ofSorted(double[] sorted, double q) {
    if (!(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException("a quantile must be 0 to 1: " + q);
    }
    double position = q * (sorted.length - 1);
    int below = (int) position;
    double fraction = position - below;
    return fraction == 0
        ? sorted[below]
        : sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
  }

  /** Returns the median; sorts a copy. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return ofSorted(sorted, 0.5);
  }
}
