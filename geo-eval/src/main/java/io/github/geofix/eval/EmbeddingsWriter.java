package io.github.geofix.eval;

import io.github.geofix.core.io.Replacement;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writer of vectors to a NumPy file as they are computed, [N, D] of float32, so that they need not
 * fit into memory. Not thread-safe.
 *
 * <p>{@link #commit} makes the file, replacing an older one. Closing without it leaves the older
 * file, or none.
 */
public final class EmbeddingsWriter implements AutoCloseable {

  /** NumPy aligns the numbers to 64 bytes; the header of any shape fits into two of these. */
  private static final int HEADER = 128;

  private static final int BUFFERED_BYTES = 1 << 20;

  private final Path file;
  private final Replacement replacement;

  /** Not the channel, which an interrupt would close in the middle of a vector. */
  private final OutputStream out;

  private ByteBuffer buffer = ByteBuffer.allocate(BUFFERED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private int dimension;
  private int size;

  private EmbeddingsWriter(Path file, Replacement replacement) {
    this.file = file;
    this.replacement = replacement;
    this.out = replacement.stream();
    buffer.put(new byte[HEADER]);
  }

  /**
   * Begins to write a file.
   *
   * @param file named {@code *.npy}
   * @throws UncheckedIOException if it cannot be written
   */
  public static EmbeddingsWriter create(Path file) {
    return new EmbeddingsWriter(file, Replacement.of(file));
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
          "vector " + size + " has " + vector.length + " numbers, the first has " + dimension);
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
      replacement.writeStart(header());
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

  private byte[] header() {
    String start = NpyEmbeddings.MAGIC + "\u0001\u0000" + (char) (HEADER - 10) + "\u0000";
    String literal =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + size + ", " + dimension + "), }";
    String padding = " ".repeat(HEADER - start.length() - literal.length() - 1);
    return (start + literal + padding + "\n").getBytes(StandardCharsets.ISO_8859_1);
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
