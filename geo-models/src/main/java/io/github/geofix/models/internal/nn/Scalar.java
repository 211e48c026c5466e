package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Constants as arrays. DJL's {@code mul(Number)} and its kin keep a view of a Java buffer that the
 * garbage collector may free before the backward pass, which then computes nonsense.
 */
public final class Scalar {
  private Scalar() {}

  /** Returns a scalar of the type and manager of {@code like}. */
  public static NDArray of(NDArray like, double value) {
    return of(like.getManager(), like.getDataType(), value);
  }

  /** Returns a scalar of the given type and manager. */
  public static NDArray of(NDManager manager, DataType type, double value) {
    return type == DataType.FLOAT64
        ? manager.create(value)
        : manager.full(new Shape(), (float) value, type);
  }
}
