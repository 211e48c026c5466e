package io.github.geofix.eval;

import io.github.geofix.core.abstention.AnswerRule;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;

/**
 * How unlike the photos of a rule other photos are, by the two-sample Kolmogorov-Smirnov test on
 * the mass of the score near the answers. Where it is significant, the bound of the rule and
 * calibrated scores and regions need not hold. Photos can be unlike in ways that the scores do not
 * show: a test that finds nothing proves nothing.
 *
 * @param distance the greatest difference of the two distribution functions, 0 to 1
 * @param pValue how likely a distance as great is for photos of the same kind, 0 to 1
 * @param divergence an estimate of the Kullback-Leibler divergence of the photos from those of the
 *     rule, in nats, from ten classes of the mass; too large by about 4.5 times the sum of the
 *     reciprocal numbers of photos
 * @param photos the number of photos tested
 */
public record Drift(double distance, double pValue, double divergence, int photos) {

  /** Alarms at this level are false for at most one batch in a hundred. */
  public static final double ALARM = 0.01;

  /** Fewer photos show too little to warn of. */
  public static final int LEAST_PHOTOS = 20;

  private static final int CLASSES = 10;

  /**
   * Tests answers.
   *
   * @param masses the {@link AnswerRule#mass} of each answer, two or more
   * @throws IllegalArgumentException if there are fewer than two, or the rule was fitted on fewer
   */
  public static Drift of(AnswerRule rule, List<Double> masses) {
    if (masses.size() < 2 || rule.masses().size() < 2) {
      throw new IllegalArgumentException(
          "two photos or more are needed: %d against %d"
              .formatted(masses.size(), rule.masses().size()));
    }
    KolmogorovSmirnovTest.TwoResult result =
        KolmogorovSmirnovTest.withDefaults().test(array(rule.masses()), array(masses));
    return new Drift(
        result.getStatistic(),
        result.getPValue(),
        divergence(array(rule.masses()), array(masses)),
        masses.size());
  }

  /** Bounds classes so that each has as many of the rule's masses; of empty ones counts a half. */
  static double divergence(double[] from, double[] to) {
    double[] sorted = from.clone();
    Arrays.sort(sorted);
    double[] ofFrom = new double[CLASSES];
    double[] ofTo = new double[CLASSES];
    Arrays.fill(ofFrom, 0.5);
    Arrays.fill(ofTo, 0.5);
    for (double mass : from) {
      ofFrom[classOf(mass, sorted)]++;
    }
    for (double mass : to) {
      ofTo[classOf(mass, sorted)]++;
    }
    double sum = 0;
    for (int i = 0; i < CLASSES; i++) {
      double p = ofFrom[i] / (from.length + 0.5 * CLASSES);
      double q = ofTo[i] / (to.length + 0.5 * CLASSES);
      sum += q * Math.log(q / p);
    }
    return sum;
  }

  private static int classOf(double mass, double[] sorted) {
    int at = 0;
    while (at < CLASSES - 1 && mass >= sorted[(at + 1) * sorted.length / CLASSES]) {
      at++;
    }
    return at;
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(value -> value).toArray();
  }

  /** Returns whether the photos are unlike those of the rule, at the level {@link #ALARM}. */
  public boolean isAlarm() {
    return pValue < ALARM;
  }

  /** Returns what an alarm means, as a sentence without a full stop. */
  public String warning() {
    return String.format(
        Locale.ROOT,
        "these photos are unlike those that the rule was fitted on (Kolmogorov-Smirnov distance"
            + " %.2f, p %.1g): the bound on the error need not hold",
        distance,
        pValue);
  }
}
