package io.github.geofix.eval;

import io.github.geofix.core.abstention.AnswerRule;
import java.util.List;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;

/**
 * How unlike the photos of a rule other photos are, by the two-sample Kolmogorov-Smirnov test on
 * the mass of the score near the answers. Where it is significant, the bound of the rule and
 * calibrated scores and regions need not hold. Photos can be unlike in ways that the scores do not
 * show: a test that finds nothing proves nothing.
 *
 * @param distance the greatest difference of the two distribution functions, 0 to 1
 * @param pValue how likely a distance as great is for photos of the same kind, 0 to 1
 * @param photos the number of photos tested
 */
public record Drift(double distance, double pValue, int photos) {

  /** Alarms at this level are false for at most one batch in a hundred. */
  public static final double ALARM = 0.01;

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
    return new Drift(result.getStatistic(), result.getPValue(), masses.size());
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(value -> value).toArray();
  }

  /** Returns whether the photos are unlike those of the rule, at the level {@link #ALARM}. */
  public boolean isAlarm() {
    return pValue < ALARM;
  }
}
