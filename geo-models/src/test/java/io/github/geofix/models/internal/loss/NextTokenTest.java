package io.github.geofix.models.internal.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.TorchEngine;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NextTokenTest {
  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  private static List<NDArray> positions(NDArray logits) {
    return LongStream.range(0, logits.getShape().get(1))
        .mapToObj(n -> logits.get(":, " + n))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"0, ce", "0.1, ce_label_smoothing_0p1"})
  void equalsTheLossOfJustZoomIn(double smoothing, String tensor) {
    Oracle oracle = Oracle.of("jzi_decoder_k4s4");
    NDArray logits = manager.create(oracle.floats("logits"), new Shape(oracle.shape("logits")));
    NDArray targets = manager.create(oracle.longs("target"), new Shape(oracle.shape("target")));
    NextToken loss = NextToken.defaults().withLabelSmoothing(smoothing);
    assertThat(loss.loss(positions(logits), targets).getFloat())
        .isCloseTo(oracle.scalar(tensor), within(1e-6f));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3, 4, 5, 1, 1, 0",
    "2, 2, 1, 7, 2, 1, 0.1",
    "3, 1, 6, 2, 0, 3, 0.3",
    "4, 4, 3, 1, 2, 1, 0.5",
  })
  void equalsItsDefinition(
      long seed, int batch, int length, int words, double first, double last, double smoothing) {
    Random random = new Random(seed);
    double[] scores = random.doubles((long) batch * length * words, -3, 3).toArray();
    long[] tokens = random.longs((long) batch * length, 0, words).toArray();
    double expected = 0;
    double weights = 0;
    for (int n = 0; n < length; n++) {
      double weight = length == 1 ? first : first + (last - first) * n / (length - 1);
      weights += weight;
      for (int b = 0; b < batch; b++) {
        double sum = 0;
        for (int v = 0; v < words; v++) {
          sum += Math.exp(scores[(b * length + n) * words + v]);
        }
        for (int v = 0; v < words; v++) {
          double target = smoothing / words + (v == tokens[b * length + n] ? 1 - smoothing : 0);
          double logProbability = scores[(b * length + n) * words + v] - Math.log(sum);
          expected -= weight * target * logProbability / batch;
        }
      }
    }
    expected /= weights;
    NextToken loss = new NextToken(first, last, smoothing);
    NDArray logits = manager.create(scores, new Shape(batch, length, words));
    NDArray targets = manager.create(tokens, new Shape(batch, length));
    List<NDArray> positions = positions(logits);
    assertThat(loss.loss(positions, targets).getDouble()).isCloseTo(expected, within(1e-12));
    GradientCheck.check(
        positions.stream().map(NDArray::duplicate).toList(), in -> loss.loss(in, targets));
  }

  @Test
  void acceptsPositionsWithVocabulariesOfTheirOwn() {
    NDArray two = manager.create(new float[] {0, 0}, new Shape(1, 2));
    NDArray eight = manager.zeros(new Shape(1, 8));
    NDArray targets = manager.create(new long[] {1, 7}, new Shape(1, 2));
    assertThat(NextToken.defaults().loss(List.of(two, eight), targets).getFloat())
        .isCloseTo((float) (2 * Math.log(2)), within(1e-6f));
  }

  @Test
  void staysFiniteWhenTheRightTokenIsImpossible() {
    NDArray logits = manager.create(new float[] {1e30f, 0, -1e30f}, new Shape(1, 1, 3));
    NDArray targets = manager.create(new long[] {2}, new Shape(1, 1));
    assertThat(NextToken.defaults().loss(positions(logits), targets).getFloat()).isEqualTo(2e30f);
  }

  @Test
  void refusesWhatDoesNotFit() {
    NDArray logits = manager.zeros(new Shape(2, 3, 4));
    NDArray targets = manager.create(new long[4], new Shape(2, 2));
    NextToken loss = NextToken.defaults();
    assertThatThrownBy(() -> loss.loss(List.of(logits.get(":, 0")), targets))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logits [(2, 4)] and targets (2, 2) are not [B, V_n] and [B, N]");
    assertThatThrownBy(() -> loss.withWeights(0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> loss.withWeights(-1, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> loss.withLabelSmoothing(1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
