package io.github.geofix.core.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.geofix.core.index.EmbeddingIndex.Metric;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ScoreCountsTest {

  private record Vectors(float[][] values, int dimension) implements ScoreCounts.Rows {
    @Override
    public int size() {
      return values.length;
    }

    @Override
    public void read(int first, int count, float[] target) {
      for (int i = 0; i < count; i++) {
        System.arraycopy(values[first + i], 0, target, i * dimension, dimension);
      }
    }
  }

  static Stream<Arguments> kernelsAndSeeds() {
    return Kernels.stream()
        .flatMap(kernel -> Stream.of(1L, 2L, 3L, 4L).map(seed -> Arguments.of(kernel, seed)));
  }

  /** Limits are scores of rows, so that many scores lie exactly at a limit. */
  @ParameterizedTest
  @MethodSource("kernelsAndSeeds")
  void countsWhatALiteralScanCounts(Kernel kernel, long seed) {
    Random random = new Random(seed);
    int dimension = 1 + random.nextInt(50);
    Vectors queries = random(1 + random.nextInt(250), dimension, random);
    Vectors gallery = random(1 + random.nextInt(400), dimension, random);
    for (Metric metric : new Metric[] {Metric.DOT, Metric.L2}) {
      ScoreCounts counts = ScoreCounts.of(metric, dimension, kernel);
      float[][] limits = new float[2][queries.size()];
      for (int q = 0; q < queries.size(); q++) {
        float[] query = queries.values[q];
        float a = counts.score(query, gallery.values[random.nextInt(gallery.size())]);
        float b = counts.score(query, gallery.values[random.nextInt(gallery.size())]);
        limits[0][q] = Math.min(a, b);
        limits[1][q] = Math.max(a, b);
      }
      int[][] above = counts.above(queries, gallery, limits);
      for (int q = 0; q < queries.size(); q++) {
        int[] expected = new int[2];
        for (float[] row : gallery.values) {
          float score = counts.score(queries.values[q], row);
          expected[0] += score > limits[0][q] ? 1 : 0;
          expected[1] += score > limits[1][q] ? 1 : 0;
        }
        assertThat(above[0][q]).isEqualTo(expected[0]);
        assertThat(above[1][q]).isEqualTo(expected[1]);
      }
    }
  }

  private static Vectors random(int count, int dimension, Random random) {
    float[][] values = new float[count][dimension];
    for (float[] row : values) {
      for (int d = 0; d < dimension; d++) {
        row[d] = (float) random.nextGaussian();
      }
    }
    return new Vectors(values, dimension);
  }

  @Test
  void refusesOtherWidthsAndTooFewLimits() {
    Vectors two = new Vectors(new float[2][3], 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ScoreCounts.of(Metric.DOT, 4).above(two, two, new float[1][2]))
        .withMessage("queries have dimension 3, gallery rows 3, not 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ScoreCounts.of(Metric.DOT, 3).above(two, two, new float[1][1]))
        .withMessage("1 limit does not fit 2 queries");
  }
}
