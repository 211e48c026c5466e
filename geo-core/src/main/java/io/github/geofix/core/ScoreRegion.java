package io.github.geofix.core;

import java.util.List;

/**
 * The smallest part of the Earth, as far as a model's cells allow, that holds a share of the score.
 * Only of a calibrated model does it hold the truth about as often.
 *
 * @param share the share of the score, above 0 to 1
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
