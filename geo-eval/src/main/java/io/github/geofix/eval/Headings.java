package io.github.geofix.eval;

import io.github.geofix.core.internal.Count;
import java.util.Arrays;

/**
 * Errors of predicted headings, in degrees. Immutable and thread-safe.
 *
 * <p>The error of a heading is the smaller angle between the two directions, 0 to 180.
 */
public final class Headings {

  private final double[] sorted;

  private Headings(double[] sorted) {
    this.sorted = sorted;
  }

  /**
   * Compares headings paired by position, in degrees, of any number of turns.
   *
   * @throws IllegalArgumentException if the arrays are empty, differ in length or hold a value that
   *     is not finite
   */
  public static Headings of(double[] truths, double[] guesses) {
    if (truths.length == 0 || truths.length != guesses.length) {
      throw new IllegalArgumentException(
          Count.of(truths.length, "true headings do not pair with ")
              + Count.of(guesses.length, "guesses"));
    }
    double[] errors = new double[truths.length];
    for (int i = 0; i < errors.length; i++) {
      // Within -180 to 180, whatever the number of turns.
      errors[i] = Math.abs(Math.IEEEremainder(guesses[i] - truths[i], 360));
    }
    Arrays.sort(errors);
    if (Double.isNaN(errors[errors.length - 1])) {
      throw new IllegalArgumentException("a heading is not a finite number");
    }
    return new Headings(errors);
  }

  /** Returns the number of photos. */
  public int count() {
    return sorted.length;
  }

  /** Returns the median error in degrees, 0 to 180. */
  public double medianDegrees() {
    return Quantile.ofSorted(sorted, 0.5);
  }

  /** Returns the mean error in degrees, 0 to 180; a random guess has 90. */
  public double meanDegrees() {
    return Arrays.stream(sorted).sum() / sorted.length;
  }

  /** Returns the share of photos whose heading is at most {@code degrees} off. */
  public Share within(double degrees) {
    return Share.of(Arrays.stream(sorted).filter(error -> error <= degrees).count(), sorted.length);
  }
}
