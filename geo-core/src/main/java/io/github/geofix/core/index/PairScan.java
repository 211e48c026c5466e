package io.github.geofix.core.index;

import io.github.geofix.core.internal.index.Kernel;
import io.github.geofix.core.internal.index.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The nearest rows of each row of an index among its other rows. Each pair of rows is scored once
 * and offered to both, so this takes half the products of a search of all rows in batches, and the
 * best rows found so far of all rows are on the heap.
 */
final class PairScan {
  /** Rows scored together against each block: their scores stay in the second-level cache. */
  private static final int BATCH = 256;

  /** Blocks that a thread takes at a time. */
  private static final int BLOCKS_AT_A_TIME = 8;

  /** Takes the best rows of consecutive rows, once they are final. */
  interface Target {
    void accept(int firstRow, TopK[] best);
  }

  /** A block of 64 rows, the last of a segment filled up. */
  private record Block(Section section, long at, int firstRow, int rows) {
    int end() {
      return firstRow + rows;
    }
  }

  private final Kernel kernel;
  private final boolean squared;
  private final SegmentList rows;
  private final int threads;
  private final List<Block> blocks = new ArrayList<>();

  /**
   * @param rows of floats, none of them deleted
   */
  PairScan(Kernel kernel, boolean squared, SegmentList rows, int threads) {
    this.kernel = kernel;
    this.squared = squared;
    this.rows = rows;
    this.threads = threads;
    int first = 0;
    for (Segment segment : rows.segments()) {
      for (int row = 0; row < segment.rows(); row += Kernel.BLOCK) {
        long at = (long) (row / Kernel.BLOCK) * rows.shape().blockBytes();
        int count = Math.min(Kernel.BLOCK, segment.rows() - row);
        blocks.add(new Block(segment.part(Segment.Part.BLOCKS), at, first + row, count));
      }
      first += segment.rows();
    }
  }

  /** Returns the bytes on the heap for the k best rows of each of N rows. */
  static long heapBytes(int rows, int k) {
    // The numbers, and headers and references of three objects.
    return rows * (8L * k + 80);
  }

  void run(int k, Target target) {
    int size = rows.rows();
    @Nullable TopK[] best = new TopK[size];
    Arrays.setAll(best, i -> new TopK(k));
    int firstBlock = 0;
    for (int first = 0; first < size; first += BATCH) {
      int end = Math.min(size, first + BATCH);
      while (blocks.get(firstBlock).end() <= first) {
        firstBlock++;
      }
      TopK[] batch = new TopK[end - first];
      for (int i = 0; i < batch.length; i++) {
        batch[i] = found(best, first + i);
      }
      score(best, first, batch, firstBlock, k);
      // Earlier rows offered themselves, later ones did so now.
      target.accept(first, batch);
      Arrays.fill(best, first, end, null);
    }
  }

  private static TopK found(@Nullable TopK[] best, int row) {
    TopK found = best[row];
    if (found == null) {
      throw new IllegalStateException("row " + row + " is done");
    }
    return found;
  }

  private void score(@Nullable TopK[] best, int first, TopK[] batch, int firstBlock, int k) {
    float[][] queries = new float[batch.length][];
    float[] floors = new float[batch.length];
    for (int i = 0; i < batch.length; i++) {
      queries[i] = rows.vector(first + i);
      floors[i] = batch[i].limit();
    }
    float[] packed = kernel.pack(queries);
    AtomicInteger next = new AtomicInteger(firstBlock);
    List<TopK[]> found = new ArrayList<>();
    Runnable work =
        () -> {
          Worker worker = null;
          for (int from = next.getAndAdd(BLOCKS_AT_A_TIME);
              from < blocks.size() && from >= 0;
              from = next.getAndAdd(BLOCKS_AT_A_TIME)) {
            if (worker == null) {
              worker = new Worker(best, first, packed, floors, k);
              synchronized (found) {
                found.add(worker.own);
              }
            }
            int to = Math.min(blocks.size(), from + BLOCKS_AT_A_TIME);
            blocks.subList(from, to).forEach(worker::scan);
          }
        };
    Parallel.run(threads, work);
    for (TopK[] own : found) {
      for (int i = 0; i < batch.length; i++) {
        batch[i].offerAll(own[i]);
      }
    }
  }

  /** Scores blocks on one thread, which alone offers to the rows of its blocks. */
  private final class Worker {
    private final @Nullable TopK[] best;
    private final int first;
    private final float[] packed;
    private final float[] floors;
    private final TopK[] own;
    private final float[] scores;
    private final float[] limits = new float[Kernel.BLOCK];

    Worker(@Nullable TopK[] best, int first, float[] packed, float[] floors, int k) {
      this.best = best;
      this.first = first;
      this.packed = packed;
      this.floors = floors;
      this.own = new TopK[floors.length];
      Arrays.setAll(own, i -> new TopK(k));
      this.scores = new float[kernel.batchScores(floors.length)];
    }

    void scan(Block block) {
      kernel.scoreBatch(
          block.section().window(block.at()),
          block.section().offset(block.at()),
          rows.shape().paddedDimension(),
          squared,
          packed,
          scores);
      Arrays.fill(limits, Float.POSITIVE_INFINITY);
      for (int r = Math.max(0, first + 1 - block.firstRow()); r < block.rows(); r++) {
        limits[r] = found(best, block.firstRow() + r).limit();
      }
      for (int i = 0; i < own.length; i++) {
        int at = i * Kernel.BLOCK;
        int from = Math.max(0, first + i + 1 - block.firstRow());
        float floor = Math.max(floors[i], own[i].limit());
        if (kernel.anyAbove(scores, at, floor)) {
          for (int r = from; r < block.rows(); r++) {
            if (scores[at + r] > floor) {
              own[i].offer(scores[at + r], block.firstRow() + r);
              floor = Math.max(floors[i], own[i].limit());
            }
          }
        }
        if (kernel.anyAbove(scores, at, limits)) {
          for (int r = from; r < block.rows(); r++) {
            // One of the same score and a lower number may have been offered by another thread.
            if (scores[at + r] > limits[r]) {
              TopK row = found(best, block.firstRow() + r);
              row.offer(scores[at + r], first + i);
              limits[r] = row.limit();
            }
          }
        }
      }
    }
  }
}
