package io.github.geofix.core.index;

import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.internal.index.Kernel;
import io.github.geofix.core.internal.index.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A linear scan over rows, for one query or a batch. The calling thread and free threads of the
 * common pool take chunks of blocks; each thread keeps its own best rows.
 */
final class Scan {
  /** Large enough to outweigh the cost of dispatch. */
  private static final long MIN_CHUNK_BYTES = 1 << 20;

  private static final int CHUNKS_PER_THREAD = 64;

  /**
   * Rows to scan.
   *
   * @param firstRow the index's number of the segment's first row
   * @param runs the rows of the segment to scan: from, to, from, to, ascending
   */
  record Part(Segment segment, int firstRow, int[] runs) {}

  /** A range of blocks, scanned by one thread. */
  private record Chunk(Part part, int firstBlock, int lastBlock) {}

  private final Kernel kernel;
  private final boolean squared;
  private final Segment.Shape shape;
  private final BitSet deleted;
  private final List<Chunk> chunks = new ArrayList<>();
  private final int threads;
  private long rowsScanned;
  private long blocks;

  Scan(
      Kernel kernel,
      boolean squared,
      Segment.Shape shape,
      BitSet deleted,
      List<Part> parts,
      int threads) {
    this.kernel = kernel;
    this.squared = squared;
    this.shape = shape;
    this.deleted = deleted;
    List<Chunk> spans = new ArrayList<>();
    for (Part part : parts) {
      addSpans(part, spans);
    }
    for (Chunk span : spans) {
      int count = span.lastBlock() - span.firstBlock();
      blocks += count;
      rowsScanned +=
          Math.min((long) span.lastBlock() * shape.blockRows(), span.part().segment().rows())
              - (long) span.firstBlock() * shape.blockRows();
    }
    long size =
        Math.max(
            blocks / (CHUNKS_PER_THREAD * (long) threads),
            Math.max(1, MIN_CHUNK_BYTES / shape.blockBytes()));
    for (Chunk span : spans) {
      for (long from = span.firstBlock(); from < span.lastBlock(); from += size) {
        int to = (int) Math.min(span.lastBlock(), from + size);
        chunks.add(new Chunk(span.part(), (int) from, to));
      }
    }
    this.threads = Math.min(threads, chunks.size());
  }

  /** Adds the blocks that contain rows of the runs, each once. */
  private void addSpans(Part part, List<Chunk> spans) {
    int first = 0;
    int last = 0;
    for (int i = 0; i < part.runs().length; i += 2) {
      int from = part.runs()[i] / shape.blockRows();
      int to = shape.blocks(part.runs()[i + 1]);
      if (from > last || last == 0) {
        if (last > first) {
          spans.add(new Chunk(part, first, last));
        }
        first = from;
      }
      last = to;
    }
    if (last > first) {
      spans.add(new Chunk(part, first, last));
    }
  }

  long rowsScanned() {
    return rowsScanned;
  }

  long bytesRead() {
    return blocks * shape.blockBytes();
  }

  /**
   * Returns the best k rows for each query.
   *
   * @param queries [B, D], D padded
   */
  TopK[] run(float[][] queries, int k) {
    TopK[] best = newBest(queries.length, k);
    AtomicInteger next = new AtomicInteger();
    Worker plan = newWorker(queries);
    Runnable work =
        () -> {
          TopK[] own = null;
          Worker worker = null;
          for (int i = next.getAndIncrement(); i < chunks.size(); i = next.getAndIncrement()) {
            if (own == null || worker == null) {
              own = newBest(queries.length, k);
              worker = plan.copy();
            }
            worker.scan(chunks.get(i), own);
          }
          if (own != null) {
            synchronized (best) {
              for (int i = 0; i < best.length; i++) {
                best[i].offerAll(own[i]);
              }
            }
          }
        };
    Parallel.run(threads, work);
    return best;
  }

  private static TopK[] newBest(int queries, int k) {
    TopK[] best = new TopK[queries];
    Arrays.setAll(best, i -> new TopK(k));
    return best;
  }

  private Worker newWorker(float[][] queries) {
    if (shape.encoding() == VectorEncoding.INT8) {
      QuantizedQuery[] quantized = new QuantizedQuery[queries.length];
      Arrays.setAll(quantized, i -> QuantizedQuery.of(queries[i]));
      return new BytesWorker(quantized);
    }
    return queries.length == 1
        ? new OneWorker(queries[0])
        : new BatchWorker(kernel.pack(queries), queries.length);
  }

  /** Scans chunks on one thread. */
  private abstract class Worker {
    /** Returns a worker with the same queries and its own scratch memory. */
    abstract Worker copy();

    abstract void scanBlock(Part part, int block, TopK[] best);

    void scan(Chunk chunk, TopK[] best) {
      for (int block = chunk.firstBlock(); block < chunk.lastBlock(); block++) {
        scanBlock(chunk.part(), block, best);
      }
    }

    /** Offers the rows of a block that are in the runs and not deleted. */
    void offer(Part part, int block, float[] scores, int at, TopK best) {
      int first = block * shape.blockRows();
      int end = (int) Math.min((long) first + shape.blockRows(), part.segment().rows());
      int[] runs = part.runs();
      for (int i = firstRunEndingAfter(runs, first); i < runs.length && runs[i] < end; i += 2) {
        int to = Math.min(end, runs[i + 1]);
        for (int row = Math.max(first, runs[i]); row < to; row++) {
          float score = scores[at + row - first];
          // Rows come in ascending order, so one that only equals the worst is not better.
          if (score > best.limit() && !deleted.get(part.firstRow() + row)) {
            best.offer(score, part.firstRow() + row);
          }
        }
      }
    }
  }

  private static int firstRunEndingAfter(int[] runs, int row) {
    int low = 0;
    int high = runs.length / 2;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (runs[2 * middle + 1] <= row) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return 2 * low;
  }

  /** One query, rows of floats. */
  private final class OneWorker extends Worker {
    private final float[] query;
    private final float[] scores = new float[Kernel.BLOCK];

    OneWorker(float[] query) {
      this.query = query;
    }

    @Override
    Worker copy() {
      return new OneWorker(query);
    }

    @Override
    void scanBlock(Part part, int block, TopK[] best) {
      Section blocks = part.segment().part(Segment.Part.BLOCKS);
      long at = (long) block * shape.blockBytes();
      kernel.score(blocks.window(at), blocks.offset(at), squared, query, scores);
      if (kernel.anyAbove(scores, 0, best[0].limit())) {
        offer(part, block, scores, 0, best[0]);
      }
    }
  }

  /** Many queries, rows of floats: a matrix product in tiles. */
  private final class BatchWorker extends Worker {
    private final float[] packed;
    private final int queries;
    private final float[] scores;

    BatchWorker(float[] packed, int queries) {
      this.packed = packed;
      this.queries = queries;
      this.scores = new float[kernel.batchScores(queries)];
    }

    @Override
    Worker copy() {
      return new BatchWorker(packed, queries);
    }

    @Override
    void scanBlock(Part part, int block, TopK[] best) {
      Section blocks = part.segment().part(Segment.Part.BLOCKS);
      long at = (long) block * shape.blockBytes();
      kernel.scoreBatch(
          blocks.window(at), blocks.offset(at), shape.paddedDimension(), squared, packed, scores);
      for (int i = 0; i < queries; i++) {
        if (kernel.anyAbove(scores, i * Kernel.BLOCK, best[i].limit())) {
          offer(part, block, scores, i * Kernel.BLOCK, best[i]);
        }
      }
    }
  }

  /** Quantized rows: approximate scores, which select candidates. */
  private final class BytesWorker extends Worker {
    private final QuantizedQuery[] queries;
    private final int[] sums = new int[Kernel.BYTE_BLOCK];
    private final int[] residualSums = new int[Kernel.BYTE_BLOCK];
    private final float[] scales = new float[Kernel.BYTE_BLOCK];
    private final float[] halfNorms = new float[Kernel.BYTE_BLOCK];
    private final float[] scores = new float[Kernel.BYTE_BLOCK];

    BytesWorker(QuantizedQuery[] queries) {
      this.queries = queries;
    }

    @Override
    Worker copy() {
      return new BytesWorker(queries);
    }

    @Override
    void scanBlock(Part part, int block, TopK[] best) {
      Segment segment = part.segment();
      Section blocks = segment.part(Segment.Part.BLOCKS);
      long at = (long) block * shape.blockBytes();
      long rowAt = (long) block * Kernel.BYTE_BLOCK * Float.BYTES;
      segment.part(Segment.Part.SCALES).get(rowAt, scales);
      if (squared) {
        segment.part(Segment.Part.HALF_NORMS).get(rowAt, halfNorms);
      }
      for (int i = 0; i < queries.length; i++) {
        QuantizedQuery query = queries[i];
        kernel.byteDots(blocks.window(at), blocks.offset(at), query.numbers(), sums);
        if (query.hasResidual()) {
          kernel.byteDots(blocks.window(at), blocks.offset(at), query.residual(), residualSums);
          for (int row = 0; row < Kernel.BYTE_BLOCK; row++) {
            sums[row] = QuantizedQuery.RESIDUAL_LEVELS * sums[row] + residualSums[row];
          }
        }
        score(query.unit());
        for (int from = 0; from < Kernel.BYTE_BLOCK; from += Kernel.BLOCK) {
          if (kernel.anyAbove(scores, from, best[i].limit())) {
            offer(part, block, scores, 0, best[i]);
            break;
          }
        }
      }
    }

    private void score(float unit) {
      for (int row = 0; row < Kernel.BYTE_BLOCK; row++) {
        scores[row] = sums[row] * unit * scales[row] - halfNorms[row];
      }
    }
  }
}
