package io.github.geofix.core.abstention;

/**
 * A bound on the error of the answers that a model gives.
 *
 * @param withinKm the greatest distance of a right answer, positive
 * @param confidence the least share of right answers among those given, above 0, below 1
 * @param failure the probability that a rule fitted for the bound breaks it, above 0, below 1
 */
public record ErrorBound(double withinKm, double confidence, double failure) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  public ErrorBound {
    if (!(withinKm > 0 && withinKm < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("withinKm must be positive: " + withinKm);
    }
    checkProbability("confidence", confidence);
    checkProbability("failure", failure);
  }

  private static void checkProbability(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(name + " must be above 0 and below 1: " + value);
    }
  }

  /** Returns for example {@code within 200 km with a confidence of 0.9}. */
  @Override
  public String toString() {
    return "within " + plain(withinKm) + " km with a confidence of " + plain(confidence);
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
  }
}
