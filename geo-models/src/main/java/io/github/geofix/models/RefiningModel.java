package io.github.geofix.models;

import io.github.geofix.core.Refiner;

/** A model that can look closer at the places that another one has proposed. */
public interface RefiningModel {

  /**
   * Returns a refiner of the present weights: it may keep what it has computed, so take another one
   * after training. Closing it closes nothing.
   */
  Refiner refiner();
}
