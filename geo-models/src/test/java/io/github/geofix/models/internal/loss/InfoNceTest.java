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
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InfoNceTest {
  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.0, 0.1})
  void equalsTheReferenceWithItsGradients(double smoothing) {
    Oracle oracle = Oracle.of("retrieval_infonce");
    String prefix = "infonce_sm" + smoothing + ".";
    Shape shape = new Shape(oracle.shape("infonce.f1"));
    NDArray f1 = manager.create(oracle.floats("infonce.f1"), shape);
    NDArray f2 = manager.create(oracle.floats("infonce.f2"), shape);
    NDArray logScale = manager.create(InfoNce.logScale(0.07));
    Gradients.Result result =
        Gradients.of(
            List.of(f1, f2, logScale),
            in ->
                InfoNce.symmetric()
                    .withLabelSmoothing(smoothing)
                    .loss(unit(in.get(0)), unit(in.get(1)), in.get(2)));
    assertThat(result.loss()).isCloseTo(oracle.scalar(prefix + "loss"), within(1e-5));
    Gradients.assertClose(result.gradients().get(0), oracle.floats(prefix + "grad1"), 1e-5);
    Gradients.assertClose(result.gradients().get(1), oracle.floats(prefix + "grad2"), 1e-5);
    // A small difference of large float32 sums, in the reference too.
    Gradients.assertClose(result.gradients().get(2), oracle.floats(prefix + "grad_logscale"), 1e-4);
  }

  /** Random scales, shapes and masks against the definition read literally. */
  @ParameterizedTest
  @CsvSource({
    "1, false, 0, false",
    "2, true, 0, false",
    "3, false, 0.2, false",
    "4, true, 0.2, false",
    "5, false, 0, true",
    "6, true, 0, true",
    "7, false, 0.2, true",
    "8, true, 0.2, true",
  })
  void equalsItsDefinition(long seed, boolean symmetric, double smoothing, boolean masked) {
    Random random = new Random(seed);
    int batch = 5;
    int candidates = symmetric ? batch : batch + 2;
    double[][] anchors = vectors(batch, 3, random);
    double[][] positives = vectors(candidates, 3, random);
    double scale = 1 + 5 * random.nextDouble();
    boolean[][] falseNegatives = new boolean[batch][candidates];
    if (masked) {
      for (boolean[] row : falseNegatives) {
        for (int j = 0; j < row.length; j++) {
          row[j] = random.nextInt(3) == 0;
        }
      }
    }
    double expected = 0;
    for (int i = 0; i < batch; i++) {
      expected += literal(i, anchors, positives, scale, smoothing, falseNegatives) / batch;
    }
    if (symmetric) {
      boolean[][] turned = new boolean[batch][batch];
      double backward = 0;
      for (int i = 0; i < batch; i++) {
        for (int j = 0; j < batch; j++) {
          turned[i][j] = falseNegatives[j][i];
        }
        backward += literal(i, positives, anchors, scale, smoothing, turned) / batch;
      }
      expected = (expected + backward) / 2;
    }
    InfoNce infoNce = new InfoNce(symmetric, smoothing);
    NDArray mask = masked ? matrix(falseNegatives) : null;
    List<NDArray> inputs =
        List.of(matrix(anchors), matrix(positives), manager.create(Math.log(scale)));
    assertThat(infoNce.loss(inputs.get(0), inputs.get(1), inputs.get(2), mask).getDouble())
        .isCloseTo(expected, within(1e-12));
    GradientCheck.check(inputs, in -> infoNce.loss(in.get(0), in.get(1), in.get(2), mask));
  }

  /** The cross-entropy of picking positive i, from exponentials. */
  private static double literal(
      int i,
      double[][] anchors,
      double[][] positives,
      double scale,
      double smoothing,
      boolean[][] falseNegatives) {
    double sum = 0;
    int counted = 0;
    for (int j = 0; j < positives.length; j++) {
      if (j == i || !falseNegatives[i][j]) {
        sum += Math.exp(scale * dot(anchors[i], positives[j]));
        counted++;
      }
    }
    double loss = 0;
    for (int j = 0; j < positives.length; j++) {
      if (j == i || !falseNegatives[i][j]) {
        double target = smoothing / counted + (i == j ? 1 - smoothing : 0);
        loss -= target * (scale * dot(anchors[i], positives[j]) - Math.log(sum));
      }
    }
    return loss;
  }

  @Test
  void staysFiniteAtScalesWhoseExponentialsOverflow() {
    NDArray x = manager.create(new float[] {1, 0, 0, 1}, new Shape(2, 2));
    NDArray same = manager.create(new float[] {1, 0, 1, 0}, new Shape(2, 2));
    NDArray logScale = manager.create(InfoNce.logScale(1e-4));
    assertThat(InfoNce.symmetric().loss(x, x, logScale).getFloat()).isZero();
    // Anchor 0 fits both positives, anchor 1 neither: log 2 each.
    assertThat(InfoNce.oneWay().loss(x, same, logScale).getFloat())
        .isCloseTo((float) Math.log(2), within(1e-5f));
  }

  @Test
  void leavesNothingBehindInTheManagerOfTheScale() {
    NDArray logScale = manager.create(0f);
    int before = manager.getManagedArrays().size();
    try (NDManager step = manager.newSubManager()) {
      NDArray x = step.create(new float[] {1, 0, 0, 1}, new Shape(2, 2));
      NDArray loss = InfoNce.symmetric().withLabelSmoothing(0.1).loss(x, x, logScale);
      assertThat(loss.getManager()).isSameAs(step);
    }
    assertThat(manager.getManagedArrays()).hasSize(before);
  }

  @Test
  void refusesWhatDoesNotFit() {
    NDArray one = manager.ones(new Shape(1, 4));
    NDArray three = manager.ones(new Shape(3, 4));
    NDArray wide = manager.ones(new Shape(3, 5));
    NDArray scale = manager.create(0f);
    assertThatThrownBy(() -> InfoNce.symmetric().loss(one, one, scale))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("anchors (1, 4) and positives (1, 4) must both be [B, D], B at least 2");
    assertThatThrownBy(() -> InfoNce.symmetric().loss(one, three, scale))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> InfoNce.oneWay().loss(three, one, scale))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> InfoNce.oneWay().loss(three, wide, scale))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> InfoNce.oneWay().loss(three, three, scale, matrix(new boolean[2][3])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("falseNegatives (2, 3) must be [B, N], here [3, 3]");
    assertThatThrownBy(() -> InfoNce.oneWay().withLabelSmoothing(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static NDArray unit(NDArray x) {
    return x.div(x.square().sum(new int[] {1}, true).sqrt());
  }

  @Test
  void refusesATemperatureThatIsNotPositive() {
    for (double temperature : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> InfoNce.logScale(temperature))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("temperature must be positive: " + temperature);
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[][] vectors(int count, int width, Random random) {
    double[][] vectors = new double[count][width];
    for (double[] vector : vectors) {
      Arrays.setAll(vector, i -> random.nextGaussian());
    }
    return vectors;
  }

  private NDArray matrix(double[][] rows) {
    double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return manager.create(flat, new Shape(rows.length, rows[0].length));
  }

  private NDArray matrix(boolean[][] rows) {
    boolean[] flat = new boolean[rows.length * rows[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = rows[i / rows[0].length][i % rows[0].length];
    }
    return manager.create(flat, new Shape(rows.length, rows[0].length));
  }
}
