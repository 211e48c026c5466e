package io.github.geofix.core.internal.index;

import io.github.geofix.core.index.EmbeddingIndex.Metric;
import java.nio.ByteBuffer;

/**
 * The inner loops of a search. In this package D is the dimension of the rows, padded with zeros to
 * a multiple of {@link #CHUNK}.
 *
 * <p>Rows are stored in blocks, and a block is stored dimension by dimension: [D, 64] floats or [D,
 * 256] bytes; bytes are interleaved, see {@link #interleaved}. A vector register then holds one
 * number of several rows and needs no sum across its lanes, and the compiler vectorizes plain Java
 * loops too. The layout is PDX of Kuffo, Krippner and Boncz, "PDX: A Data Layout for Vector
 * Similarity Search", SIGMOD 2025.
 *
 * <p>Every row's score is summed in the order of its dimensions, wherever the row is stored: a
 * kernel gives the same bits from each of its methods.
 */
public interface Kernel {
  /** Rows in a block of floats. */
  int BLOCK = 64;

  /** Rows in a block of bytes. */
  int BYTE_BLOCK = 256;

  /** The dimension of {@link #byteDot} is a multiple of this, a cache line. */
  int BYTE_CHUNK = 64;

  /** The padded dimension is a multiple of this. */
  int CHUNK = 16;

  /** Stored bytes are numbers -127 to 127 plus this. */
  int BYTE_BIAS = 128;

  /**
   * The largest number of a quantized query. A sum of {@link #CHUNK} products of a byte and a
   * number of the query, 128 x 15 x 16, still fits in 16 bits.
   */
  int BYTE_QUERY_MAX = 15;

  /**
   * Scores the rows of one block of floats.
   *
   * @param rows the buffer that holds the block, from {@code offset} on
   * @param squared whether to score by {@link Metric#L2} rather than by the dot product
   * @param query [D]
   * @param scores [64], overwritten
   */
  void score(ByteBuffer rows, int offset, boolean squared, float[] query, float[] scores);

  /** Arranges queries [B, D] in the layout that {@link #scoreBatch} reads. */
  float[] pack(float[][] queries);

  /**
   * Scores the rows of one block of floats for B queries.
   *
   * @param packed what {@link #pack} returned
   * @param scores [B, 64], overwritten; at least {@link #batchScores} long
   */
  void scoreBatch(
      ByteBuffer rows, int offset, int dimension, boolean squared, float[] packed, float[] scores);

  /** Returns the required length of a batch's array of scores. */
  int batchScores(int queries);

  /** Returns whether any of 64 scores is above a limit. */
  boolean anyAbove(float[] scores, int from, float limit);

  /**
   * Returns whether any of 64 scores is above its own limit.
   *
   * @param limits [64]
   */
  boolean anyAbove(float[] scores, int from, float[] limits);

  /** Scores one row, [D]. */
  float score(float[] row, boolean squared, float[] query);

  /**
   * Computes the dot products of a vector with the rows of a row-major matrix.
   *
   * @param rows [N, D] row-major, from the buffer's beginning
   * @param from the first row
   * @param to the row after the last
   * @param vector [D], of any length
   * @param products [N], written from {@code from} to {@code to}
   */
  void dots(ByteBuffer rows, int from, int to, float[] vector, float[] products);

  /** Returns whether these loops use the Vector API. */
  boolean isAccelerated();

  /**
   * Computes the dot products of a quantized query with the rows of one block of bytes.
   *
   * @param query [D], each within {@link #BYTE_QUERY_MAX}
   * @param sums [256], overwritten
   */
  void byteDots(ByteBuffer rows, int offset, short[] query, int[] sums);

  /**
   * Computes the dot product of a vector with a quantized row that is stored contiguously.
   *
   * @param rows the buffer that holds the row, D signed bytes from {@code offset} on, {@link
   *     #interleaved}
   * @param vector [D], a multiple of {@link #BYTE_CHUNK}
   */
  float byteDot(ByteBuffer rows, int offset, float[] vector);

  /**
   * Returns the offset of number {@code index} among {@code count} interleaved bytes: four adjacent
   * bytes are a quarter of the count apart, so that each widens to a run of 32-bit numbers.
   */
  static int interleaved(int index, int count) {
    return index % (count / 4) * 4 + index / (count / 4);
  }

  /** Returns the fastest kernel that this virtual machine can run; the same one every time. */
  static Kernel best() {
    return Best.KERNEL;
  }

  /** Chooses the kernel once. */
  final class Best {
    static final String VECTOR_MODULE = "jdk.incubator.vector";
    private static final Kernel KERNEL = choose();

    private Best() {}

    private static Kernel choose() {
      if (ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()) {
        try {
          return vector();
        } catch (ReflectiveOperationException | LinkageError e) {
          // The incubator may change with any release of Java; the plain loops always run.
          return new PlainKernel();
        }
      }
      return new PlainKernel();
    }

    /** By name, because the class cannot be loaded where the module is absent. */
    static Kernel vector() throws ReflectiveOperationException {
      return Class.forName("io.github.geofix.core.internal.index.VectorKernel")
          .asSubclass(Kernel.class)
          .getDeclaredConstructor()
          .newInstance();
    }
  }
}
