package io.github.geofix.bench;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Builds an index of a million rows of 768 floats, 3 GB, saves it, opens it again, finds rows of
 * its beginning, middle and end by themselves, and prints one CSV row. Run it with {@code -Xmx5g
 * -XX:MaxDirectMemorySize=4g} and 4 GB of free disk.
 */
public final class LargeIndexTable {
  private static final int ROWS = 1_000_000;
  private static final int WIDTH = 768;
  private static final int PROBES = 9;

  private LargeIndexTable() {}

  /** Runs the program. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("large-index");
    Path file = folder.resolve("large.index");
    try {
      try (EmbeddingIndex index = build()) {
        index.save(file);
      }
      long start = System.nanoTime();
      try (EmbeddingIndex index = EmbeddingIndex.open(file)) {
        double openMillis = (System.nanoTime() - start) / 1e6;
        double searchMillis = Double.MAX_VALUE;
        for (int i = 0; i < PROBES; i++) {
          int row = (int) ((ROWS - 1L) * i / (PROBES - 1));
          start = System.nanoTime();
          Hit best = index.search(index.vector(row), 1).hits().get(0);
          searchMillis = Math.min(searchMillis, (System.nanoTime() - start) / 1e6);
          if (best.row() != row || !best.id().equals(index.id(row)) || best.score() < 0.9999) {
            throw new IllegalStateException("looked for row " + row + ", found " + best);
          }
        }
        System.out.println("fileBytes,openMillis,fastestSearchMillis,probes");
        System.out.printf(
            Locale.ROOT, "%d,%.1f,%.0f,%d%n", Files.size(file), openMillis, searchMillis, PROBES);
      }
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  private static EmbeddingIndex build() {
    SplittableRandom random = new SplittableRandom(1);
    EmbeddingIndex.Builder builder =
        EmbeddingIndex.builder(WIDTH, EmbeddingIndex.Options.defaults());
    float[] vector = new float[WIDTH];
    for (int i = 0; i < ROWS; i++) {
      for (int d = 0; d < WIDTH; d++) {
        vector[d] = (float) (random.nextDouble() - 0.5);
      }
      LatLng place = new LatLng(random.nextDouble(-85, 85), random.nextDouble(-180, 180));
      builder.add(vector, place, Integer.toString(i));
    }
    return builder.build();
  }
}
