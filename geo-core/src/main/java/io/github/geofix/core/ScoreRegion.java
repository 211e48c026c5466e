package io.github.geofix.core;

import java.util.List;

/**
 * The smallest part of the Earth, as far as a model's cells allow, that holds a share of the score;
 * of a calibrated model, the part that holds the truth of such a share of photos.
 *
 * @param share how often the truth is to lie inside, above 0 to 1. A model that has not been
 *     calibrated takes it for the share of the score, and is mostly too sure of itself
 * @param s2Tokens the S2 cells it is made of; {@link
 *     io.github.geofix.core.partition.Region#ofTokens} tells what lies inside
 */
public record ScoreRegion(double share, List<String> s2Tokens) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if the share is not above 0 to 1
   */
  public ScoreRegion {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be above 0 and at most 1: " + share);
    }
    s2Tokens = List.copyOf(s2Tokens);
  }
}
