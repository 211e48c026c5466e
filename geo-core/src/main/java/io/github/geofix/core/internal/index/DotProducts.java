package io.github.geofix.core.internal.index;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Dot products of a vector with the rows of a matrix in memory, such as the weights of a network.
 * The time is that of reading the matrix, so threads of the common pool share it.
 */
public final class DotProducts {
  /** Bytes that a thread takes at a time: enough to outweigh the cost of dispatch. */
  private static final int CHUNK_BYTES = 1 << 22;

  private DotProducts() {}

  /**
   * Returns whether the Vector API is available. Without {@code --add-modules jdk.incubator.vector}
   * a native matrix product may be faster.
   */
  public static boolean isAccelerated() {
    return Kernel.best().isAccelerated();
  }

  /**
   * Computes the dot products of a vector with each row.
   *
   * @param rows little-endian floats, {@code [N, D]} row-major, from position to limit
   * @param vector {@code [D]}
   * @return {@code [N]}
   * @throws IllegalArgumentException if the rows are not a multiple of D long, or D is 0
   */
  public static float[] of(ByteBuffer rows, float[] vector) {
    return of(Kernel.best(), rows, vector);
  }

  static float[] of(Kernel kernel, ByteBuffer rows, float[] vector) {
    long rowBytes = (long) vector.length * Float.BYTES;
    if (rowBytes == 0 || rows.remaining() % rowBytes != 0) {
      throw new IllegalArgumentException(
          rows.remaining() + " bytes are no rows of " + vector.length + " floats");
    }
    ByteBuffer floats = rows.slice();
    int count = (int) (rows.remaining() / rowBytes);
    float[] products = new float[count];
    int chunk = (int) Math.max(1, CHUNK_BYTES / rowBytes);
    AtomicInteger next = new AtomicInteger();
    Runnable work =
        () -> {
          for (int from = next.getAndAdd(chunk);
              from < count && from >= 0;
              from = next.getAndAdd(chunk)) {
            kernel.dots(floats, from, Math.min(count, from + chunk), vector, products);
          }
        };
    int chunks = (count + chunk - 1) / chunk;
    Parallel.run(Math.min(Runtime.getRuntime().availableProcessors(), chunks), work);
    return products;
  }
}
