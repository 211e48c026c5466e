package io.github.geofix.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Numbers computed by other implementations, in safetensors files among the test resources. */
final class Oracle {

  private final JsonObject header;
  private final ByteBuffer data;

  private Oracle(JsonObject header, ByteBuffer data) {
    this.header = header;
    this.data = data;
  }

  static Oracle read(String name) {
    String resource = "/oracles/" + name + ".safetensors";
    try (InputStream in = Objects.requireNonNull(Oracle.class.getResourceAsStream(resource))) {
      ByteBuffer file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      byte[] json = new byte[Math.toIntExact(file.getLong())];
      file.get(json);
      return new Oracle(
          JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject(),
          file.slice().order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int[] shape(String tensor) {
    JsonArray shape = header.getAsJsonObject(tensor).getAsJsonArray("shape");
    int[] sizes = new int[shape.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = shape.get(i).getAsInt();
    }
    return sizes;
  }

  /** Returns the values of a tensor of any type, row-major. */
  double[] values(String tensor) {
    JsonObject entry = header.getAsJsonObject(tensor);
    String type = entry.get("dtype").getAsString();
    int position = entry.getAsJsonArray("data_offsets").get(0).getAsInt();
    int length = 1;
    for (int size : shape(tensor)) {
      length *= size;
    }
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] =
          switch (type) {
            case "F32" -> data.getFloat(position + 4 * i);
            case "F64" -> data.getDouble(position + 8 * i);
            case "I64" -> data.getLong(position + 8 * i);
            default -> throw new IllegalArgumentException(type);
          };
    }
    return values;
  }

  float[] floats(String tensor) {
    double[] values = values(tensor);
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
