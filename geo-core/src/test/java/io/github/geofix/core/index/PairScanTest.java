package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.internal.index.Kernel;
import io.github.geofix.core.internal.index.Kernels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairScanTest {
  private static final int DIMENSION = 5;
  private static final int NEIGHBORS = 7;

  /** Small whole numbers, so that many rows are alike and many scores equal. */
  private static EmbeddingIndex.Builder rows(int count, Metric metric, Random random) {
    EmbeddingIndex.Builder builder =
        EmbeddingIndex.builder(DIMENSION, EmbeddingIndex.Options.defaults().withMetric(metric));
    for (int i = 0; i < count; i++) {
      float[] vector = new float[DIMENSION];
      vector[0] = 1;
      for (int d = 1; d < DIMENSION; d++) {
        vector[d] = random.nextInt(3) - 1;
      }
      builder.add(vector, new LatLng(0, 0), "");
    }
    return builder;
  }

  @ParameterizedTest
  @CsvSource({"COSINE, 1", "COSINE, 3", "L2, 2", "DOT, 2"})
  void findsWhatASearchOfEachRowFindsWithoutTheRow(Metric metric, int threads) {
    Random random = new Random(1);
    for (Kernel kernel : Kernels.all()) {
      try (EmbeddingIndex index = rows(100, metric, random).build(kernel)) {
        index.append(rows(37, metric, random));
        index.append(rows(300, metric, random));
        index.append(rows(64, metric, random));
        int[][] found = new int[index.rows()][];
        index.neighbors(NEIGHBORS, threads, (first, best) -> fill(found, first, best));
        float[][] queries =
            IntStream.range(0, index.rows()).mapToObj(index::vector).toArray(float[][]::new);
        List<EmbeddingSearch.Result> expected = index.search(queries, NEIGHBORS + 1);
        for (int row = 0; row < found.length; row++) {
          int self = row;
          int[] others =
              expected.get(row).hits().stream()
                  .mapToInt(Hit::row)
                  .filter(hit -> hit != self)
                  .limit(NEIGHBORS)
                  .toArray();
          assertThat(found[row]).as("%s %s %d", kernel, metric, row).isEqualTo(others);
        }
      }
    }
  }

  private static void fill(int[][] found, int first, TopK[] best) {
    for (int i = 0; i < best.length; i++) {
      List<Integer> worstFirst = new ArrayList<>();
      while (best[i].size() > 0) {
        worstFirst.add(best[i].removeWorst().row());
      }
      Collections.reverse(worstFirst);
      found[first + i] = worstFirst.stream().mapToInt(r -> r).toArray();
    }
  }
}
