package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One array of a network that is saved with it: learned by training, or a buffer that training only
 * updates by the way (such as the running mean of batch normalisation).
 */
public final class Parameter {
  private final Shape shape;
  private final Init init;
  private final boolean buffer;
  private boolean frozen;
  private @Nullable NDArray array;

  Parameter(Shape shape, Init init, boolean buffer) {
    this.shape = shape;
    this.init = init;
    this.buffer = buffer;
  }

  /** Returns the shape, known before the array exists. */
  public Shape shape() {
    return shape;
  }

  /** Returns true if the optimizer must leave the array alone, whatever is frozen. */
  public boolean isBuffer() {
    return buffer;
  }

  /** Returns true if the array is learned: neither a buffer nor frozen. */
  public boolean isTrainable() {
    return !buffer && !frozen;
  }

  /** Excludes the parameter from training, or takes it back in. */
  public void setFrozen(boolean frozen) {
    this.frozen = frozen;
  }

  /**
   * Returns the values.
   *
   * @throws IllegalStateException before {@link Module#initialize} or loading
   */
  public NDArray array() {
    if (array == null) {
      throw new IllegalStateException("the module has no values yet: initialize or load it first");
    }
    return array;
  }

  boolean hasArray() {
    return array != null;
  }

  /** Takes over {@code values}, which must have this parameter's shape; frees the old values. */
  public void set(NDArray values) {
    if (!values.getShape().equals(shape)) {
      throw new IllegalArgumentException(
          "shape " + values.getShape() + " given, " + shape + " needed");
    }
    if (array != null && array != values) {
      array.close();
    }
    array = values;
  }

  void initialize(NDManager manager, DataType type, SplittableRandom random) {
    float[] values = new float[Math.toIntExact(shape.size())];
    init.fill(values, shape, random);
    NDArray created = manager.create(values, shape);
    if (type == DataType.FLOAT32) {
      set(created);
    } else {
      set(created.toType(type, false));
      created.close();
    }
  }
}
