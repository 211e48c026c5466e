package io.github.geofix.models;

import io.github.geofix.core.Refiner;
import io.github.geofix.core.tile.MissingImagery;

/**
 * A model that compares photos with what it knows of a place, such as a map, and can re-rank the
 * places another model proposed.
 */
public interface RefiningModel {

  /**
   * Returns a refiner of the present weights: it may keep what it has computed, so take another one
   * after training. Closing it closes nothing.
   */
  Refiner refiner();

  /** Returns how many of the map images of training so far had no imagery; none without a map. */
  default MissingImagery missingImagery() {
    return new MissingImagery(MissingImagery.MAX_SHARE);
  }
}
