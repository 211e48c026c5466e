package io.github.geofix.models.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.nn.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HierarchicalScoresTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void isTheNormalizedProductOfTheLevelsProbabilities(long seed) {
    Random random = new Random(seed);
    CellHierarchy hierarchy = EmbedModelTest.hierarchy(random, 200, 1, 3, 4);
    float[][] logits = randomLogits(hierarchy, random);

    float[] scores = scores(hierarchy, logits);

    double[] expected = literally(hierarchy, logits);
    for (int cell = 0; cell < expected.length; cell++) {
      assertThat((double) scores[cell]).isCloseTo(expected[cell], within(1e-6 * expected[cell]));
    }
  }

  @Test
  void allCellsScoreTheSameWhereNoCosineIsPositive() {
    CellHierarchy hierarchy = EmbedModelTest.hierarchy(new Random(1), 50, 2, 4);
    try (NDManager manager = TorchEngine.newManager()) {
      List<NDArray> cosines = new ArrayList<>();
      for (CellPartition level : hierarchy.partitions()) {
        cosines.add(manager.full(new Shape(1, level.size()), -0.5f));
      }
      float[] scores =
          HierarchicalScores.ofCosines(cosines, CellScorer.parents(hierarchy, manager), 1)
              .toFloatArray();
      assertThat(scores).containsOnly(1f / hierarchy.finest().size());
    }
  }

  private static float[] scores(CellHierarchy hierarchy, float[][] logits) {
    try (NDManager manager = TorchEngine.newManager()) {
      List<NDArray> arrays =
          Arrays.stream(logits)
              .map(level -> manager.create(level, new Shape(1, level.length)))
              .toList();
      return HierarchicalScores.ofLogits(arrays, CellScorer.parents(hierarchy, manager), 1)
          .toFloatArray();
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
    for (float score : scores(hierarchy, logits)) {
      assertThat(score).isBetween(0f, 1f);
      sum += score;
    }
    assertThat(sum).isCloseTo(1, within(1e-6));
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
