package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.NativeResource;
import io.github.geofix.models.internal.nn.Bfloat16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One array of a network that is saved with it: learned by training, or a buffer that training only
 * updates by the way (such as the running mean of batch normalization).
 */
public final class Parameter {

  /** Initialization of a parameter. */
  @FunctionalInterface
  public interface Init {

    /** Fills the values of an array of the given shape, row-major. */
    void fill(float[] values, Shape shape, SplittableRandom random);

    /** Every value is {@code value}. */
    static Init constant(float value) {
      return (values, shape, random) -> Arrays.fill(values, value);
    }

    /** Normal distribution with mean 0. */
    static Init normal(double standardDeviation) {
      return (values, shape, random) -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (standardDeviation * random.nextGaussian());
        }
      };
    }

    /** Normal distribution with mean 0, redrawn until within two standard deviations. */
    static Init truncatedNormal(double standardDeviation) {
      return (values, shape, random) -> {
        for (int i = 0; i < values.length; i++) {
          double z;
          do {
            z = random.nextGaussian();
          } while (Math.abs(z) > 2);
          values[i] = (float) (standardDeviation * z);
        }
      };
    }

    /** Uniform within {@code -bound} to {@code bound}. */
    static Init uniform(double bound) {
      return (values, shape, random) -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
      };
    }

    /** PyTorch's default for linear and convolution layers: uniform within 1 / sqrt(fan in). */
    static Init fanIn(int fanIn) {
      return uniform(1 / Math.sqrt(fanIn));
    }
  }

  private final Shape shape;
  private final Init init;
  private final boolean buffer;
  private boolean frozen;
  private @Nullable NDArray array;
  private int changes;
  private boolean bfloat16;

  Parameter(Shape shape, Init init, boolean buffer) {
    this.shape = shape;
    this.init = init;
    this.buffer = buffer;
  }

  /** Returns the shape, known before the array exists. */
  public Shape shape() {
    return shape;
  }

  /** Returns the number of values. */
  public long size() {
    return shape.size();
  }

  /** Returns the lengths of the axes. */
  public List<Long> dimensions() {
    return Arrays.stream(shape.getShape()).boxed().toList();
  }

  /** Returns whether the optimizer must leave the array alone, whatever is frozen. */
  public boolean isBuffer() {
    return buffer;
  }

  /** Returns whether the array is learned: neither a buffer nor frozen. */
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
   * @throws IllegalStateException before {@link Module#initialize} or loading, and once the model
   *     is closed
   */
  public NDArray array() {
    if (array == null) {
      throw new IllegalStateException("the module has no values yet: initialize or load it first");
    }
    if (array instanceof NativeResource<?> resource && resource.isReleased()) {
      throw new IllegalStateException("the model is closed");
    }
    return array;
  }

  /**
   * Returns the values as an array of another manager, to begin a computation with: the result of
   * an operation belongs to the manager of its first operand, and the model's manager would keep
   * it. Gradients flow back.
   */
  public NDArray in(NDManager manager) {
    NDArray view = array().reshape(shape);
    view.attach(manager);
    return view;
  }

  /**
   * Returns how often the values have been written or replaced. Steps of training, which change the
   * array itself, are not counted; they need {@link NDArray#hasGradient}.
   */
  public int changes() {
    return changes;
  }

  /**
   * Rounds the values to bfloat16 and frees the others. From then on {@link #array} must not be
   * asked its type, nor read.
   */
  void toBfloat16() {
    if (bfloat16) {
      return;
    }
    NDArray values = array();
    NDArray rounded = TorchEngine.noGrad(() -> Bfloat16.rounded(values));
    array = rounded;
    bfloat16 = true;
    frozen = true;
    changes++;
    values.close();
  }

  /** Returns whether the values are in bfloat16. */
  public boolean isBfloat16() {
    return bfloat16;
  }

  /** Returns true once the parameter has been initialized or loaded. */
  public boolean hasArray() {
    return array != null;
  }

  /**
   * Writes the values in place, so that whoever holds {@link #array} has the new ones.
   *
   * @param values puts all elements, row-major, into the buffer's float or double view as {@link
   *     #array} has them
   */
  public void write(Consumer<ByteBuffer> values) {
    changes++;
    NDArray target = array();
    if (target.getDevice().isGpu()) {
      ByteBuffer copy = target.toByteBuffer();
      values.accept(copy.clear());
      target.set(copy.clear());
    } else {
      // On the CPU the buffer is the tensor's memory: no copy, and none of Java's direct memory.
      values.accept(target.toByteBuffer(true).order(ByteOrder.nativeOrder()));
    }
  }

  /** Allocates zeros where there are no values yet. */
  public void allocate(NDManager manager, DataType type) {
    if (array == null) {
      array = manager.zeros(shape, type);
    }
  }

  /** Takes over {@code values}, which must have this parameter's shape; frees the old values. */
  public void set(NDArray values) {
    if (!values.getShape().equals(shape)) {
      throw new IllegalArgumentException(
          "shape " + values.getShape() + " given, " + shape + " needed");
    }
    changes++;
    if (array != null && array != values) {
      array.close();
    }
    array = values;
  }

  /**
   * Puts {@code values} in place of the present ones, which are returned, not freed: for weights
   * that stand in for a while.
   */
  public NDArray exchange(NDArray values) {
    NDArray before = array();
    array = null;
    set(values);
    return before;
  }

  void initialize(NDManager manager, DataType type, SplittableRandom random) {
    if (shape.size() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "an array of " + shape + " is more than Java can hold: make the model smaller");
    }
    float[] values = new float[(int) shape.size()];
    init.fill(values, shape, random);
    allocate(manager, type);
    write(
        bytes -> {
          if (type == DataType.FLOAT32) {
            bytes.asFloatBuffer().put(values);
            return;
          }
          for (float value : values) {
            bytes.putDouble(value);
          }
        });
  }
}
