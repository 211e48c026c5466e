package io.github.geofix.core.index;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.InputFiles;
import io.github.geofix.core.internal.index.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Vectors quantized to bytes, stored row by row for random access: a graph search reads a quarter
 * of what floats would take. Thread-safe; must be closed, which does not check for readers.
 *
 * <pre>
 *   8 bytes   "GFBYTES" and a zero
 *   4         version, little-endian as all of the file
 *   4         D, the dimension of a row
 *   4         N, the number of rows; zeros up to byte 4096
 *   N x       a row, see {@link Kernel#byteDot}; its scale and half of its squared length, a float
 *             each; zeros up to a multiple of 64
 * </pre>
 */
final class QuantizedVectors implements AutoCloseable {
  private static final byte[] MAGIC = {'G', 'F', 'B', 'Y', 'T', 'E', 'S', 0};
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 20;
  private static final int PAGE = 4096;

  /** Rows are aligned to cache lines. */
  private static final int LINE_BYTES = 64;

  private final int dimension;
  private final int rows;
  private final int stride;
  private final Section bytes;

  private QuantizedVectors(int dimension, int rows, Section bytes) {
    this.dimension = dimension;
    this.rows = rows;
    this.stride = stride(dimension);
    this.bytes = bytes;
  }

  /**
   * Quantizes vectors into memory outside the heap.
   *
   * @param source returns row i, [D]
   */
  static QuantizedVectors of(int dimension, int rows, IntFunction<float[]> source) {
    int stride = stride(dimension);
    Section bytes = Section.allocate((long) rows * stride, stride);
    for (int row = 0; row < rows; row++) {
      float[] vector = source.apply(row);
      ScalarQuantizer quantizer = ScalarQuantizer.of(vector);
      ByteBuffer window = bytes.window((long) row * stride);
      int at = bytes.offset((long) row * stride);
      for (int d = 0; d < dimension; d++) {
        window.put(
            at + Kernel.interleaved(d, padded(dimension)), (byte) quantizer.quantize(vector[d]));
      }
      window.putFloat(at + padded(dimension), quantizer.scale());
      window.putFloat(at + padded(dimension) + Float.BYTES, quantizer.halfNorm());
    }
    return new QuantizedVectors(dimension, rows, bytes);
  }

  private static int padded(int dimension) {
    return (dimension + Kernel.BYTE_CHUNK - 1) / Kernel.BYTE_CHUNK * Kernel.BYTE_CHUNK;
  }

  private static int stride(int dimension) {
    return (padded(dimension) + 2 * Float.BYTES + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
  }

  int dimension() {
    return dimension;
  }

  int size() {
    return rows;
  }

  void save(Path file) {
    AtomicFiles.write(
        file,
        out -> {
          ByteBuffer header = header(dimension, rows);
          while (header.hasRemaining()) {
            out.write(header);
          }
          bytes.writeTo(out, PAGE);
        });
  }

  private static ByteBuffer header(int dimension, int rows) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putInt(VERSION)
        .putInt(dimension)
        .putInt(rows)
        .flip();
  }

  /**
   * Maps a file.
   *
   * @throws ModelFormatException if it is not that of so many rows of this dimension
   * @throws UncheckedIOException if it cannot be read
   */
  static QuantizedVectors open(Path file, int dimension, int rows) {
    try (FileChannel in = FileChannel.open(InputFiles.find(file), StandardOpenOption.READ)) {
      long length = (long) rows * stride(dimension);
      ByteBuffer expected = header(dimension, rows);
      ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
      while (header.hasRemaining() && in.read(header) >= 0) {
        // A channel may give less than asked for.
      }
      if (in.size() != PAGE + length || !header.flip().equals(expected)) {
        throw new ModelFormatException(
            "cannot open "
                + file
                + ": it is damaged, of another version, or not of "
                + rows
                + " rows of "
                + dimension
                + "; build the graph again");
      }
      return new QuantizedVectors(
          dimension, rows, Section.map(in, PAGE, length, stride(dimension)));
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
    }
  }

  /** The scores of rows against a vector: dot products, or negative squared distances. */
  interface Scores {
    float of(int row);

    /** Prefetches rows that will be scored next. */
    default void prefetch(int[] rows, int count) {}
  }

  /**
   * Returns the approximate scores of a vector. Not thread-safe.
   *
   * @param vector [D] or longer, then padded with zeros
   * @param squared whether to score by {@link Metric#L2} rather than by the dot product
   */
  Scores scores(float[] vector, boolean squared) {
    return new VectorScores(Arrays.copyOf(vector, padded(dimension)), squared);
  }

  private final class VectorScores implements Scores {
    private final float[] vector;
    private final boolean squared;
    private final float halfNorm;
    private int unused;

    VectorScores(float[] vector, boolean squared) {
      this.vector = vector;
      this.squared = squared;
      this.halfNorm = ScalarQuantizer.of(vector).halfNorm();
    }

    @Override
    public float of(int row) {
      long position = (long) row * stride;
      ByteBuffer window = bytes.window(position);
      int at = bytes.offset(position);
      float product =
          window.getFloat(at + vector.length) * Kernel.best().byteDot(window, at, vector);
      if (!squared) {
        return product;
      }
      float rowHalfNorm = window.getFloat(at + vector.length + Float.BYTES);
      return Math.min(0, 2 * (product - halfNorm - rowHalfNorm));
    }

    /** Reads a byte of every cache line; the processor overlaps these reads. */
    @Override
    public void prefetch(int[] rows, int count) {
      int sum = 0;
      for (int i = 0; i < count; i++) {
        long position = (long) rows[i] * stride;
        ByteBuffer window = bytes.window(position);
        int at = bytes.offset(position);
        for (int line = 0; line < stride; line += LINE_BYTES) {
          sum += window.get(at + line);
        }
      }
      unused += sum; // Keeps the compiler from removing the loop.
    }
  }

  /** Returns the dequantized row, [D] padded with zeros. */
  float[] vector(int row) {
    long position = (long) row * stride;
    ByteBuffer window = bytes.window(position);
    int at = bytes.offset(position);
    float[] vector = new float[padded(dimension)];
    float scale = window.getFloat(at + vector.length);
    int quarter = vector.length / 4;
    for (int d = 0; d < quarter; d++) {
      int four = window.getInt(at + 4 * d);
      vector[d] = scale * (byte) four;
      vector[d + quarter] = scale * (byte) (four >> 8);
      vector[d + 2 * quarter] = scale * (byte) (four >> 16);
      vector[d + 3 * quarter] = scale * (four >> 24);
    }
    return vector;
  }

  @Override
  public void close() {
    bytes.free();
  }
}
