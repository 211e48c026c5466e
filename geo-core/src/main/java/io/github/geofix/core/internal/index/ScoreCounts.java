package io.github.geofix.core.internal.index;

import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.internal.Count;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Counts how many of G gallery vectors score above a limit, for each of Q queries: the basis of
 * recall at k.
 *
 * <p>Computes all Q x G scores without storing them: besides the counts, memory is a panel of the
 * gallery and a batch of queries per thread. Takes 2 Q G D operations at the speed of {@link
 * EmbeddingIndex}'s batch search, on the threads of the common pool.
 */
public final class ScoreCounts {

  /** A source of vectors of equal dimension, read in any order by several threads. */
  public interface Rows {
    /** Returns the number of vectors. */
    int size();

    /** Returns D, the dimension of the vectors. */
    int dimension();

    /**
     * Reads the vectors {@code first} to {@code first + count - 1}. Safe to call from several
     * threads at once.
     *
     * @param target [count, D], overwritten from its start; may be longer
     */
    void read(int first, int count, float[] target);
  }

  /** Large enough that packing the queries anew for each panel costs little. */
  private static final int PANEL_BYTES = 32 << 20;

  /** Queries scored together: their numbers stay in the second-level cache. */
  private static final int BATCH = 96;

  /** Rows stored together: a cache of eight ways keeps a line of each. */
  private static final int FILL_ROWS = 8;

  private final Kernel kernel;
  private final boolean squared;
  private final int dimension;
  private final int stored;

  private ScoreCounts(Kernel kernel, boolean squared, int dimension) {
    this.kernel = kernel;
    this.squared = squared;
    this.dimension = dimension;
    this.stored = (dimension + Kernel.CHUNK - 1) / Kernel.CHUNK * Kernel.CHUNK;
  }

  /**
   * Returns a counter of scores between vectors of dimension D.
   *
   * @param metric how pairs are scored; for {@link Metric#COSINE} the rows must already be
   *     normalized, and are scored by the dot product
   * @throws IllegalArgumentException if {@code dimension} is not positive
   */
  public static ScoreCounts of(Metric metric, int dimension) {
    return of(metric, dimension, Kernel.best());
  }

  static ScoreCounts of(Metric metric, int dimension, Kernel kernel) {
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension must be 1 or more: " + dimension);
    }
    return new ScoreCounts(kernel, metric == Metric.L2, dimension);
  }

  /** Returns the score of one pair, bit for bit the one that {@link #above} compares. */
  public float score(float[] query, float[] row) {
    return kernel.score(padded(row, 0), squared, padded(query, 0));
  }

  private float[] padded(float[] vectors, int from) {
    float[] copy = new float[stored];
    System.arraycopy(vectors, from, copy, 0, dimension);
    return copy;
  }

  /**
   * Counts the rows that score more than each query's limits. Each row of the gallery is read once,
   * each query once for every 32 MB of the gallery.
   *
   * @param limits [L, Q]: L limits for each query, in any order
   * @return [L, Q]; a score that is not a number is not counted
   * @throws IllegalArgumentException if the dimensions differ or {@code limits} does not fit
   */
  public int[][] above(Rows queries, Rows gallery, float[][] limits) {
    if (queries.dimension() != dimension || gallery.dimension() != dimension) {
      throw new IllegalArgumentException(
          "queries have dimension "
              + queries.dimension()
              + ", gallery rows "
              + gallery.dimension()
              + ", not "
              + dimension);
    }
    for (float[] limit : limits) {
      if (limit.length != queries.size()) {
        throw new IllegalArgumentException(
            Count.of(limit.length, "limits do not fit ") + Count.of(queries.size(), "queries"));
      }
    }
    int[][] counts = new int[limits.length][queries.size()];
    float[] lowest = lowest(limits, queries.size());
    int blockBytes = 4 * stored * Kernel.BLOCK;
    int panelBlocks =
        Math.min(
            (gallery.size() + Kernel.BLOCK - 1) / Kernel.BLOCK,
            Math.max(1, PANEL_BYTES / blockBytes));
    ByteBuffer panel =
        ByteBuffer.allocateDirect(panelBlocks * blockBytes).order(ByteOrder.LITTLE_ENDIAN);
    int panelRows = panelBlocks * Kernel.BLOCK;
    int batches = (queries.size() + BATCH - 1) / BATCH;
    for (int first = 0; first < gallery.size(); first += panelRows) {
      int from = first;
      int rows = Math.min(panelRows, gallery.size() - first);
      int blocks = (rows + Kernel.BLOCK - 1) / Kernel.BLOCK;
      IntStream.range(0, blocks)
          .parallel()
          .forEach(
              b -> {
                int row = b * Kernel.BLOCK;
                fill(
                    panel, b * blockBytes, gallery, from + row, Math.min(Kernel.BLOCK, rows - row));
              });
      IntStream.range(0, batches)
          .parallel()
          .forEach(batch -> count(queries, batch * BATCH, panel, rows, limits, lowest, counts));
    }
    return counts;
  }

  private static float[] lowest(float[][] limits, int queries) {
    float[] lowest = new float[queries];
    Arrays.fill(lowest, Float.POSITIVE_INFINITY);
    for (float[] limit : limits) {
      for (int q = 0; q < queries; q++) {
        lowest[q] = Math.min(lowest[q], limit[q]);
      }
    }
    return lowest;
  }

  /** Stores rows as a block [D, 64]; places without a row keep what they hold. */
  private void fill(ByteBuffer panel, int offset, Rows gallery, int first, int count) {
    float[] rows = new float[count * dimension];
    gallery.read(first, count, rows);
    // Down a few rows at a time: columns of all rows at once would push each other out of the
    // cache.
    for (int from = 0; from < count; from += FILL_ROWS) {
      int to = Math.min(from + FILL_ROWS, count);
      for (int d = 0; d < dimension; d++) {
        int at = offset + 4 * d * Kernel.BLOCK;
        for (int r = from; r < to; r++) {
          panel.putFloat(at + 4 * r, rows[r * dimension + d]);
        }
      }
    }
  }

  private void count(
      Rows queries,
      int first,
      ByteBuffer panel,
      int rows,
      float[][] limits,
      float[] lowest,
      int[][] counts) {
    int batch = Math.min(BATCH, queries.size() - first);
    float[] read = new float[batch * dimension];
    queries.read(first, batch, read);
    float[][] vectors = new float[batch][];
    for (int i = 0; i < batch; i++) {
      vectors[i] = padded(read, i * dimension);
    }
    float[] packed = kernel.pack(vectors);
    float[] scores = new float[kernel.batchScores(batch)];
    for (int row = 0; row < rows; row += Kernel.BLOCK) {
      kernel.scoreBatch(
          panel, row / Kernel.BLOCK * 4 * stored * Kernel.BLOCK, stored, squared, packed, scores);
      int filled = Math.min(Kernel.BLOCK, rows - row);
      for (int i = 0; i < batch; i++) {
        // Few rows beat the lowest limit of a query that a good model embedded.
        if (filled < Kernel.BLOCK || kernel.anyAbove(scores, i * Kernel.BLOCK, lowest[first + i])) {
          for (int l = 0; l < limits.length; l++) {
            counts[l][first + i] += above(scores, i * Kernel.BLOCK, filled, limits[l][first + i]);
          }
        }
      }
    }
  }

  private static int above(float[] scores, int from, int count, float limit) {
    int above = 0;
    for (int i = from; i < from + count; i++) {
      above += scores[i] > limit ? 1 : 0;
    }
    return above;
  }
}
