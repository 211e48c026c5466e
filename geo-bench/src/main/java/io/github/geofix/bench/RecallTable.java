package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.eval.Matches;
import io.github.geofix.eval.RetrievalEvaluator;
import io.github.geofix.eval.RetrievalReport;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Times R@K of N queries in a gallery of N, and prints one CSV row: wall and CPU seconds, those of
 * the bare matrix product of the same shape (DJL on oneMKL, in blocks), and the most memory the
 * process held before the product (Linux).
 *
 * <p>Arguments: N, the width W, and {@code recall} to leave the product out. Run with {@code
 * --add-modules jdk.incubator.vector}.
 */
public final class RecallTable {
  private static final int BLOCK = 2048;

  private RecallTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    int size = args.length > 0 ? Integer.parseInt(args[0]) : 8884;
    int width = args.length > 1 ? Integer.parseInt(args[1]) : 3072;
    boolean product = args.length < 3;
    float[][] gallery = vectors(size, width, 0);
    float[][] noise = vectors(size, width, size);
    float[][] queries = new float[size][width];
    for (int i = 0; i < size; i++) {
      for (int d = 0; d < width; d++) {
        queries[i][d] = gallery[i][d] + 2 * noise[i][d];
      }
    }
    Arrays.fill(noise, null);
    RetrievalEvaluator evaluator = RetrievalEvaluator.recallAt(1, 5, 10).withMetric(Metric.DOT);
    // Compiles the loops before they are timed.
    float[][] few = Arrays.copyOf(gallery, 2000);
    evaluator.evaluate(
        Embeddings.of(few), Embeddings.of(few), Matches.of(IntStream.range(0, 2000).toArray()));

    long wall = System.nanoTime();
    double cpu = OwnProcess.cpuSeconds();
    RetrievalReport report =
        evaluator.evaluate(
            Embeddings.of(queries),
            Embeddings.of(gallery),
            Matches.of(IntStream.range(0, size).toArray()));
    double recallWall = (System.nanoTime() - wall) / 1e9;
    double recallCpu = OwnProcess.cpuSeconds() - cpu;
    double memory = OwnProcess.peakResidentMiB();

    double productWall = Double.NaN;
    double productCpu = Double.NaN;
    if (product) {
      multiply(few, few, width);
      wall = System.nanoTime();
      cpu = OwnProcess.cpuSeconds();
      multiply(queries, gallery, width);
      productWall = (System.nanoTime() - wall) / 1e9;
      productCpu = OwnProcess.cpuSeconds() - cpu;
    }
    System.out.println(
        "queries,gallery,width,recallSeconds,recallCpuSeconds,productSeconds,productCpuSeconds,"
            + "cpuRatio,gigaflopsPerCpuSecond,peakMemoryMiB,recallAt1");
    System.out.printf(
        Locale.ROOT,
        "%d,%d,%d,%.2f,%.2f,%.2f,%.2f,%.2f,%.1f,%.0f,%.4f%n",
        size,
        size,
        width,
        recallWall,
        recallCpu,
        productWall,
        productCpu,
        recallCpu / productCpu,
        2e-9 * size * size * width / recallCpu,
        memory,
        report.recallAt(1).accuracy());
  }

  /** Multiplies block by block and drops the scores, which is less than any recall needs. */
  private static void multiply(float[][] queries, float[][] gallery, int width) {
    try (NDManager manager = NDManager.newBaseManager()) {
      for (int from = 0; from < gallery.length; from += BLOCK) {
        try (NDManager panel = manager.newSubManager()) {
          NDArray rows = array(panel, gallery, from, width).transpose();
          for (int first = 0; first < queries.length; first += BLOCK) {
            try (NDManager step = panel.newSubManager()) {
              array(step, queries, first, width).matMul(rows);
            }
          }
        }
      }
    }
  }

  private static NDArray array(NDManager manager, float[][] vectors, int from, int width) {
    int count = Math.min(BLOCK, vectors.length - from);
    float[] flat = new float[count * width];
    for (int i = 0; i < count; i++) {
      System.arraycopy(vectors[from + i], 0, flat, i * width, width);
    }
    return manager.create(flat, new Shape(count, width));
  }

  private static float[][] vectors(int count, int width, long seed) {
    float[][] vectors = new float[count][width];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              SplittableRandom random = new SplittableRandom(seed + i);
              for (int d = 0; d < width; d++) {
                vectors[i][d] = (float) random.nextGaussian();
              }
            });
    return vectors;
  }
}
