package io.github.geofix.models;

/**
 * How scores become an answer.
 *
 * @param meanKm the answer is the mean of the score within this distance of its densest place; 0
 *     for the best cell's place itself
 * @param candidates the most candidates of a location
 */
public record AnswerOptions(double meanKm, int candidates) {
  /** Checks the ranges. */
  public AnswerOptions {
    if (!(meanKm >= 0 && meanKm < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("meanKm must be 0 or more: " + meanKm);
    }
    if (candidates < 1) {
      throw new IllegalArgumentException("candidates must be positive: " + candidates);
    }
  }

  /** Returns a copy with the given distance. */
  public AnswerOptions withMeanKm(double meanKm) {
    return new AnswerOptions(meanKm, candidates);
  }

  /** Returns a copy with the given number of candidates. */
  public AnswerOptions withCandidates(int candidates) {
    return new AnswerOptions(meanKm, candidates);
  }
}
