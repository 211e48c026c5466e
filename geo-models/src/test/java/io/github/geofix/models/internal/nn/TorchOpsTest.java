package io.github.geofix.models.internal.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.nn.TorchEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each operation of the bridge against its definition. */
class TorchOpsTest {
  private static final int BATCH = 2;
  private static final int HEADS = 3;
  private static final int QUERIES = 5;
  private static final int KEYS = 7;
  private static final int WIDTH = 4;

  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void attentionIsTheMeanOfValuesWeightedBySoftmax(long seed) {
    double[][] qkv = queriesKeysValues(seed, KEYS);
    NDArray[] arrays = arrays(manager, qkv, KEYS);
    assertThat(TorchOps.attention(arrays[0], arrays[1], arrays[2]).toDoubleArray())
        .containsExactly(attentionBySums(qkv, KEYS, new double[QUERIES * KEYS]), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void embeddingBagSumsRows(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] table = random.doubles(6 * WIDTH).toArray();
    long[] indices = random.longs(5 * 3, 0, 6).toArray();
    double[] sums = new double[5 * WIDTH];
    double[] uses = new double[6 * WIDTH];
    for (int i = 0; i < indices.length; i++) {
      for (int d = 0; d < WIDTH; d++) {
        sums[i / 3 * WIDTH + d] += table[(int) indices[i] * WIDTH + d];
        uses[(int) indices[i] * WIDTH + d] += 1;
      }
    }
    NDArray rows = manager.create(table, new Shape(6, WIDTH));
    NDArray chosen = manager.create(indices, new Shape(5, 3));
    rows.setRequiresGradient(true);
    try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      NDArray result = TorchOps.embeddingBag(rows, chosen);
      assertThat(result.toDoubleArray()).containsExactly(sums, within(1e-12));
      collector.backward(result.sum());
    }
    assertThat(rows.getGradient().toDoubleArray()).containsExactly(uses, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void causalAttentionHidesLaterKeys(long seed) {
    double[][] qkv = queriesKeysValues(seed, QUERIES);
    double[] mask = new double[QUERIES * QUERIES];
    for (int q = 0; q < QUERIES; q++) {
      for (int k = q + 1; k < QUERIES; k++) {
        mask[q * QUERIES + k] = Double.NEGATIVE_INFINITY;
      }
    }
    NDArray[] arrays = arrays(manager, qkv, QUERIES);
    assertThat(TorchOps.causalAttention(arrays[0], arrays[1], arrays[2]).toDoubleArray())
        .containsExactly(attentionBySums(qkv, QUERIES, mask), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void maskedAttentionAddsTheMask(long seed) {
    double[][] qkv = queriesKeysValues(seed, KEYS);
    double[] mask = normal(new SplittableRandom(seed + 10), QUERIES * KEYS);
    mask[3] = Double.NEGATIVE_INFINITY;
    NDArray[] arrays = arrays(manager, qkv, KEYS);
    NDArray given = manager.create(mask, new Shape(1, 1, QUERIES, KEYS));
    assertThat(TorchOps.maskedAttention(arrays[0], arrays[1], arrays[2], given).toDoubleArray())
        .containsExactly(attentionBySums(qkv, KEYS, mask), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3x7", "5x5", "9x4"})
  void bicubicResizingSumsSixteenNeighbors(String size) {
    int rows = Integer.parseInt(size.substring(0, 1));
    int columns = Integer.parseInt(size.substring(2));
    double[] map = normal(new SplittableRandom(1), 5 * 5);
    NDArray resized =
        TorchOps.resizeBicubic(manager.create(map, new Shape(1, 1, 5, 5)), rows, columns);
    assertThat(resized.getShape()).isEqualTo(new Shape(1, 1, rows, columns));
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        double sum = 0;
        double y = (r + 0.5) * 5 / rows - 0.5;
        double x = (c + 0.5) * 5 / columns - 0.5;
        for (int i = (int) Math.floor(y) - 1; i <= Math.floor(y) + 2; i++) {
          for (int j = (int) Math.floor(x) - 1; j <= Math.floor(x) + 2; j++) {
            int row = Math.min(Math.max(i, 0), 4);
            int column = Math.min(Math.max(j, 0), 4);
            sum += cubic(y - i) * cubic(x - j) * map[row * 5 + column];
          }
        }
        assertThat(resized.getDouble(0, 0, r, c)).isCloseTo(sum, within(1e-12));
      }
    }
  }

  /** Keys 1981, with PyTorch's a = -0.75. */
  private static double cubic(double distance) {
    double a = -0.75;
    double t = Math.abs(distance);
    if (t <= 1) {
      return (a + 2) * t * t * t - (a + 3) * t * t + 1;
    }
    return t < 2 ? a * (t * t * t - 5 * t * t + 8 * t - 4) : 0;
  }

  @Test
  void resultsBelongToTheManagerOfTheFirstArgument() {
    try (NDManager step = manager.newSubManager()) {
      NDArray model = manager.ones(new Shape(1, 1, 2, 2));
      NDArray y = TorchOps.attention(step.ones(new Shape(1, 1, 2, 2)), model, model);
      assertThat(y.getManager()).isSameAs(step);
    }
  }

  @Test
  void gradientsAreRecordedByTheGradModeOfTheThread() {
    NDArray x = manager.zeros(new Shape(1, 2));
    x.setRequiresGradient(true);
    assertThat(TorchEngine.noGrad(() -> TorchOps.geluTanh(x).hasGradient())).isFalse();
    try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      collector.backward(TorchOps.geluTanh(x).sum());
    }
    assertThat(x.getGradient().toFloatArray()).containsExactly(0.5f, 0.5f);
  }

  @Test
  void givesTheSameOnManyThreadsAtOnce() throws Exception {
    int threads = 4;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        long seed = t;
        running.add(
            executor.submit(
                () -> {
                  double[][] qkv = queriesKeysValues(seed, KEYS);
                  double[] expected = attentionBySums(qkv, KEYS, new double[QUERIES * KEYS]);
                  for (int i = 0; i < 200; i++) {
                    try (NDManager step = manager.newSubManager()) {
                      NDArray[] arrays = arrays(step, qkv, KEYS);
                      assertThat(
                              TorchOps.attention(arrays[0], arrays[1], arrays[2]).toDoubleArray())
                          .containsExactly(expected, within(1e-12));
                      assertThat(TorchOps.geluTanh(step.ones(new Shape(1))).getFloat(0))
                          .isCloseTo(0.841192f, within(1e-6f));
                    }
                  }
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void saysWhatDoesNotCompile() {
    TorchScript script = TorchScript.compile("def f(self: __torch__.M) -> Tensor: return x");
    assertThatThrownBy(() -> script.callAll("f", new NDList())).hasMessageContaining("x");
  }

  private static double[][] queriesKeysValues(long seed, int keys) {
    SplittableRandom random = new SplittableRandom(seed);
    return new double[][] {
      normal(random, BATCH * HEADS * QUERIES * WIDTH),
      normal(random, BATCH * HEADS * keys * WIDTH),
      normal(random, BATCH * HEADS * keys * WIDTH)
    };
  }

  private static NDArray[] arrays(NDManager owner, double[][] qkv, int keys) {
    return new NDArray[] {
      owner.create(qkv[0], new Shape(BATCH, HEADS, QUERIES, WIDTH)),
      owner.create(qkv[1], new Shape(BATCH, HEADS, keys, WIDTH)),
      owner.create(qkv[2], new Shape(BATCH, HEADS, keys, WIDTH))
    };
  }

  private static double[] normal(SplittableRandom random, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }

  private static double[] attentionBySums(double[][] qkv, int keys, double[] mask) {
    double[] mixed = new double[qkv[0].length];
    for (int head = 0; head < BATCH * HEADS; head++) {
      for (int q = 0; q < QUERIES; q++) {
        double total = 0;
        double[] sums = new double[WIDTH];
        for (int k = 0; k < keys; k++) {
          double dot = 0;
          for (int d = 0; d < WIDTH; d++) {
            dot += qkv[0][(head * QUERIES + q) * WIDTH + d] * qkv[1][(head * keys + k) * WIDTH + d];
          }
          double weight = Math.exp(dot / Math.sqrt(WIDTH) + mask[q * keys + k]);
          total += weight;
          for (int d = 0; d < WIDTH; d++) {
            sums[d] += weight * qkv[2][(head * keys + k) * WIDTH + d];
          }
        }
        for (int d = 0; d < WIDTH; d++) {
          mixed[(head * QUERIES + q) * WIDTH + d] = sums[d] / total;
        }
      }
    }
    return mixed;
  }
}
