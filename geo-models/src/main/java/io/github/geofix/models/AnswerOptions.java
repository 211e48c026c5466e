package io.github.geofix.models;

/**
 * Options of turning the scores of cells into a location.
 *
 * @param meanKm the answer is the mean of the score within this distance of the best place, in
 *     kilometers, 0 to 10,007, a quarter of the Earth; 0 for the best place itself
 * @param candidates the most candidates in a location, 1 or more
 */
public record AnswerOptions(double meanKm, int candidates) {

  /** A quarter of the Earth's circumference: places further apart have no mean direction. */
  private static final double MOST_KM = 10_007;

  /** Checks the ranges. */
  public AnswerOptions {
    if (!(meanKm >= 0 && meanKm <= MOST_KM)) {
      throw new IllegalArgumentException(
          "meanKm must be 0 to 10,007, a quarter of the Earth: " + meanKm);
    }
    if (candidates <= 0) {
      throw new IllegalArgumentException("candidates must be positive: " + candidates);
    }
  }

  /** Returns the best place itself, among ten candidates. */
  public static AnswerOptions defaults() {
    return new AnswerOptions(0, 10);
  }

  /** Returns a copy with another radius of the mean, in kilometers; 0 for none. */
  public AnswerOptions withMeanKm(double meanKm) {
    return new AnswerOptions(meanKm, candidates);
  }

  /** Returns a copy with another number of candidates. */
  public AnswerOptions withCandidates(int candidates) {
    return new AnswerOptions(meanKm, candidates);
  }
}
