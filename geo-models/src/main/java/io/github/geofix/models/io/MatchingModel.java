package io.github.geofix.models.io;

import io.github.geofix.core.TileEncoder;

/** A model that matches photos with map tiles: both are vectors of one space. */
public interface MatchingModel extends GeoModel {

  /**
   * Returns an encoder that shares this model's arrays: it sees later training, and closing it
   * closes nothing.
   */
  TileEncoder tileEncoder();
}
