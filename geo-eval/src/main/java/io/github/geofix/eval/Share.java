package io.github.geofix.eval;

import java.util.Locale;

/**
 * A share of photos, with the 95 % Wilson score interval of the rate behind it.
 *
 * <p>The interval is that of Wilson, "Probable inference, the law of succession, and statistical
 * inference", JASA 22 (1927), eq. 4, without continuity correction. It never leaves 0 to 1 and
 * stays useful where the normal approximation fails: for few photos and for shares near 0 or 1. It
 * takes the photos as independent: where several show one place it is too narrow, and a bootstrap
 * by place is the honest choice.
 *
 * @param accuracy the share itself, 0 to 1
 * @param low the lower end of the interval
 * @param high the upper end of the interval
 */
public record Share(double accuracy, double low, double high) {

  /** The two-sided 95 % point of the standard normal distribution. */
  private static final double Z = 1.959963984540054;

  /**
   * Checks the order of the three numbers.
   *
   * @throws IllegalArgumentException unless 0 &lt;= low &lt;= accuracy &lt;= high &lt;= 1
   */
  public Share {
    if (!(0 <= low && low <= accuracy && accuracy <= high && high <= 1)) {
      throw new IllegalArgumentException(
          "not a share with an interval: " + low + " <= " + accuracy + " <= " + high);
    }
  }

  /**
   * Returns the share {@code hits / count}.
   *
   * @throws IllegalArgumentException if {@code count} is not positive or {@code hits} is not within
   *     0 to {@code count}
   */
  public static Share of(long hits, long count) {
    if (!(count > 0 && hits >= 0 && hits <= count)) {
      throw new IllegalArgumentException(hits + " of " + count + " is not a share");
    }
    double n = count;
    double p = hits / n;
    double center = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
    double half = Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    // At 0 and 1 the exact bound is p itself; rounding would land beside it.
    double low = hits == 0 ? 0 : Math.max(0, Math.min(p, center - half));
    double high = hits == count ? 1 : Math.min(1, Math.max(p, center + half));
    return new Share(p, low, high);
  }

  /** Returns for example {@code 51.6 % (48.5 to 54.7)}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%.1f %% (%.1f to %.1f)", 100 * accuracy, 100 * low, 100 * high);
  }
}
