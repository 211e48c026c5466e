package io.github.geofix.core;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** Numbers of a safetensors file among the test resources. */
public final class OracleFile {
  private final ByteBuffer data;
  private final JsonObject header;

  private OracleFile(ByteBuffer data, JsonObject header) {
    this.data = data;
    this.header = header;
  }

  /** Reads a file of the folder oracles. */
  public static OracleFile read(String name) throws IOException {
    try (InputStream in = stream(name + ".safetensors")) {
      ByteBuffer file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      byte[] json = new byte[(int) file.getLong()];
      file.get(json);
      return new OracleFile(
          file.slice().order(ByteOrder.LITTLE_ENDIAN),
          JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject());
    }
  }

  /** Returns 100,000 positions of photos: latitude, longitude, latitude, longitude, ... */
  public static double[] photoPositions() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(stream("geoclip_coordinates_100k.csv.gz")),
                StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .skip(1)
          .flatMap(line -> Arrays.stream(line.split(",", -1)))
          .mapToDouble(Double::parseDouble)
          .toArray();
    }
  }

  private static InputStream stream(String name) {
    return Objects.requireNonNull(OracleFile.class.getResourceAsStream("/oracles/" + name), name);
  }

  private ByteBuffer bytes(String tensor, String type) {
    JsonObject entry = header.getAsJsonObject(tensor);
    if (!entry.get("dtype").getAsString().equals(type)) {
      throw new IllegalArgumentException(tensor + " is " + entry);
    }
    int from = entry.getAsJsonArray("data_offsets").get(0).getAsInt();
    int to = entry.getAsJsonArray("data_offsets").get(1).getAsInt();
    return data.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns the values of an I64 tensor, row by row. */
  public long[] longs(String tensor) {
    var buffer = bytes(tensor, "I64").asLongBuffer();
    long[] values = new long[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  /** Returns the values of an I32 tensor, row by row. */
  public int[] ints(String tensor) {
    var buffer = bytes(tensor, "I32").asIntBuffer();
    int[] values = new int[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  /** Returns the values of an F64 tensor, row by row. */
  public double[] doubles(String tensor) {
    var buffer = bytes(tensor, "F64").asDoubleBuffer();
    double[] values = new double[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  /** Returns the values of an F32 tensor, row by row. */
  public float[] floats(String tensor) {
    var buffer = bytes(tensor, "F32").asFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  /** Returns a word of the file's metadata. */
  public String metadata(String key) {
    return header.getAsJsonObject("__metadata__").get(key).getAsString();
  }
}
