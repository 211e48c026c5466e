package io.github.geofix.core.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class KernelTest {
  private static final int OFFSET = 64;

  static Stream<Arguments> kernelsAndSeeds() {
    return Kernels.stream()
        .flatMap(kernel -> Stream.of(1L, 2L, 3L).map(seed -> Arguments.of(kernel, seed)));
  }

  @Test
  void takesTheVectorKernelWhereTheModuleIsPresent() {
    assertThat(Kernel.best()).isInstanceOf(Kernels.all().get(1).getClass());
  }

  @ParameterizedTest
  @MethodSource("kernelsAndSeeds")
  void scoresABlockAsTheDefinitionDoes(Kernel kernel, long seed) {
    Random random = new Random(seed);
    int dimension = Kernel.CHUNK * (1 + random.nextInt(20));
    float[][] rows = gaussians(Kernel.BLOCK, dimension, random);
    float[] query = gaussians(1, dimension, random)[0];
    ByteBuffer block = block(rows);
    float[] scores = new float[Kernel.BLOCK];
    for (boolean squared : new boolean[] {false, true}) {
      kernel.score(block, OFFSET, squared, query, scores);
      for (int r = 0; r < rows.length; r++) {
        assertThat((double) scores[r])
            .isCloseTo(definition(rows[r], squared, query), within(2e-6 * 10 * dimension));
        assertThat(kernel.score(rows[r], squared, query)).isEqualTo(scores[r]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernelsAndSeeds")
  void scoresABatchToTheSameBits(Kernel kernel, long seed) {
    Random random = new Random(seed);
    int dimension = Kernel.CHUNK * (1 + random.nextInt(20));
    float[][] queries = gaussians(1 + random.nextInt(30), dimension, random);
    ByteBuffer block = block(gaussians(Kernel.BLOCK, dimension, random));
    float[] packed = kernel.pack(queries);
    float[] batch = new float[kernel.batchScores(queries.length)];
    float[] one = new float[Kernel.BLOCK];
    for (boolean squared : new boolean[] {false, true}) {
      kernel.scoreBatch(block, OFFSET, dimension, squared, packed, batch);
      for (int i = 0; i < queries.length; i++) {
        kernel.score(block, OFFSET, squared, queries[i], one);
        for (int r = 0; r < Kernel.BLOCK; r++) {
          assertThat(batch[i * Kernel.BLOCK + r] + 0f).isEqualTo(one[r] + 0f);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernelsAndSeeds")
  void sumsProductsOfBytesExactly(Kernel kernel, long seed) {
    Random random = new Random(seed);
    int dimension = Kernel.CHUNK * (1 + random.nextInt(60));
    boolean extreme = seed == 3;
    short[] query = new short[dimension];
    ByteBuffer block = buffer(Kernel.BYTE_BLOCK * dimension);
    int[] expected = new int[Kernel.BYTE_BLOCK];
    for (int d = 0; d < dimension; d++) {
      int max = Kernel.BYTE_QUERY_MAX;
      query[d] = (short) (extreme ? max : random.nextInt(2 * max + 1) - max);
      for (int r = 0; r < Kernel.BYTE_BLOCK; r++) {
        int number = extreme ? (r % 2 == 0 ? -127 : 127) : random.nextInt(255) - 127;
        block.put(
            OFFSET + d * Kernel.BYTE_BLOCK + Kernel.interleaved(r, Kernel.BYTE_BLOCK),
            (byte) (number + Kernel.BYTE_BIAS));
        expected[r] += number * query[d];
      }
    }
    int[] sums = new int[Kernel.BYTE_BLOCK];
    kernel.byteDots(block, OFFSET, query, sums);
    for (int r = 0; r < Kernel.BYTE_BLOCK; r++) {
      assertThat(sums[r]).as("row %s", r).isEqualTo(expected[r]);
    }
  }

  @ParameterizedTest
  @MethodSource("kernelsAndSeeds")
  void multipliesARowOfBytesAsTheDefinitionDoes(Kernel kernel, long seed) {
    Random random = new Random(seed);
    int dimension = Kernel.BYTE_CHUNK * (1 + random.nextInt(20));
    float[] vector = gaussians(1, dimension, random)[0];
    ByteBuffer row = buffer(dimension);
    double expected = 0;
    for (int d = 0; d < dimension; d++) {
      int number = random.nextInt(255) - 127;
      row.put(OFFSET + Kernel.interleaved(d, dimension), (byte) number);
      expected += (double) number * vector[d];
    }
    assertThat((double) kernel.byteDot(row, OFFSET, vector))
        .isCloseTo(expected, within(1e-3 * dimension));
  }

  @Test
  void interleavesQuarters() {
    int[] order = IntStream.range(0, 8).map(i -> Kernel.interleaved(i, 8)).toArray();
    assertThat(order).containsExactly(0, 4, 1, 5, 2, 6, 3, 7);
  }

  @ParameterizedTest
  @MethodSource("io.github.geofix.core.internal.index.Kernels#stream")
  void seesAnyScoreAboveTheLimit(Kernel kernel) {
    float[] scores = new float[3 * Kernel.BLOCK];
    assertThat(kernel.anyAbove(scores, Kernel.BLOCK, 0)).isFalse();
    assertThat(kernel.anyAbove(scores, Kernel.BLOCK, Float.NEGATIVE_INFINITY)).isTrue();
    for (int i = 0; i < Kernel.BLOCK; i++) {
      scores[Kernel.BLOCK + i] = 1;
      assertThat(kernel.anyAbove(scores, Kernel.BLOCK, 0.5f)).isTrue();
      scores[Kernel.BLOCK + i] = Float.NaN;
      assertThat(kernel.anyAbove(scores, Kernel.BLOCK, 0.5f)).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("io.github.geofix.core.internal.index.Kernels#stream")
  void seesAnyScoreAboveItsOwnLimit(Kernel kernel) {
    float[] scores = new float[3 * Kernel.BLOCK];
    float[] limits = new float[Kernel.BLOCK];
    for (int i = 0; i < Kernel.BLOCK; i++) {
      scores[Kernel.BLOCK + i] = i;
      limits[i] = i;
    }
    assertThat(kernel.anyAbove(scores, Kernel.BLOCK, limits)).isFalse();
    for (int i = 0; i < Kernel.BLOCK; i++) {
      limits[i] = i - 0.5f;
      assertThat(kernel.anyAbove(scores, Kernel.BLOCK, limits)).isTrue();
      limits[i] = Float.POSITIVE_INFINITY;
    }
  }

  private static double definition(float[] row, boolean squared, float[] query) {
    double sum = 0;
    for (int d = 0; d < row.length; d++) {
      double difference = (double) row[d] - query[d];
      sum += squared ? -difference * difference : (double) row[d] * query[d];
    }
    return sum;
  }

  private static float[][] gaussians(int rows, int dimension, Random random) {
    float[][] all = new float[rows][dimension];
    for (float[] row : all) {
      for (int d = 0; d < dimension; d++) {
        row[d] = (float) random.nextGaussian();
      }
    }
    return all;
  }

  private static ByteBuffer block(float[][] rows) {
    int dimension = rows[0].length;
    ByteBuffer block = buffer(4 * dimension * Kernel.BLOCK);
    for (int d = 0; d < dimension; d++) {
      for (int r = 0; r < Kernel.BLOCK; r++) {
        block.putFloat(OFFSET + 4 * (d * Kernel.BLOCK + r), rows[r][d]);
      }
    }
    return block;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(OFFSET + bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
