package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.models.nn.Module;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Numbers that the original implementation of a method computed, kept as a safetensors resource.
 */
public final class Oracle {
  private final JsonObject header;
  private final byte[] file;
  private final int start;

  private Oracle(byte[] file) {
    this.file = file;
    int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    header =
        JsonParser.parseString(new String(file, 8, length, StandardCharsets.UTF_8))
            .getAsJsonObject();
    start = 8 + length;
  }

  /** Reads {@code oracles/<name>.safetensors}. */
  public static Oracle of(String name) {
    String resource = "/oracles/" + name + ".safetensors";
    try (InputStream in = Oracle.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource);
      }
      return new Oracle(in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the shape of a tensor. */
  public long[] shape(String tensor) {
    return entry(tensor).getAsJsonArray("shape").asList().stream()
        .mapToLong(n -> n.getAsLong())
        .toArray();
  }

  /** Returns the values of an F32 tensor. */
  public float[] floats(String tensor) {
    ByteBuffer data = data(tensor, "F32");
    float[] values = new float[data.remaining() / Float.BYTES];
    data.asFloatBuffer().get(values);
    return values;
  }

  /** Returns the value of an F32 tensor that has one. */
  public float scalar(String tensor) {
    float[] values = floats(tensor);
    if (values.length != 1) {
      throw new IllegalArgumentException(tensor + " has " + values.length + " values");
    }
    return values[0];
  }

  /** Returns the values of an I64 tensor. */
  public long[] longs(String tensor) {
    ByteBuffer data = data(tensor, "I64");
    long[] values = new long[data.remaining() / Long.BYTES];
    data.asLongBuffer().get(values);
    return values;
  }

  /** Returns the values of an F64 tensor. */
  public double[] doubles(String tensor) {
    ByteBuffer data = data(tensor, "F64");
    double[] values = new double[data.remaining() / Double.BYTES];
    data.asDoubleBuffer().get(values);
    return values;
  }

  /** Returns the values of a U8 tensor. */
  public byte[] bytes(String tensor) {
    ByteBuffer data = data(tensor, "U8");
    byte[] values = new byte[data.remaining()];
    data.get(values);
    return values;
  }

  /** Returns an F32 tensor as an array. */
  public NDArray array(NDManager manager, String tensor) {
    return manager.create(floats(tensor), new Shape(shape(tensor)));
  }

  /** Fills every parameter of a module from the tensors named as it is, after {@code weights.}. */
  public void load(Module module, NDManager manager) {
    module.parameters().forEach((name, p) -> p.set(array(manager, "weights." + name)));
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

  private JsonObject entry(String tensor) {
    JsonObject entry = header.getAsJsonObject(tensor);
    if (entry == null) {
      throw new IllegalArgumentException("no tensor " + tensor + " among " + header.keySet());
    }
    return entry;
  }

  private ByteBuffer data(String tensor, String type) {
    JsonObject entry = entry(tensor);
    if (!entry.get("dtype").getAsString().equals(type)) {
      throw new IllegalArgumentException(tensor + " is not " + type + ": " + entry);
    }
    JsonArray offsets = entry.getAsJsonArray("data_offsets");
    int from = start + offsets.get(0).getAsInt();
    int to = start + offsets.get(1).getAsInt();
    return ByteBuffer.wrap(file, from, to - from).order(ByteOrder.LITTLE_ENDIAN);
  }
}
