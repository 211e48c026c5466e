package io.github.geofix.core.abstention;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.GreatCircle;
import java.util.Locale;
import java.util.Optional;

/**
 * A rule for which answers of a model to give: those in which enough of the score lies near the
 * answer. Of the answers that it accepts, at least a share of {@code confidence} is within {@code
 * withinKm} of the truth. The bound fails for a share of at most {@code failure} of the samples of
 * photos that a rule is fitted on.
 *
 * <p>The bound holds for photos of the kind that the rule was fitted on, and of no other. It is a
 * statement on many photos, not on one. Immutable and thread-safe.
 *
 * @param withinKm the greatest distance of a right answer, positive
 * @param confidence the share of right answers among those given, above 0, below 1
 * @param failure the probability that the fit gave a rule that breaks the bound, above 0, below 1
 * @param leastMass the least {@link #mass} of an answer that is given, 0 to 1; empty if no answer
 *     can be given with this confidence
 * @param photos the number of photos that the rule was fitted on
 */
public record AnswerRule(
    double withinKm, double confidence, double failure, Optional<Double> leastMass, int photos) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  public AnswerRule {
    if (!(withinKm > 0 && withinKm < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("withinKm must be positive: " + withinKm);
    }
    checkProbability("confidence", confidence);
    checkProbability("failure", failure);
    leastMass.ifPresent(
        mass -> {
          if (!(mass >= 0 && mass <= 1)) {
            throw new IllegalArgumentException("leastMass must be 0 to 1: " + mass);
          }
        });
    if (photos < 1) {
      throw new IllegalArgumentException("photos must be 1 or more: " + photos);
    }
  }

  private static void checkProbability(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(name + " must be above 0 and below 1: " + value);
    }
  }

  /**
   * Returns the share of the score within a distance of the answer, 0 to 1: the sum over the
   * candidates that lie within it.
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
    return leastMass.isPresent() && mass(location, withinKm) >= leastMass.get();
  }

  /** Returns why an answer that is not accepted is withheld, as a sentence without a full stop. */
  public String reason(Location location) {
    return leastMass
        .map(
            least ->
                String.format(
                    Locale.ROOT,
                    "%.3f of the score lies within %s km of the answer, %.3f is needed for a"
                        + " confidence of %s",
                    mass(location, withinKm),
                    plain(withinKm),
                    least,
                    plain(confidence)))
        .orElseGet(
            () ->
                "no answer of this model is within "
                    + plain(withinKm)
                    + " km with a confidence of "
                    + plain(confidence));
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
  }
}
