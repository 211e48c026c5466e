package io.github.geofix.eval;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Arrays;

/**
 * A sum of finite numbers without rounding, so that it depends neither on their order nor on how
 * they were split into parts: the expansions of Shewchuk, "Adaptive Precision Floating-Point
 * Arithmetic and Fast Robust Geometric Predicates", 1997. Not thread-safe.
 */
final class ExactSum implements Serializable {
  private static final long serialVersionUID = 1;

  /** Numbers whose bits do not overlap, ascending: their exact sum is that of all added. */
  private double[] parts = new double[4];

  private int size;

  static ExactSum of(double[] terms) {
    ExactSum sum = new ExactSum();
    for (double term : terms) {
      sum.add(term);
    }
    return sum;
  }

  void add(double term) {
    double carried = term;
    int kept = 0;
    for (int i = 0; i < size; i++) {
      double larger = Math.abs(carried) < Math.abs(parts[i]) ? parts[i] : carried;
      double smaller = Math.abs(carried) < Math.abs(parts[i]) ? carried : parts[i];
      double sum = larger + smaller;
      double lost = smaller - (sum - larger);
      if (lost != 0) {
        parts[kept++] = lost;
      }
      carried = sum;
    }
    if (kept == parts.length) {
      parts = Arrays.copyOf(parts, 2 * kept);
    }
    parts[kept] = carried;
    size = kept + 1;
  }

  void add(ExactSum other) {
    double[] terms = Arrays.copyOf(other.parts, other.size);
    for (double term : terms) {
      add(term);
    }
  }

  /** Returns the sum, rounded once. */
  double value() {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < size; i++) {
      sum = sum.add(new BigDecimal(parts[i]));
    }
    return sum.doubleValue();
  }
}
