package io.github.geofix.models.io;

import io.github.geofix.core.cascade.Refiner;

/** A model that can look closer at the places that another one has proposed. */
public interface RefiningModel extends GeoModel {

  /**
   * Returns a refiner that shares this model's arrays: it sees later training, and closing it
   * closes nothing.
   */
  Refiner refiner();
}
