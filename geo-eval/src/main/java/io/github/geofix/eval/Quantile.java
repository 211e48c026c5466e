package io.github.geofix.eval;

import java.util.Arrays;
import java.util.function.LongToDoubleFunction;

/**
 * Quantiles, interpolated linearly between two values: type 7 of Hyndman and Fan, "Sample quantiles
 * in statistical packages", 1996, the default of NumPy and R.
 */
final class Quantile {

  private Quantile() {}

  /** Returns the value that the share {@code q} of the sorted values does not exceed. */
  static double ofSorted(double[] sorted, double q) {
    return of(sorted.length, rank -> sorted[(int) rank], q);
  }

  /** As {@link #ofSorted}, asking for one or two of the values only. */
  static double of(long size, LongToDoubleFunction sorted, double q) {
    if (!(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException("a quantile must be 0 to 1: " + q);
    }
    double position = q * (size - 1);
    long rank = (long) position;
    double fraction = position - rank;
    double below = sorted.applyAsDouble(rank);
    return fraction == 0 ? below : below + fraction * (sorted.applyAsDouble(rank + 1) - below);
  }

  /** Returns the median; sorts a copy. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return ofSorted(sorted, 0.5);
  }
}
