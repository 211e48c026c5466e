package io.github.geofix.models.internal.calibration;

import io.github.geofix.core.internal.Count;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Calibration of scores by one number: scores are raised to the power 1 / T and made to add up to 1
 * again. T above 1 makes a model less sure of itself; the order of the places stays.
 *
 * <p>Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017,
 * section 4.2.
 */
public final class Temperature {

  /** Bounds of the search; a model outside them has no use for a temperature. */
  private static final double LOWEST = 0.02;

  private static final double HIGHEST = 50;

  /** Each step shrinks the bracket by 0.618: 40 steps leave 1e-8 of it. */
  private static final int GOLDEN_STEPS = 40;

  private static final double LOG_LEAST = Math.log(Double.MIN_NORMAL);

  private Temperature() {}

  /**
   * Returns the temperature under which the true places are most likely, 0.02 to 50. Costs 42
   * passes over the scores.
   *
   * @param scores one array for each photo, 0 or more, one score for each place
   * @param truths the photos' true places; -1 where no place is right, which does not count
   * @throws IllegalArgumentException if no photo has a true place, or scores are not numbers
   */
  public static double fit(List<double[]> scores, int[] truths) {
    int[] counted = IntStream.range(0, truths.length).filter(i -> truths[i] >= 0).toArray();
    if (counted.length == 0) {
      throw new IllegalArgumentException(
          "none of the " + Count.of(truths.length, "photos lies in a place that the model covers"));
    }
    List<double[]> logs =
        scores.stream().map(photo -> Arrays.stream(photo).map(Math::log).toArray()).toList();
    double golden = (Math.sqrt(5) - 1) / 2;
    double low = Math.log(LOWEST);
    double high = Math.log(HIGHEST);
    double left = high - golden * (high - low);
    double right = low + golden * (high - low);
    double atLeft = surprise(logs, truths, counted, Math.exp(left));
    double atRight = surprise(logs, truths, counted, Math.exp(right));
    if (Double.isNaN(atLeft)) {
      throw new IllegalArgumentException("a photo has scores that are no numbers, or all 0");
    }
    for (int i = 0; i < GOLDEN_STEPS; i++) {
      if (atLeft < atRight) {
        high = right;
        right = left;
        atRight = atLeft;
        left = high - golden * (high - low);
        atLeft = surprise(logs, truths, counted, Math.exp(left));
      } else {
        low = left;
        left = right;
        atLeft = atRight;
        right = low + golden * (high - low);
        atRight = surprise(logs, truths, counted, Math.exp(right));
      }
    }
    return Math.exp((low + high) / 2);
  }

  /**
   * Returns {@code scores^(1/T)}, made to add up to 1.
   *
   * @param scores 0 or more, not all 0
   * @param temperature above 0
   */
  public static double[] apply(double[] scores, double temperature) {
    double max = Arrays.stream(scores).max().orElse(0);
    double[] softened = new double[scores.length];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      softened[i] = Math.pow(scores[i] / max, 1 / temperature);
      sum += softened[i];
    }
    for (int i = 0; i < softened.length; i++) {
      softened[i] /= sum;
    }
    return softened;
  }

  /**
   * Returns the scores of places for a photo: the softmax of their cosines, or other logits, times
   * a scale.
   *
   * @param logits {@code [N]}
   * @param scale such as that of cosines, divided by the temperature
   * @return {@code [N]}; they add up to 1
   */
  public static double[] softmax(float[] logits, double scale) {
    double best = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      best = Math.max(best, logit);
    }
    double[] scores = new double[logits.length];
    double sum = 0;
    for (int place = 0; place < scores.length; place++) {
      // Less the best, so that nothing overflows.
      scores[place] = Math.exp(scale * (logits[place] - best));
      sum += scores[place];
    }
    for (int place = 0; place < scores.length; place++) {
      scores[place] /= sum;
    }
    return scores;
  }

  /** Returns the sum over the photos of the negative log-probability of the true place. */
  private static double surprise(
      List<double[]> logs, int[] truths, int[] counted, double temperature) {
    double total = 0;
    for (int i : counted) {
      double[] photo = logs.get(i);
      double max = Arrays.stream(photo).max().orElseThrow();
      double sum = 0;
      for (double log : photo) {
        sum += Math.exp((log - max) / temperature);
      }
      // A score that has underflowed is not impossible, but as unlikely as a double can express.
      double truth = Math.max(photo[truths[i]], LOG_LEAST);
      total += Math.log(sum) - (truth - max) / temperature;
    }
    return total;
  }
}
