package io.github.geofix.bench;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.ApproximateIndex;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.index.EmbeddingSearch.SearchCost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Prints what {@link IndexBenchmark} does not: recall, the time to open a saved index, the share of
 * an index that a region search reads, and the approximate index.
 *
 * <p>Exact figures are of 100,000 random unit vectors of 768 numbers. The graph is tried on 100,000
 * vectors made of 1,000 random directions, each mixed with noise of the same length spread over 32
 * random directions, because evenly spread vectors have no neighborhoods that a graph could follow;
 * queries are made alike, and are not among the rows.
 */
public final class IndexTable {
  private static final int QUERIES = 200;
  private static final int CLUSTERS = 1000;
  private static final int NOISE_WIDTH = 32;

  private IndexTable() {}

  /**
   * Runs the program.
   *
   * @param args {@code exact} or {@code graph}, or both
   */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("index-table");
    System.out.println("what,setup,value,unit");
    if (List.of(args).contains("exact")) {
      exact(folder.resolve("exact.index"));
    }
    if (List.of(args).contains("graph")) {
      graph(folder.resolve("graph"));
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void exact(Path file) {
    float[][] queries = IndexBenchmark.unitVectors(QUERIES, 2);
    try (EmbeddingIndex floats = IndexBenchmark.buildIndex(VectorEncoding.FLOAT32);
        EmbeddingIndex bytes = IndexBenchmark.buildIndex(VectorEncoding.INT8)) {
      List<EmbeddingSearch.Result> exact = floats.search(queries, IndexBenchmark.K);
      print("recall@10", "INT8 rerank 100", recall(exact, bytes.search(queries, 10)), "share");
      for (double radiusKm : new double[] {20_100, 5_000, 1_000, 200}) {
        LatLng center = new LatLng(48.86, 2.35);
        long read = 0;
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 200; i++) {
          SearchCost cost =
              floats.within(center, radiusKm).withThreads(1).search(queries[0], 10).cost();
          best = Math.min(best, cost.nanos() / 1e6);
          read = cost.rowsScanned();
        }
        String setup = "FLOAT32 1 thread within " + (int) radiusKm + " km";
        print("rows read", setup, (double) read, "rows");
        print("fastest search", setup, best, "ms");
      }
      floats.save(file);
    }
    double[] millis = new double[30];
    for (int i = 0; i < millis.length; i++) {
      long start = System.nanoTime();
      EmbeddingIndex.open(file).close();
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    print("first open and close", "FLOAT32 307 MB", millis[0], "ms");
    Arrays.sort(millis);
    print("median open and close", "FLOAT32 307 MB", millis[millis.length / 2], "ms");
    try (EmbeddingIndex mapped = EmbeddingIndex.open(file)) {
      for (int threads = 1; threads <= 2; threads++) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 100; i++) {
          best =
              Math.min(
                  best, mapped.withThreads(threads).search(queries[i], 10).cost().nanos() / 1e6);
        }
        print("fastest search", "FLOAT32 mapped, threads " + threads, best, "ms");
      }
    }
  }

  private static void graph(Path folder) {
    Random random = new Random(5);
    float[][] directions = IndexBenchmark.unitVectors(CLUSTERS, 6);
    float[][] noise = IndexBenchmark.unitVectors(NOISE_WIDTH, 7);
    EmbeddingIndex.Builder builder =
        EmbeddingIndex.builder(
            IndexBenchmark.WIDTH, EmbeddingIndex.Options.defaults().withMetric(Metric.COSINE));
    for (int i = 0; i < IndexBenchmark.ROWS; i++) {
      builder.add(
          clustered(directions, noise, random),
          new LatLng(random.nextDouble() * 10, random.nextDouble() * 10),
          Integer.toString(i));
    }
    float[][] queries = new float[QUERIES][];
    Arrays.setAll(queries, i -> clustered(directions, noise, random));
    try (EmbeddingIndex rows = builder.build()) {
      List<EmbeddingSearch.Result> exact = rows.search(queries, IndexBenchmark.K);
      long start = System.nanoTime();
      ApproximateIndex.build(rows, ApproximateIndex.Options.defaults(), folder);
      print("build", "graph", (System.nanoTime() - start) / 1e9, "s");
      for (int efSearch : new int[] {10, 20, 50, 100, 200}) {
        try (ApproximateIndex graph = ApproximateIndex.open(folder, efSearch)) {
          double recall = recall(exact, graph.search(queries, IndexBenchmark.K));
          print("recall@10", "graph, efSearch " + efSearch, recall, "share");
          for (int threads = 1; threads <= 2; threads++) {
            long fastest = Long.MAX_VALUE;
            for (int i = 0; i < 15; i++) {
              List<EmbeddingSearch.Result> found =
                  graph.withThreads(threads).search(queries, IndexBenchmark.K);
              fastest = Math.min(fastest, found.get(0).cost().nanos());
            }
            print(
                "queries per second",
                "graph, efSearch " + efSearch + ", threads " + threads,
                QUERIES / (fastest / 1e9),
                "1/s");
          }
        }
      }
    }
  }

  private static float[] clustered(float[][] directions, float[][] noise, Random random) {
    float[] vector = directions[random.nextInt(directions.length)].clone();
    for (float[] direction : noise) {
      double share = random.nextGaussian() / Math.sqrt(noise.length);
      for (int d = 0; d < vector.length; d++) {
        vector[d] += (float) (share * direction[d]);
      }
    }
    return vector;
  }

  private static double recall(
      List<EmbeddingSearch.Result> exact, List<EmbeddingSearch.Result> found) {
    long right = 0;
    long all = 0;
    for (int i = 0; i < exact.size(); i++) {
      List<Integer> wanted = exact.get(i).hits().stream().map(Hit::row).toList();
      all += wanted.size();
      right += found.get(i).hits().stream().filter(hit -> wanted.contains(hit.row())).count();
    }
    return right / (double) all;
  }

  private static void print(String what, String setup, double value, String unit) {
    System.out.printf(Locale.ROOT, "%s,\"%s\",%.4g,%s%n", what, setup, value, unit);
    System.out.flush();
  }
}
