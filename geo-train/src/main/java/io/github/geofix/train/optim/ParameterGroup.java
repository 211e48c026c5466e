package io.github.geofix.train.optim;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Parameters with a learning rate or a weight decay of their own.
 *
 * <pre>{@code
 * List<ParameterGroup> groups = List.of(
 *     ParameterGroup.matching(".*(bias|norm.*)").withWeightDecayFactor(0),
 *     ParameterGroup.matching("backbone\\..*").withLearningRateFactor(0.1));
 * }</pre>
 *
 * @param names regular expression that matches whole dotted names of parameters; of several groups
 *     that match a parameter, the first counts
 * @param learningRateFactor multiplies the learning rate, at least 0
 * @param weightDecayFactor multiplies the weight decay, at least 0
 */
public record ParameterGroup(String names, double learningRateFactor, double weightDecayFactor) {

  /** Checks the pattern and the ranges. */
  public ParameterGroup {
    try {
      Pattern.compile(names);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("not a regular expression: " + e.getMessage(), e);
    }
    requireFactor("learningRateFactor", learningRateFactor);
    requireFactor("weightDecayFactor", weightDecayFactor);
  }

  private static void requireFactor(String name, double factor) {
    if (!(factor >= 0 && factor < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " " + factor + ": at least 0 needed");
    }
  }

  /** A group with the learning rate and the weight decay of the optimizer. */
  public static ParameterGroup matching(String names) {
    return new ParameterGroup(names, 1, 1);
  }

  /** Returns a copy with another factor on the learning rate. */
  public ParameterGroup withLearningRateFactor(double learningRateFactor) {
    return new ParameterGroup(names, learningRateFactor, weightDecayFactor);
  }

  /** Returns a copy with another factor on the weight decay. */
  public ParameterGroup withWeightDecayFactor(double weightDecayFactor) {
    return new ParameterGroup(names, learningRateFactor, weightDecayFactor);
  }

  /** Returns whether the group takes the parameter of that dotted name. */
  public boolean matches(String name) {
    return Pattern.matches(names, name);
  }
}
