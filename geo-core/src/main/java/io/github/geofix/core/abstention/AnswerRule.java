package io.github.geofix.core.abstention;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.GreatCircle;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A rule for which answers of a model to give: those in which enough of the score is near the
 * answer, so that the answers given keep an {@link ErrorBound}.
 *
 * <p>The bound holds for photos of the kind that the rule was fitted on, and of no other. It is a
 * statement on many photos, not on one. Immutable and thread-safe.
 *
 * @param bound what the answers keep
 * @param leastMass the least {@link #mass} of an answer that is given, 0 to 1; empty if no answer
 *     can be given under this bound
 * @param masses the {@link #mass} of each answer that the rule was fitted on, in any order: later
 *     they show whether other photos are of the same kind
 */
public record AnswerRule(ErrorBound bound, Optional<Double> leastMass, List<Double> masses) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a mass is out of range or there is none
   */
  public AnswerRule {
    masses = List.copyOf(masses);
    leastMass.ifPresent(mass -> checkMass("leastMass", mass));
    masses.forEach(mass -> checkMass("a mass", mass));
    if (masses.isEmpty()) {
      throw new IllegalArgumentException("a rule is fitted on one photo or more");
    }
  }

  private static void checkMass(String name, double mass) {
    if (!(mass >= 0 && mass <= 1)) {
      throw new IllegalArgumentException(name + " must be 0 to 1: " + mass);
    }
  }

  /**
   * Returns the share of the score within a distance of the answer, 0 to 1: the sum over the
   * candidates that are within it.
   */
  public static double mass(Location location, double withinKm) {
    double mass = 0;
    for (Candidate candidate : location.candidates()) {
      if (GreatCircle.isWithin(location.latLng(), candidate.latLng(), withinKm)) {
        mass += candidate.score();
      }
    }
    return Math.min(1, mass);
  }

  /** Returns whether the answer is given. */
  public boolean accepts(Location location) {
    return leastMass.isPresent() && mass(location, bound.withinKm()) >= leastMass.get();
  }

  /** Returns why an answer that is not accepted is withheld, as a sentence without a full stop. */
  public String reason(Location location) {
    return leastMass
        .map(
            least ->
                String.format(
                    Locale.ROOT,
                    "%.3f of the score lies near the answer, %.3f is needed to be %s",
                    mass(location, bound.withinKm()),
                    least,
                    bound))
        .orElseGet(() -> "no answer of this model is " + bound);
  }

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
}
