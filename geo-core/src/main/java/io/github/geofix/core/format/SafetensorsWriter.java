package io.github.geofix.core.format;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.geofix.core.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects named arrays, then writes them into one safetensors file. The same arrays give the same
 * bytes, in whatever order they were added: arrays lie by width of their type, then by name, as the
 * reference writer has it.
 *
 * <p>Nothing is copied when an array is added, so it must not change before {@link #write}. Not
 * thread-safe.
 */
public final class SafetensorsWriter {

  /** Yields the bytes of an array when they are needed. */
  @FunctionalInterface
  public interface Source {
    /** Writes all elements, row-major and little-endian. */
    void writeTo(WritableByteChannel out) throws IOException;
  }

  private record Tensor(DType dtype, long[] shape, Source source) {
    long bytes() {
      long bytes = dtype.bytes();
      for (long length : shape) {
        bytes = Math.multiplyExact(bytes, length);
      }
      return bytes;
    }
  }

  private record Entry(String dtype, long[] shape, long[] data_offsets) {}

  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
  private static final int CHUNK_ELEMENTS = 1 << 16;

  private final Map<String, Tensor> tensors = new TreeMap<>();
  private final Map<String, String> metadata = new TreeMap<>();

  SafetensorsWriter() {}

  /** Adds a line of free text. */
  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /** Adds lines of free text. */
  public SafetensorsWriter metadata(Map<String, String> lines) {
    metadata.putAll(lines);
    return this;
  }

  /**
   * Adds an F32 array, row-major.
   *
   * @throws IllegalArgumentException if the name is taken or the values do not fill the shape
   */
  public SafetensorsWriter floats(String name, float[] values, long... shape) {
    checkCount(name, values.length, shape);
    return tensor(
        name,
        DType.F32,
        shape,
        out -> {
          ByteBuffer chunk = chunk(DType.F32);
          for (int i = 0; i < values.length; i += CHUNK_ELEMENTS) {
            int n = Math.min(CHUNK_ELEMENTS, values.length - i);
            chunk.clear().limit(n * Float.BYTES).asFloatBuffer().put(values, i, n);
            out.write(chunk);
          }
        });
  }

  /**
   * Adds an F64 array, row-major.
   *
   * @throws IllegalArgumentException if the name is taken or the values do not fill the shape
   */
  public SafetensorsWriter doubles(String name, double[] values, long... shape) {
    checkCount(name, values.length, shape);
    return tensor(
        name,
        DType.F64,
        shape,
        out -> {
          ByteBuffer chunk = chunk(DType.F64);
          for (int i = 0; i < values.length; i += CHUNK_ELEMENTS) {
            int n = Math.min(CHUNK_ELEMENTS, values.length - i);
            chunk.clear().limit(n * Double.BYTES).asDoubleBuffer().put(values, i, n);
            out.write(chunk);
          }
        });
  }

  /**
   * Adds an I64 array, row-major.
   *
   * @throws IllegalArgumentException if the name is taken or the values do not fill the shape
   */
  public SafetensorsWriter longs(String name, long[] values, long... shape) {
    checkCount(name, values.length, shape);
    return tensor(
        name,
        DType.I64,
        shape,
        out -> {
          ByteBuffer chunk = chunk(DType.I64);
          for (int i = 0; i < values.length; i += CHUNK_ELEMENTS) {
            int n = Math.min(CHUNK_ELEMENTS, values.length - i);
            chunk.clear().limit(n * Long.BYTES).asLongBuffer().put(values, i, n);
            out.write(chunk);
          }
        });
  }

  /**
   * Adds an array whose bytes are asked for only when the file is written.
   *
   * @throws IllegalArgumentException if the name is taken
   */
  public SafetensorsWriter tensor(String name, DType dtype, long[] shape, Source source) {
    if (name.equals("__metadata__") || tensors.containsKey(name)) {
      throw new IllegalArgumentException("the name " + name + " is taken");
    }
    if (Arrays.stream(shape).anyMatch(length -> length < 0)) {
      throw new IllegalArgumentException(
          name + " has a negative length: " + Arrays.toString(shape));
    }
    tensors.put(name, new Tensor(dtype, shape.clone(), source));
    return this;
  }

  /**
   * Writes the file, replacing an older one only when the new one is complete.
   *
   * @throws java.io.UncheckedIOException if writing fails; nothing is left behind
   */
  public void write(Path file) {
    AtomicFiles.write(
        file,
        temporary -> {
          try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            writeTo(out);
            out.force(true);
          }
        });
  }

  private void writeTo(FileChannel out) throws IOException {
    List<Map.Entry<String, Tensor>> ordered =
        tensors.entrySet().stream()
            .sorted(
                Comparator.comparing((Map.Entry<String, Tensor> e) -> -e.getValue().dtype().bytes())
                    .thenComparing(Map.Entry::getKey))
            .toList();
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put("__metadata__", metadata);
    }
    long end = 0;
    for (Map.Entry<String, Tensor> entry : ordered) {
      Tensor tensor = entry.getValue();
      long begin = end;
      end = Math.addExact(end, tensor.bytes());
      header.put(
          entry.getKey(),
          new Entry(tensor.dtype().name(), tensor.shape(), new long[] {begin, end}));
    }
    byte[] json = GSON.toJson(header).getBytes(StandardCharsets.UTF_8);
    // Padded with spaces, so that the arrays are aligned in memory when the file is mapped.
    int length = (json.length + 7) / 8 * 8;
    if (length > Safetensors.MAX_HEADER_BYTES) {
      throw new IOException("the header would be longer than readers allow: " + length + " bytes");
    }
    ByteBuffer head = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(length).put(json);
    while (head.hasRemaining()) {
      head.put((byte) ' ');
    }
    head.flip();
    while (head.hasRemaining()) {
      out.write(head);
    }
    for (Map.Entry<String, Tensor> entry : ordered) {
      long start = out.position();
      entry.getValue().source().writeTo(out);
      long written = out.position() - start;
      if (written != entry.getValue().bytes()) {
        throw new IllegalStateException(
            entry.getKey() + " wrote " + written + " bytes, not " + entry.getValue().bytes());
      }
    }
  }

  private static ByteBuffer chunk(DType dtype) {
    return ByteBuffer.allocateDirect(CHUNK_ELEMENTS * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void checkCount(String name, long count, long[] shape) {
    long product = 1;
    for (long length : shape) {
      product = Math.multiplyExact(product, length);
    }
    if (product != count) {
      throw new IllegalArgumentException(
          name + " has " + count + " values, its shape " + Arrays.toString(shape) + " " + product);
    }
  }
}
