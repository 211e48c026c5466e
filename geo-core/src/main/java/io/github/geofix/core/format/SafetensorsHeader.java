package io.github.geofix.core.format;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.geofix.core.format.TensorFile.DType;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.FileKind;
import io.github.geofix.core.internal.format.MappedFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The header of a safetensors file: its reader, and checks of everything in it. */
final class SafetensorsHeader {
  /** The limit of the reference reader. */
  static final int MAX_HEADER_BYTES = 100_000_000;

  private static final int LENGTH_BYTES = 8;
  private static final int MAX_RANK = 64;

  /** The bits of an element of types of the format that have no counterpart in {@link DType}. */
  private static final Map<String, Integer> OTHER_TYPES =
      Map.of(
          "U64", 64,
          "C64", 64,
          "F8_E4M3", 8,
          "F8_E5M2", 8,
          "F8_E8M0", 8,
          "F6_E2M3", 6,
          "F6_E3M2", 6,
          "F4", 4);

  private final MappedFile file;
  private long dataStart;

  SafetensorsHeader(MappedFile file) {
    this.file = file;
  }

  void read(Map<String, StoredTensor> tensors, Map<String, String> metadata) {
    if (file.size() < LENGTH_BYTES) {
      throw damaged(
          "it has " + Count.of(file.size(), "bytes") + ", fewer than a header's length takes");
    }
    long length = file.slice(0, LENGTH_BYTES).getLong();
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw damaged(
          "the header would have "
              + Long.toUnsignedString(length)
              + " bytes, allowed are "
              + MAX_HEADER_BYTES);
    }
    if (length > file.size() - LENGTH_BYTES) {
      throw damaged(
          "the header would have "
              + length
              + " bytes, but the file only "
              + file.size()
              + ": it was cut off");
    }
    dataStart = LENGTH_BYTES + length;
    Map<String, StoredTensor> found = new LinkedHashMap<>();
    try (JsonReader json = json(file.slice(LENGTH_BYTES, (int) length))) {
      readJson(json, found, metadata);
    } catch (IOException | JsonParseException | IllegalStateException e) {
      ModelFormatException damaged = damaged("its header is not the JSON it should be");
      damaged.initCause(e);
      throw damaged;
    }
    checkCoverage(found);
    tensors.putAll(found);
  }

  private void readJson(
      JsonReader json, Map<String, StoredTensor> tensors, Map<String, String> metadata)
      throws IOException {
    json.beginObject();
    while (json.hasNext()) {
      String name = json.nextName();
      if (name.equals("__metadata__") && json.peek() == JsonToken.NULL) {
        json.nextNull();
      } else if (name.equals("__metadata__")) {
        json.beginObject();
        while (json.hasNext()) {
          metadata.putIfAbsent(json.nextName(), json.nextString());
        }
        json.endObject();
      } else if (tensors.put(name, readTensor(json, name)) != null) {
        throw damaged(name + " occurs twice");
      }
    }
    json.endObject();
    if (json.peek() != JsonToken.END_DOCUMENT) {
      throw damaged("something follows the header's JSON");
    }
  }

  private StoredTensor readTensor(JsonReader json, String name) throws IOException {
    String type = null;
    long[] shape = null;
    long[] offsets = null;
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "dtype" -> type = json.nextString();
        case "shape" -> shape = readLongs(json, MAX_RANK, name);
        case "data_offsets" -> offsets = readLongs(json, 2, name);
        default -> json.skipValue();
      }
    }
    json.endObject();
    if (type == null || shape == null || offsets == null || offsets.length != 2) {
      throw damaged(name + " needs a dtype, a shape and two data_offsets");
    }
    DType dtype = dtype(type);
    int bits = bits(type, dtype, name);
    long count = 1;
    long bytes;
    try {
      for (long length : shape) {
        count = Math.multiplyExact(count, length);
      }
      bytes = Math.addExact(Math.multiplyExact(count, bits), 7) / 8;
    } catch (ArithmeticException e) {
      throw damaged(name + " of shape " + Arrays.toString(shape) + " is too large");
    }
    long room = file.size() - dataStart;
    if (offsets[0] > offsets[1] || offsets[1] > room) {
      throw damaged(
          name
              + " lies at "
              + Arrays.toString(offsets)
              + ", but the file has "
              + room
              + " bytes of data: it was cut off or altered");
    }
    if (offsets[1] - offsets[0] != bytes) {
      throw damaged(
          name
              + " of type "
              + type
              + " and shape "
              + Arrays.toString(shape)
              + " needs "
              + bytes
              + " bytes, not "
              + (offsets[1] - offsets[0]));
    }
    return new StoredTensor(
        file,
        type,
        dtype,
        shape,
        count,
        dataStart + offsets[0],
        bytes,
        null,
        ByteOrder.LITTLE_ENDIAN);
  }

  private static @Nullable DType dtype(String type) {
    for (DType dtype : DType.values()) {
      if (dtype.name().equals(type)) {
        return dtype;
      }
    }
    return null;
  }

  private int bits(String type, @Nullable DType dtype, String name) {
    if (dtype != null) {
      return 8 * dtype.bytes();
    }
    Integer bits = OTHER_TYPES.get(type);
    if (bits == null) {
      throw damaged(
          name + " has the type " + type + ", readable are " + Arrays.toString(DType.values()));
    }
    return bits;
  }

  private long[] readLongs(JsonReader json, int most, String name) throws IOException {
    long[] values = new long[most];
    int count = 0;
    json.beginArray();
    while (json.hasNext()) {
      if (count == most) {
        throw damaged(name + " has more than " + most + " values in a list");
      }
      String text = json.peek() == JsonToken.NUMBER ? json.nextString() : "";
      if (text.isEmpty()
          || text.length() > 18
          || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
        throw damaged(name + " has a length or offset that is not a whole number");
      }
      values[count++] = Long.parseLong(text);
    }
    json.endArray();
    return Arrays.copyOf(values, count);
  }

  private void checkCoverage(Map<String, StoredTensor> tensors) {
    long end = dataStart;
    List<Map.Entry<String, StoredTensor>> sorted = new ArrayList<>(tensors.entrySet());
    sorted.sort(
        Comparator.comparingLong((Map.Entry<String, StoredTensor> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    for (Map.Entry<String, StoredTensor> entry : sorted) {
      if (entry.getValue().begin() != end) {
        throw damaged(entry.getKey() + " leaves a gap or overlaps the array before it");
      }
      end = entry.getValue().end();
    }
    if (end != file.size()) {
      throw damaged("behind its arrays it has " + Count.of(file.size() - end, "bytes"));
    }
  }

  private ModelFormatException damaged(String reason) {
    return new ModelFormatException(file.path() + " is not a safetensors file: " + kind(reason));
  }

  /** Returns what the file is instead, if its first bytes show it; otherwise the reason. */
  private String kind(String reason) {
    byte[] start = new byte[(int) Math.min(FileKind.START_BYTES, file.size())];
    file.slice(0, start.length).get(start);
    return FileKind.of(start).map(SafetensorsHeader::advice).orElse(reason);
  }

  private static String advice(FileKind kind) {
    boolean mayBePyTorch = kind == FileKind.ZIP || kind == FileKind.PICKLE;
    return "it is "
        + kind.text()
        + (mayBePyTorch ? "; of PyTorch's, geofix convert makes safetensors" : "");
  }

  /** Returns a strict reader of UTF-8 text. */
  static JsonReader json(ByteBuffer utf8) {
    InputStream stream =
        new InputStream() {
          @Override
          public int read() {
            return utf8.hasRemaining() ? utf8.get() & 0xff : -1;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            if (!utf8.hasRemaining()) {
              return -1;
            }
            int n = Math.min(length, utf8.remaining());
            utf8.get(target, offset, n);
            return n;
          }
        };
    // A decoder rather than a charset: malformed text is reported, not replaced.
    JsonReader json =
        new JsonReader(new InputStreamReader(stream, StandardCharsets.UTF_8.newDecoder()));
    json.setStrictness(Strictness.STRICT);
    return json;
  }
}
