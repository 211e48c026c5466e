package io.github.geofix.core;

import java.util.List;

/**
 * Where a photo was taken, as far as a model can tell.
 *
 * @param latLng the best single answer, which need not be the position of a candidate
 * @param candidates the places considered, best first; never empty
 */
public record Location(LatLng latLng, List<Candidate> candidates) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there is no candidate, or the best is not first
   */
  public Location {
    candidates = List.copyOf(candidates);
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("a location needs at least one candidate");
    }
    for (int i = 1; i < candidates.size(); i++) {
      if (candidates.get(i).score() > candidates.get(i - 1).score()) {
        throw new IllegalArgumentException("candidates are not sorted by score, best first");
      }
    }
  }

  /** Returns the score of the best candidate, 0 to 1; not a probability unless calibrated. */
  public double score() {
    return candidates.get(0).score();
  }
}
