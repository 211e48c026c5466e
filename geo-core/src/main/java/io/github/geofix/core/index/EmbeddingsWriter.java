package io.github.geofix.core.index;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.geofix.core.format.DType;
import io.github.geofix.core.internal.Replacement;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writer of vectors to a file as they are computed, [N, D] of float32, so that they need not fit
 * into memory: safetensors with the array {@code vectors} where its name ends so, else NumPy. Not
 * thread-safe.
 *
 * <p>{@link #commit} makes the file, replacing an older one. Closing without it leaves the older
 * file, or none.
 */
public final class EmbeddingsWriter implements AutoCloseable {

  private static final int BUFFERED_BYTES = 1 << 20;

  private static final String SAFETENSORS = ".safetensors";

  private final Path file;
  private final Map<String, String> metadata;
  private final int headerBytes;

  private final Replacement replacement;

  /** Not the channel, which an interrupt would close in the middle of a vector. */
  private final OutputStream out;

  private ByteBuffer buffer = ByteBuffer.allocate(BUFFERED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private int dimension;
  private int size;

  private EmbeddingsWriter(Path file, Map<String, String> metadata, int headerBytes) {
    this.file = file;
    this.metadata = metadata;
    this.headerBytes = headerBytes;
    this.replacement = Replacement.of(file);
    this.out = replacement.stream();
  }

  /**
   * Begins to write a file.
   *
   * @param file named {@code *.npy} or {@code *.safetensors}
   * @throws UncheckedIOException if it cannot be written
   */
  public static EmbeddingsWriter create(Path file) {
    return create(file, Map.of());
  }

  /**
   * As {@link #create(Path)}, with lines of text beside the vectors.
   *
   * @param metadata see {@link Embeddings#metadata}; not written to a NumPy file, which has none
   */
  public static EmbeddingsWriter create(Path file, Map<String, String> metadata) {
    Map<String, String> lines = new TreeMap<>(metadata);
    int header =
        isSafetensors(file)
            ? (json(lines, Integer.MAX_VALUE, Integer.MAX_VALUE).length / 64 + 2) * 64
            : NpyEmbeddings.WRITTEN_HEADER;
    EmbeddingsWriter writer = new EmbeddingsWriter(file, lines, header);
    try {
      writer.out.write(new byte[header]);
      return writer;
    } catch (IOException e) {
      writer.close();
      throw failure(file, e);
    }
  }

  /**
   * Appends a vector.
   *
   * @throws IllegalArgumentException if it is empty or has another length than the first
   * @throws UncheckedIOException if writing fails
   */
  public void write(float[] vector) {
    if (vector.length == 0 || (size > 0 && vector.length != dimension)) {
      throw new IllegalArgumentException(
          "vector %d has dimension %d, the first has %d".formatted(size, vector.length, dimension));
    }
    dimension = vector.length;
    int bytes = Math.multiplyExact(vector.length, Float.BYTES);
    if (buffer.remaining() < bytes) {
      flush();
      if (buffer.capacity() < bytes) {
        buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    for (float value : vector) {
      buffer.putFloat(value);
    }
    size++;
  }

  /** Returns the number of vectors written. */
  public int size() {
    return size;
  }

  /**
   * Completes the file; no vector can follow.
   *
   * @throws UncheckedIOException if writing fails; an older file is then unchanged
   */
  public void commit() {
    flush();
    try {
      replacement.writeStart(
          isSafetensors(file) ? safetensorsHeader() : NpyEmbeddings.header("<f4", size, dimension));
    } catch (IOException e) {
      throw failure(file, e);
    }
    replacement.commit();
  }

  /** Discards the vectors, unless they were committed. */
  @Override
  public void close() {
    replacement.close();
  }

  private static boolean isSafetensors(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(SAFETENSORS);
  }

  private byte[] safetensorsHeader() {
    byte[] json = json(metadata, size, dimension);
    ByteBuffer header = ByteBuffer.allocate(headerBytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(headerBytes - (long) Long.BYTES).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.array();
  }

  private static byte[] json(Map<String, String> metadata, int size, int dimension) {
    JsonObject header = new JsonObject();
    JsonObject lines = new JsonObject();
    metadata.forEach(lines::addProperty);
    if (!metadata.isEmpty()) {
      header.add("__metadata__", lines);
    }
    JsonObject array = new JsonObject();
    array.addProperty("dtype", DType.F32.name());
    array.add("shape", numbers(size, dimension));
    array.add("data_offsets", numbers(0, (long) size * dimension * Float.BYTES));
    header.add("vectors", array);
    return header.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static JsonArray numbers(long first, long second) {
    JsonArray numbers = new JsonArray();
    numbers.add(first);
    numbers.add(second);
    return numbers;
  }

  private void flush() {
    try {
      out.write(buffer.array(), 0, buffer.position());
    } catch (IOException e) {
      throw failure(file, e);
    }
    buffer.clear();
  }

  private static UncheckedIOException failure(Path file, IOException e) {
    return new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
  }
}
