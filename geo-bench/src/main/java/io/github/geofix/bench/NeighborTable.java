package io.github.geofix.bench;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.index.NeighborLists;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The neighbors of all rows of a file among themselves, beside batches of queries to an index of
 * the same rows. Prints one CSV row for each, with the processor's seconds, which other programs on
 * the machine do not change much.
 *
 * <p>Arguments: an empty folder, the rows, their length, and the queries of the batches.
 */
public final class NeighborTable {
  private static final int NEIGHBORS = 15;
  private static final int BATCH = 256;

  private NeighborTable() {}

  /** Runs the program. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int rows = Integer.parseInt(args[1]);
    int dimension = Integer.parseInt(args[2]);
    int queries = Integer.parseInt(args[3]);
    Files.createDirectories(folder);
    System.out.println("what,rows,dimension,queries,seconds,cpuSeconds,cpuMicrosPerQuery,peakMiB");
    Path file = folder.resolve("rows.npy");
    float[][] first = write(file, rows, dimension, queries);
    EmbeddingIndex.Builder builder =
        EmbeddingIndex.builder(dimension, EmbeddingIndex.Options.defaults());
    try (Embeddings all = Embeddings.open(file)) {
      float[] row = new float[dimension];
      for (int i = 0; i < rows; i++) {
        all.read(i, 1, row);
        builder.add(row.clone(), new LatLng(0, 0), Integer.toString(i));
      }
      try (EmbeddingIndex index = builder.build()) {
        EmbeddingSearch search = index.withThreads(Runtime.getRuntime().availableProcessors());
        for (int round = 0; round < 2; round++) {
          measure("batches", rows, dimension, queries, () -> search(search, first));
        }
      }
      Path out = folder.resolve("neighbors.npy");
      measure(
          "neighbors",
          rows,
          dimension,
          rows,
          () ->
              NeighborLists.write(
                  out, all, all, NeighborLists.Options.defaults().withCount(NEIGHBORS)));
    }
  }

  private static float[][] write(Path file, int rows, int dimension, int queries) {
    SplittableRandom random = new SplittableRandom(1);
    float[][] first = new float[queries][];
    try (Embeddings.Writer writer = Embeddings.Writer.create(file)) {
      for (int i = 0; i < rows; i++) {
        float[] row = new float[dimension];
        for (int d = 0; d < dimension; d++) {
          row[d] = (float) random.nextDouble(-1, 1);
        }
        writer.write(row);
        if (i < queries) {
          first[i] = row;
        }
      }
      writer.commit();
    }
    return first;
  }

  private static void search(EmbeddingSearch search, float[][] queries) {
    for (int from = 0; from < queries.length; from += BATCH) {
      int to = Math.min(queries.length, from + BATCH);
      search.search(Arrays.copyOfRange(queries, from, to), NEIGHBORS + 1);
    }
  }

  private static void measure(String what, int rows, int dimension, int queries, Runnable work) {
    long start = System.nanoTime();
    double cpu = OwnProcess.cpuSeconds();
    work.run();
    double used = OwnProcess.cpuSeconds() - cpu;
    System.out.printf(
        Locale.ROOT,
        "%s,%d,%d,%d,%.1f,%.1f,%.1f,%.0f%n",
        what,
        rows,
        dimension,
        queries,
        (System.nanoTime() - start) * 1e-9,
        used,
        1e6 * used / queries,
        OwnProcess.peakResidentMiB());
  }
}
