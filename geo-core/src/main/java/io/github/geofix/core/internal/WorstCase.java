package io.github.geofix.core.internal;

/**
 * Levels that hold for every distribution near a known one: of all distributions whose
 * Kullback-Leibler divergence from it is bounded, an event keeps its probability if it has a higher
 * one under the known distribution. Cauchois, Gupta, Ali and Duchi, "Robust validation: confident
 * predictions even when distributions shift", JASA 2024, section 2, with the divergence of Kullback
 * and Leibler.
 */
public final class WorstCase {

  /** Each halves the bracket: 60 leave nothing of it. */
  private static final int BISECTIONS = 60;

  private WorstCase() {}

  /**
   * Returns the probability that an event must have under the known distribution P to keep the
   * probability {@code level} under every Q with KL(Q, P) of at most {@code divergence}.
   *
   * @param level above 0 to below 1
   * @param divergence in nats, 0 or more
   * @return {@code level} to 1
   */
  public static double level(double level, double divergence) {
    if (!(level > 0 && level < 1 && divergence >= 0)) {
      throw new IllegalArgumentException("level " + level + ", divergence " + divergence);
    }
    double low = level;
    double high = 1;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (divergence(level, middle) < divergence) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return divergence == 0 ? level : high;
  }

  /** Returns the divergence of a coin with probability q from one with probability p, in nats. */
  private static double divergence(double q, double p) {
    return q * Math.log(q / p) + (1 - q) * Math.log((1 - q) / (1 - p));
  }
}
