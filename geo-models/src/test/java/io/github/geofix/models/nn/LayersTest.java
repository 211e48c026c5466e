package io.github.geofix.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.BatchNorm2d;
import io.github.geofix.models.internal.nn.DropPath;
import io.github.geofix.models.internal.nn.Dropout;
import io.github.geofix.models.internal.nn.Embedding;
import io.github.geofix.models.internal.nn.MultiHeadAttention;
import io.github.geofix.models.internal.nn.RmsNorm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers against their definitions. */
class LayersTest {
  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void rmsNormDividesByTheRootOfTheMeanSquare() {
    RmsNorm norm = new RmsNorm(2, 0.5);
    norm.initialize(manager, 1);
    NDArray y = norm.forward(Forward.INFERENCE, manager.create(new float[] {3, 4}));
    double root = Math.sqrt(12.5 + 0.5);
    assertThat(y.toFloatArray()).containsExactly((float) (3 / root), (float) (4 / root));
  }

  @Test
  void layerNormSeesTheLastAxisAlone() {
    LayerNorm norm = new LayerNorm(2, 0);
    norm.initialize(manager, 1);
    NDArray x = manager.create(new float[] {1, 3, 100, 300}, new Shape(2, 2));
    assertThat(norm.forward(Forward.INFERENCE, x).toFloatArray())
        .containsExactly(new float[] {-1, 1, -1, 1}, within(1e-5f));
  }

  @Test
  void batchNormKeepsNineTenthsOfItsStatistics() {
    BatchNorm2d norm = new BatchNorm2d(1);
    norm.initialize(manager, 1);
    NDArray x = manager.create(new float[] {1, 2, 3, 6}, new Shape(2, 1, 1, 2));
    NDArray y = norm.forward(Forward.TRAINING, x);
    // Mean 3, variance 3.5 of the batch, 14 / 3 as an estimate for the population.
    assertThat(y.toFloatArray()[0]).isCloseTo((float) (-2 / Math.sqrt(3.5)), within(1e-5f));
    assertThat(norm.parameter("running_mean").array().toFloatArray()[0])
        .isCloseTo(0.3f, within(1e-6f));
    assertThat(norm.parameter("running_var").array().toFloatArray()[0])
        .isCloseTo(0.9f + 1.4f / 3, within(1e-6f));
  }

  @Test
  void frozenBatchNormUsesItsStatisticsAndLeavesThemAlone() {
    BatchNorm2d norm = new BatchNorm2d(1);
    norm.initialize(manager, 1);
    norm.freeze(name -> true);
    NDArray x = manager.create(new float[] {5, 7}, new Shape(2, 1, 1, 1));
    assertThat(norm.forward(Forward.TRAINING, x).toFloatArray())
        .containsExactly(new float[] {5, 7}, within(1e-3f));
    assertThat(norm.parameter("running_mean").array().toFloatArray()).containsExactly(0);
  }

  @Test
  void embeddingLooksUp() {
    Embedding embedding = new Embedding(3, 2);
    embedding.initialize(manager, 1);
    float[] table = embedding.parameter("weight").array().toFloatArray();
    try (NDManager step = manager.newSubManager()) {
      NDArray y = embedding.forward(Forward.INFERENCE, step.create(new long[] {2, 0}));
      assertThat(y.toFloatArray()).containsExactly(table[4], table[5], table[0], table[1]);
      assertThat(y.getManager()).isSameAs(step);
    }
  }

  @ParameterizedTest
  @CsvSource({"RELU", "GELU", "GELU_TANH", "QUICK_GELU", "SILU"})
  void activationsAreWhatTheySay(Activation activation) {
    float[] xs = {-3, -1, -0.1f, 0, 0.5f, 2};
    float[] ys = activation.apply(manager.create(xs)).toFloatArray();
    for (int i = 0; i < xs.length; i++) {
      double x = xs[i];
      double expected =
          switch (activation) {
            case RELU -> Math.max(x, 0);
            case GELU -> x * normalDistribution(x);
            case GELU_TANH ->
                x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
            case SILU -> x / (1 + Math.exp(-x));
          };
      assertThat(ys[i]).isCloseTo((float) expected, within(1e-6f));
    }
  }

  /** The integral of the density from 0, by Simpson's rule. */
  private static double normalDistribution(double x) {
    int n = 1000;
    double h = x / n;
    double sum = 0;
    for (int i = 0; i <= n; i++) {
      double weight = i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * Math.exp(-i * h * i * h / 2);
    }
    return 0.5 + sum * h / 3 / Math.sqrt(2 * Math.PI);
  }

  @Test
  void dropoutDropsInTrainingOnly() {
    Dropout dropout = new Dropout(0.25);
    NDArray ones = manager.ones(new Shape(100_000));
    assertThat(dropout.forward(Forward.INFERENCE, ones)).isSameAs(ones);
    TorchEngine.engine().setRandomSeed(5);
    float[] first = dropout.forward(Forward.TRAINING, ones).toFloatArray();
    int kept = 0;
    for (float value : first) {
      assertThat(value == 0 || value == 1 / 0.75f).isTrue();
      kept += value == 0 ? 0 : 1;
    }
    // Five standard deviations.
    assertThat(kept).isBetween(75_000 - 700, 75_000 + 700);
    TorchEngine.engine().setRandomSeed(5);
    assertThat(dropout.forward(Forward.TRAINING, ones).toFloatArray()).isEqualTo(first);
  }

  @Test
  void dropPathDropsWholeExamples() {
    DropPath dropPath = new DropPath(0.4);
    NDArray ones = manager.ones(new Shape(10_000, 3));
    assertThat(dropPath.forward(Forward.INFERENCE, ones)).isSameAs(ones);
    float[] values = dropPath.forward(Forward.TRAINING, ones).toFloatArray();
    int kept = 0;
    for (int i = 0; i < values.length; i += 3) {
      assertThat(values[i] == 0 || Math.abs(values[i] - 1 / 0.6) < 1e-6).isTrue();
      assertThat(values[i + 1]).isEqualTo(values[i]);
      assertThat(values[i + 2]).isEqualTo(values[i]);
      kept += values[i] == 0 ? 0 : 1;
    }
    assertThat(kept).isBetween(6_000 - 250, 6_000 + 250);
    assertThat(DropPath.rates(3, 0.2)).containsExactly(0, 0.1, 0.2);
    assertThat(DropPath.rates(1, 0.2)).containsExactly(0);
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> new Dropout(1)).hasMessageContaining("0 to below 1");
    assertThatThrownBy(() -> new DropPath(Double.NaN)).hasMessageContaining("0 to below 1");
    assertThatThrownBy(() -> new MultiHeadAttention(10, 3)).hasMessageContaining("do not divide");
  }
}
