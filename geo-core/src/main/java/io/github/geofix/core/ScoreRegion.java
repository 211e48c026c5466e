package io.github.geofix.core;

import io.github.geofix.core.partition.Region;

/**
 * The smallest region of a model's cells that holds a share of the score. A calibrated model's
 * regions contain the true position of that share of photos.
 *
 * @param share the nominal coverage, above 0 to 1. For a model that is not calibrated it is only
 *     the share of the score, and most such regions are too small
 * @param region the region
 */
public record ScoreRegion(double share, Region region) {

  /**
   * Checks the share.
   *
   * @throws IllegalArgumentException if the share is not above 0 to 1
   */
  public ScoreRegion {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be above 0 and at most 1: " + share);
    }
  }
}
