package io.github.geofix.core.index;

import java.nio.ByteBuffer;

/**
 * The inner loops of a search.
 *
 * <p>Rows are stored in blocks, and within a block number d of all rows lies together: [W, 64]
 * floats or [W, 256] bytes, where W is the width rounded up to {@link #CHUNK} and padded with
 * zeros; bytes are interleaved, see {@link #interleaved}. So a vector register holds one number of
 * several rows, needs no sum across its lanes, and plain Java loops are vectorised by the compiler
 * too. The layout is PDX of Kuffo, Krippner and Boncz, "PDX: A Data Layout for Vector Similarity
 * Search", SIGMOD 2025.
 *
 * <p>It also means that every row's score is summed in the order of its numbers wherever the row
 * lies: one kernel gives one score, bit for bit, from each of its methods.
 */
interface Kernel {
  /** Rows in a block of floats. */
  int BLOCK = 64;

  /** Rows in a block of bytes. */
  int BYTE_BLOCK = 256;

  /** The width of a row of bytes that lies in one place is a multiple of this: of a cache line. */
  int BYTE_CHUNK = 64;

  /** The width of a stored row is a multiple of this. */
  int CHUNK = 16;

  /** Stored bytes are numbers -127 to 127 plus this. */
  int BYTE_BIAS = 128;

  /**
   * The largest number of a rounded query. A sum of {@link #CHUNK} products of a byte and a number
   * of the query, 128 x 15 x 16, still fits in 16 bits.
   */
  int BYTE_QUERY_MAX = 15;

  /**
   * Scores the rows of one block of floats.
   *
   * @param rows the buffer that holds the block, from {@code offset} on
   * @param squared whether to score by {@link Metric#L2} rather than by the dot product
   * @param query [W]
   * @param scores [64], overwritten
   */
  void score(ByteBuffer rows, int offset, boolean squared, float[] query, float[] scores);

  /** Arranges queries [B, W] as {@link #scoreBatch} likes to read them. */
  float[] pack(float[][] queries);

  /**
   * Scores the rows of one block of floats for B queries.
   *
   * @param packed what {@link #pack} returned
   * @param scores [B, 64], overwritten; at least {@link #batchScores} long
   */
  void scoreBatch(
      ByteBuffer rows, int offset, int width, boolean squared, float[] packed, float[] scores);

  /** Returns the length that the array of scores of a batch must have. */
  int batchScores(int queries);

  /** Returns whether any of the 64 scores from {@code from} on is more than the limit. */
  boolean anyAbove(float[] scores, int from, float limit);

  /** Scores one row [W]. */
  float score(float[] row, boolean squared, float[] query);

  /**
   * Computes the dot products of a vector with rows that lie one after the other.
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
   * Computes the dot products of a rounded query with the rows of one block of bytes.
   *
   * @param query [W], each within {@link #BYTE_QUERY_MAX}
   * @param sums [256], overwritten
   */
  void byteDots(ByteBuffer rows, int offset, short[] query, int[] sums);

  /**
   * Computes the dot product of a vector with a row of bytes that lies in one place.
   *
   * @param rows the buffer that holds the row, W signed bytes from {@code offset} on, {@link
   *     #interleaved}
   * @param vector [W], a multiple of {@link #BYTE_CHUNK}
   */
  float byteDot(ByteBuffer rows, int offset, float[] vector);

  /**
   * Returns where among {@code count} bytes number {@code index} lies: four neighboring bytes are a
   * quarter of the count apart, so that widened to 32 bits, each of the four makes a run.
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
      return Class.forName("io.github.geofix.core.index.VectorKernel")
          .asSubclass(Kernel.class)
          .getDeclaredConstructor()
          .newInstance();
    }
  }
}
