package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;

/** A module that maps one array to one array. */
public abstract class Layer extends Module {

  /** Creates a layer without parameters. */
  protected Layer() {}

  /**
   * Computes the output; the result and all intermediate arrays belong to the manager of {@code x}.
   */
  public abstract NDArray forward(Forward f, NDArray x);
}
