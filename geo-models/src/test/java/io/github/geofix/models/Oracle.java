package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.weights.RenameTable;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Numbers that the original implementation of a method computed, kept as a safetensors resource.
 */
public final class Oracle {
  private final Path file;

  private Oracle(Path file) {
    this.file = file;
  }

  /** Returns {@code oracles/<name>.safetensors}. */
  public static Oracle of(String name) {
    return new Oracle(Path.of("src/test/resources/oracles", name + ".safetensors"));
  }

  /** Returns where the file is. */
  public Path path() {
    return file;
  }

  /** Returns the shape of a tensor. */
  public long[] shape(String tensor) {
    return from(tensors -> tensors.shape(tensor));
  }

  /** Returns the values of a tensor, row by row. */
  public float[] floats(String tensor) {
    return from(tensors -> tensors.floats(tensor));
  }

  /** Returns the value of a tensor that has one. */
  public float scalar(String tensor) {
    float[] values = floats(tensor);
    if (values.length != 1) {
      throw new IllegalArgumentException(tensor + " has " + values.length + " values");
    }
    return values[0];
  }

  /** Returns the values of a tensor of integers, row by row. */
  public long[] longs(String tensor) {
    return from(tensors -> tensors.longs(tensor));
  }

  /** Returns the values of a tensor, row by row. */
  public double[] doubles(String tensor) {
    return from(tensors -> tensors.doubles(tensor));
  }

  /** Returns the values of a tensor of unsigned bytes, row by row. */
  public byte[] bytes(String tensor) {
    long[] values = longs(tensor);
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** Returns a tensor as an array of float32. */
  public NDArray array(NDManager manager, String tensor) {
    return manager.create(floats(tensor), new Shape(shape(tensor)));
  }

  /** Fills every parameter of a module from the tensors named as it is, after {@code weights.}. */
  public void load(Module module, NDManager manager) {
    module.parameters().forEach((name, p) -> p.set(array(manager, "weights." + name)));
  }

  /** Fills every parameter of a module from the tensors of other names after {@code weights.}. */
  public void load(Module module, NDManager manager, RenameTable names) {
    try (Safetensors tensors = Safetensors.open(file)) {
      Weights.load(module, manager, tensors, names.withoutPrefix("weights.")).requireComplete();
    }
  }

  /** Compares by the largest difference over the largest magnitude of the tensor. */
  public void assertClose(NDArray actual, String tensor, double relative) {
    assertThat(actual.getShape()).as(tensor).isEqualTo(new Shape(shape(tensor)));
    float[] expected = floats(tensor);
    float[] given = actual.toFloatArray();
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs((double) expected[i] - given[i]));
    }
    assertThat(difference / largest).as(tensor).isLessThan(relative);
  }

  private <T> T from(Function<Safetensors, T> values) {
    try (Safetensors tensors = Safetensors.open(file)) {
      return values.apply(tensors);
    }
  }
}
