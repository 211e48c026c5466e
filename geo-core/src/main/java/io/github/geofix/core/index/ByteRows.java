package io.github.geofix.core.index;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.io.AtomicFiles;
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
 * Rows rounded to bytes, each in one place: what is read to find the way along a graph, a quarter
 * of what the floats would be. Thread-safe; must be closed, which does not check for readers.
 *
 * <pre>
 *   8 bytes   "GFBYTES" and a zero
 *   4         version, little-endian as all of the file
 *   4         W, the width of a row
 *   4         N, the number of rows; zeros up to byte 4096
 *   N x       a row, see {@link Kernel#byteDot}; what its numbers were divided by and half of its
 *             squared length, a float each; zeros up to a multiple of 64
 * </pre>
 */
final class ByteRows implements AutoCloseable {
  private static final byte[] MAGIC = {'G', 'F', 'B', 'Y', 'T', 'E', 'S', 0};
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 20;
  private static final int PAGE = 4096;

  /** Rows begin where lines of the cache do. */
  private static final int LINE_BYTES = 64;

  private final int width;
  private final int rows;
  private final int stride;
  private final Section bytes;

  private ByteRows(int width, int rows, Section bytes) {
    this.width = width;
    this.rows = rows;
    this.stride = stride(width);
    this.bytes = bytes;
  }

  /**
   * Rounds rows, into memory outside the heap.
   *
   * @param source returns row i, [W]
   */
  static ByteRows of(int width, int rows, IntFunction<float[]> source) {
    int stride = stride(width);
    Section bytes = Section.allocate((long) rows * stride, stride);
    for (int row = 0; row < rows; row++) {
      float[] vector = source.apply(row);
      Rounding rounding = Rounding.of(vector);
      ByteBuffer window = bytes.window((long) row * stride);
      int at = bytes.offset((long) row * stride);
      for (int d = 0; d < width; d++) {
        window.put(at + Kernel.interleaved(d, padded(width)), (byte) rounding.round(vector[d]));
      }
      window.putFloat(at + padded(width), rounding.scale());
      window.putFloat(at + padded(width) + Float.BYTES, rounding.halfNorm());
    }
    return new ByteRows(width, rows, bytes);
  }

  private static int padded(int width) {
    return (width + Kernel.BYTE_CHUNK - 1) / Kernel.BYTE_CHUNK * Kernel.BYTE_CHUNK;
  }

  private static int stride(int width) {
    return (padded(width) + 2 * Float.BYTES + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
  }

  int width() {
    return width;
  }

  int size() {
    return rows;
  }

  void save(Path file) {
    AtomicFiles.write(
        file,
        temporary -> {
          try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            ByteBuffer header = header(width, rows);
            while (header.hasRemaining()) {
              out.write(header);
            }
            bytes.writeTo(out, PAGE);
            out.force(true);
          }
        });
  }

  private static ByteBuffer header(int width, int rows) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putInt(VERSION)
        .putInt(width)
        .putInt(rows)
        .flip();
  }

  /**
   * Maps a file.
   *
   * @throws ModelFormatException if it is not that of so many rows of this width
   * @throws UncheckedIOException if it cannot be read
   */
  static ByteRows open(Path file, int width, int rows) {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      long length = (long) rows * stride(width);
      ByteBuffer expected = header(width, rows);
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
                + width
                + "; build the graph again");
      }
      return new ByteRows(width, rows, Section.map(in, PAGE, length, stride(width)));
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** The dot product, or the negative squared distance, of a row and something. */
  interface Scores {
    float of(int row);

    /** Says which rows will be asked for next, so that memory can be read for all at once. */
    default void expect(int[] rows, int count) {}
  }

  /**
   * Returns what a vector scores with each row, up to rounding. Not thread-safe.
   *
   * @param vector [W] or longer, then with zeros
   * @param squared whether to score by {@link Metric#L2} rather than by the dot product
   */
  Scores scores(float[] vector, boolean squared) {
    return new VectorScores(Arrays.copyOf(vector, padded(width)), squared);
  }

  private final class VectorScores implements Scores {
    private final float[] vector;
    private final boolean squared;
    private final float halfNorm;
    private int unused;

    VectorScores(float[] vector, boolean squared) {
      this.vector = vector;
      this.squared = squared;
      this.halfNorm = Rounding.of(vector).halfNorm();
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

    /** Touches every line, which the processor does for many rows side by side. */
    @Override
    public void expect(int[] rows, int count) {
      int sum = 0;
      for (int i = 0; i < count; i++) {
        long position = (long) rows[i] * stride;
        ByteBuffer window = bytes.window(position);
        int at = bytes.offset(position);
        for (int line = 0; line < stride; line += LINE_BYTES) {
          sum += window.get(at + line);
        }
      }
      unused += sum; // Else the compiler leaves the loop out.
    }
  }

  /** Returns a row up to rounding, [W] and zeros after it. */
  float[] vector(int row) {
    long position = (long) row * stride;
    ByteBuffer window = bytes.window(position);
    int at = bytes.offset(position);
    float[] vector = new float[padded(width)];
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
