package io.github.geofix.models.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.LatLng;
import io.github.geofix.core.partition.CellHierarchy;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HierarchicalScoresTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void isTheNormalisedProductOfTheLevelsProbabilities(long seed) {
    Random random = new Random(seed);
    CellHierarchy hierarchy = EmbedModelTest.hierarchy(random, 200, 1, 3, 4);
    float[][] logits = randomLogits(hierarchy, random);

    double[] scores = HierarchicalScores.ofLogits(hierarchy, ofOnePhoto(logits), 0);

    double[] expected = literally(hierarchy, logits);
    for (int cell = 0; cell < expected.length; cell++) {
      assertThat(scores[cell]).isCloseTo(expected[cell], within(1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void doesNotOverflowOnLargeLogits(long seed) {
    Random random = new Random(seed);
    CellHierarchy hierarchy = EmbedModelTest.hierarchy(random, 50, 2, 4);
    float[][] logits = randomLogits(hierarchy, random);
    for (float[] level : logits) {
      for (int i = 0; i < level.length; i++) {
        level[i] = level[i] * 1e4f;
      }
    }
    double sum = 0;
    for (double score : HierarchicalScores.ofLogits(hierarchy, ofOnePhoto(logits), 0)) {
      assertThat(score).isBetween(0.0, 1.0);
      sum += score;
    }
    assertThat(sum).isCloseTo(1, within(1e-9));
  }

  /** Seven products per cell, as the definition reads, with plain exponentials. */
  private static double[] literally(CellHierarchy hierarchy, float[][] logits) {
    double[] product = new double[hierarchy.finest().size()];
    double total = 0;
    for (int cell = 0; cell < product.length; cell++) {
      product[cell] = 1;
      for (int level = 0; level < logits.length; level++) {
        double sum = 0;
        for (float logit : logits[level]) {
          sum += Math.exp(logit);
        }
        product[cell] *= Math.exp(logits[level][hierarchy.ancestorOf(cell, level)]) / sum;
      }
      total += product[cell];
    }
    for (int cell = 0; cell < product.length; cell++) {
      product[cell] /= total;
    }
    return product;
  }

  private static FloatBuffer[] ofOnePhoto(float[][] logits) {
    return Arrays.stream(logits).map(FloatBuffer::wrap).toArray(FloatBuffer[]::new);
  }

  private static float[][] randomLogits(CellHierarchy hierarchy, Random random) {
    List<float[]> logits = new ArrayList<>();
    for (int level = 0; level < hierarchy.levels(); level++) {
      float[] row = new float[hierarchy.partition(level).size()];
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
      logits.add(row);
    }
    return logits.toArray(new float[0][]);
  }

  static LatLng randomPoint(Random random) {
    return new LatLng(
        Math.toDegrees(Math.asin(2 * random.nextDouble() - 1)), 360 * random.nextDouble() - 180);
  }
}
