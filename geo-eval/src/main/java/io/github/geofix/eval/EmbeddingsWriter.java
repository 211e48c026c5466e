package io.github.geofix.eval;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes vectors to a NumPy file as they are computed, [N, D] of float32, so that they need not fit
 * into memory. {@link Embeddings#open} reads the file once the writer is closed. Not thread-safe.
 *
 * <p>A file whose writer was not closed is not a NumPy file.
 */
public final class EmbeddingsWriter implements AutoCloseable {

  /** NumPy aligns the numbers to 64 bytes; the header of any shape fits into two of these. */
  private static final int HEADER = 128;

  private static final int BUFFERED_BYTES = 1 << 20;

  private final Path file;

  /** Not a channel, which an interrupt would close in the middle of a vector. */
  private final RandomAccessFile out;

  private ByteBuffer buffer = ByteBuffer.allocate(BUFFERED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private int dimension;
  private int size;
  private boolean closed;

  private EmbeddingsWriter(Path file, RandomAccessFile out) {
    this.file = file;
    this.out = out;
  }

  /**
   * Creates the file, or empties it.
   *
   * @param file named {@code *.npy}
   * @throws UncheckedIOException if it cannot be written
   */
  public static EmbeddingsWriter create(Path file) {
    try {
      RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
      out.setLength(0);
      out.seek(HEADER);
      return new EmbeddingsWriter(file, out);
    } catch (IOException e) {
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
   * Writes the header and closes the file.
   *
   * @throws UncheckedIOException if writing fails
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (out) {
      flush();
      out.seek(0);
      out.write(header());
    } catch (IOException e) {
      throw failure(file, e);
    }
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
