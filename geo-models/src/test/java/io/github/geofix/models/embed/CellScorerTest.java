package io.github.geofix.models.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.embed.EmbedConfig.Matching.Product;
import io.github.geofix.models.internal.calibration.Temperature;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One product a node against the definition: one product a level for each finest cell. */
final class CellScorerTest {
  private static final int DIMENSION = 8;
  private static final int PHOTOS = 5;

  private final CellHierarchy hierarchy = EmbedModelTest.hierarchy(new Random(1), 200, 1, 3, 4);

  private EmbedNetwork network(NDManager manager) {
    EmbedNetwork network =
        new EmbedNetwork(
            EmbedConfig.tiny().withEncoder(EmbedConfig.tiny().encoder().withDimension(DIMENSION)),
            hierarchy.partitions().stream().mapToInt(CellPartition::size).toArray());
    network.initialize(manager, 1);
    return network;
  }

  @ParameterizedTest
  @EnumSource
  void multipliesWhatEachFinestCellAndItsAncestorsHaveInCommonWithThePhoto(Product product) {
    try (NDManager manager = TorchEngine.newManager()) {
      EmbedNetwork network = network(manager);
      NDArray photos = manager.create(unitVectors(), new Shape(PHOTOS, DIMENSION));
      CellScorer scorer = network.scorer(hierarchy, product, manager);
      float[][] together = scorer.scores(photos, 1);
      float[][] softer = scorer.scores(photos, 1.5);
      for (int photo = 0; photo < PHOTOS; photo++) {
        float[] alone = scorer.scores(photos.get(photo + ":" + (photo + 1)), 1)[0];
        double[] expected = literally(network, product, photo);
        double[] expectedSofter = Temperature.apply(expected, 1.5);
        for (int cell = 0; cell < expected.length; cell++) {
          assertThat((double) together[photo][cell]).isCloseTo(expected[cell], within(1e-6));
          assertThat((double) alone[cell]).isCloseTo(expected[cell], within(1e-6));
          assertThat((double) softer[photo][cell]).isCloseTo(expectedSofter[cell], within(1e-6));
        }
      }
    }
  }

  @Test
  void knowsWhenTrainingHasChangedTheCells() {
    try (NDManager manager = TorchEngine.newManager()) {
      EmbedNetwork network = network(manager);
      CellScorer scorer = network.scorer(hierarchy, Product.PROBABILITIES, manager);
      assertThat(scorer.isUpToDate()).isTrue();
      Parameter cells = network.parameter("cells.2");
      cells.set(cells.array().duplicate()); // As a trainer does when it begins.
      assertThat(scorer.isUpToDate()).isFalse();
      assertThat(network.isLearning()).isFalse();
      CellScorer second = network.scorer(hierarchy, Product.PROBABILITIES, manager);
      network.requireGradients(true);
      assertThat(network.isLearning()).isTrue();
      assertThat(second.isUpToDate()).isFalse();
    }
  }

  private static float[] unitVectors() {
    SplittableRandom random = new SplittableRandom(2);
    float[] vectors = new float[PHOTOS * DIMENSION];
    for (int photo = 0; photo < PHOTOS; photo++) {
      double squares = 0;
      for (int d = 0; d < DIMENSION; d++) {
        double value = random.nextGaussian();
        vectors[photo * DIMENSION + d] = (float) value;
        squares += value * value;
      }
      for (int d = 0; d < DIMENSION; d++) {
        vectors[photo * DIMENSION + d] /= (float) Math.sqrt(squares);
      }
    }
    return vectors;
  }

  private double[] literally(EmbedNetwork network, Product product, int photo) {
    double[] scores = new double[hierarchy.finest().size()];
    double total = 0;
    for (int cell = 0; cell < scores.length; cell++) {
      scores[cell] = 1;
      for (int level = 0; level < hierarchy.levels(); level++) {
        int ancestor = hierarchy.ancestorOf(cell, level);
        double cosine = cosine(network, level, ancestor, photo);
        if (product == Product.COSINES) {
          scores[cell] *= Math.max(0, cosine);
          continue;
        }
        double temperature = 0.07;
        double all = 0;
        for (int other = 0; other < hierarchy.partition(level).size(); other++) {
          all += Math.exp(cosine(network, level, other, photo) / temperature);
        }
        scores[cell] *= Math.exp(cosine / temperature) / all;
      }
      total += scores[cell];
    }
    for (int cell = 0; cell < scores.length; cell++) {
      scores[cell] /= total;
    }
    return scores;
  }

  private double cosine(EmbedNetwork network, int level, int cell, int photo) {
    float[] cells = network.parameter("cells." + level).array().toFloatArray();
    float[] photos = unitVectors();
    double dot = 0;
    double squares = 0;
    for (int d = 0; d < DIMENSION; d++) {
      double value = cells[cell * DIMENSION + d];
      dot += value * photos[photo * DIMENSION + d];
      squares += value * value;
    }
    return dot / Math.sqrt(squares);
  }
}
