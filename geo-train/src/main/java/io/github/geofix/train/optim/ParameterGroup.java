package io.github.geofix.train.optim;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Parameters that are trained at another rate or decayed otherwise than the rest.
 *
 * <pre>{@code
 * List<ParameterGroup> groups = List.of(
 *     ParameterGroup.matching(".*(bias|norm.*)").withWeightDecay(0),
 *     ParameterGroup.matching("backbone\\..*").withRateFactor(0.1));
 * }</pre>
 *
 * @param names regular expression that the whole dotted name of a parameter has to match; of
 *     several groups that match, the first counts
 * @param rateFactor the learning rate relative to the run's, at least 0
 * @param weightDecay replaces the run's; NaN to keep that
 */
public record ParameterGroup(String names, double rateFactor, double weightDecay) {

  /** Checks the pattern and the ranges. */
  public ParameterGroup {
    try {
      Pattern.compile(names);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("not a regular expression: " + e.getMessage(), e);
    }
    if (!(rateFactor >= 0 && rateFactor < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("rate factor " + rateFactor + ": at least 0 needed");
    }
    if (weightDecay < 0) {
      throw new IllegalArgumentException("weight decay " + weightDecay + ": at least 0 needed");
    }
  }

  /** A group with the run's rate and decay. */
  public static ParameterGroup matching(String names) {
    return new ParameterGroup(names, 1, Double.NaN);
  }

  /** Returns a copy with another rate, relative to the run's. */
  public ParameterGroup withRateFactor(double newRateFactor) {
    return new ParameterGroup(names, newRateFactor, weightDecay);
  }

  /** Returns a copy with its own weight decay. */
  public ParameterGroup withWeightDecay(double newWeightDecay) {
    return new ParameterGroup(names, rateFactor, newWeightDecay);
  }

  /** Returns true if the group takes the parameter of that dotted name. */
  public boolean matches(String name) {
    return Pattern.matches(names, name);
  }
}
