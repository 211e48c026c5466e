package io.github.geofix.models.internal;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Location;
import java.util.function.Supplier;

/**
 * A location, and the evidence for it.
 *
 * @param location the answer
 * @param evidence computed when it is asked for
 */
public record Answer(Location location, Supplier<Explanation.Evidence> evidence) {

  /** Returns an answer with no evidence but its candidates. */
  public static Answer of(Location location) {
    return new Answer(location, () -> new Explanation.Candidates(location.candidates()));
  }

  /** Computes the evidence. */
  public Explanation explained() {
    return new Explanation(location, evidence.get());
  }
}
