package io.github.geofix.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** Numbers as arrays of their own memory. */
final class Scalars {
  private Scalars() {}

  /**
   * Returns {@code value} as an array without axes, of the type of {@code like}. DJL's operations
   * with a Java number use a buffer that the garbage collector may free before it is read.
   */
  static NDArray of(double value, NDArray like, NDManager manager) {
    return manager.full(new Shape(), (float) value, like.getDataType());
  }
}
