package io.github.geofix.models.io;

import ai.djl.ndarray.NDArray;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.models.Batch;
import io.github.geofix.models.nn.Forward;

/** A model that matches photos with map tiles: both are vectors of one space. */
public interface MatchingModel extends GeoModel {

  /**
   * Returns an encoder that shares this model's arrays: it sees later training, and closing it
   * closes nothing.
   */
  TileEncoder tileEncoder();

  /**
   * Returns the vectors of a batch's photos as the loss compares them, {@code [B, D]}, length 1.
   */
  NDArray photoVectors(Forward f, Batch batch);

  /** Returns the vectors of a batch's tiles as the loss compares them, {@code [B, D]}, length 1. */
  NDArray tileVectors(Forward f, Batch batch);
}
