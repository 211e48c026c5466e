package io.github.geofix.models.internal.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.internal.recombine.SoftMarginTriplet;
import io.github.geofix.models.internal.recombine.WeightedTuple;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig.Distance;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The losses that compare each pair of a batch with the other pairs. */
class PairLossesTest {
  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @CsvSource({
    "b4d8, 10",
    "b4d8, 20",
    "b32d256, 10",
    "b32d256, 20",
    "b16d3072, 10",
    "b16d3072, 20",
  })
  void weightedTupleEqualsTheReferenceWithItsGradients(String size, int alpha) {
    Oracle oracle = Oracle.of("frgeo_wbl");
    String prefix = size + ".alpha" + alpha + ".";
    Shape shape = new Shape(oracle.shape(size + ".q"));
    NDArray q = manager.create(oracle.floats(size + ".q"), shape);
    NDArray k = manager.create(oracle.floats(size + ".k"), shape);
    WeightedTuple loss = new WeightedTuple(alpha, Distance.COSINE);
    assertThat(new WeightedTuple(alpha, Distance.L2).loss(q, k).getFloat())
        .isCloseTo(oracle.scalar(prefix + "paper_l2_loss"), within(1e-5f));
    assertThat(new WeightedTuple(alpha, Distance.SQUARED_L2).loss(q, k).getFloat())
        .isCloseTo(oracle.scalar(prefix + "paper_sql2_loss"), within(1e-5f));
    Gradients.Result result = Gradients.of(List.of(q, k), in -> loss.loss(in.get(0), in.get(1)));
    assertThat(result.loss()).isCloseTo(oracle.scalar(prefix + "loss"), within(1e-5));
    Gradients.assertClose(result.gradients().get(0), oracle.floats(prefix + "grad_q"), 1e-5);
    Gradients.assertClose(result.gradients().get(1), oracle.floats(prefix + "grad_k"), 1e-5);
  }

  @Test
  void cosineWithAlphaTenIsSquaredL2WithAlphaFive() {
    NDArray q = manager.create(new float[] {1, 2, 3, -1, 0, 1}, new Shape(2, 3));
    NDArray k = manager.create(new float[] {2, 1, 3, -1, 1, 1}, new Shape(2, 3));
    WeightedTuple cosine = new WeightedTuple(10, Distance.COSINE);
    assertThat(cosine.loss(q, k).getFloat())
        .isCloseTo(new WeightedTuple(5, Distance.SQUARED_L2).loss(q, k).getFloat(), within(1e-6f));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 4, 3, 10, COSINE",
    "2, 5, 4, 10, L2",
    "3, 2, 6, 5, SQUARED_L2",
    "4, 6, 2, 1, COSINE",
    "5, 3, 8, 2, L2",
  })
  void equalsItsDefinition(long seed, int batch, int width, double alpha, Distance distance) {
    Random random = new Random(seed);
    double[][] anchors = vectors(batch, width, random);
    double[][] positives = vectors(batch, width, random);
    double tuple = 0;
    double triplet = 0;
    for (int i = 0; i < batch; i++) {
      double own = literal(distance, anchors[i], positives[i]);
      double there = 0;
      double back = 0;
      for (int j = 0; j < batch; j++) {
        if (j != i) {
          double away = Math.exp(alpha * (own - literal(distance, anchors[i], positives[j])));
          double home = Math.exp(alpha * (own - literal(distance, anchors[j], positives[i])));
          there += away;
          back += home;
          triplet += (Math.log1p(away) + Math.log1p(home)) / (2.0 * batch * (batch - 1));
        }
      }
      tuple += (Math.log1p(there) + Math.log1p(back)) / (2.0 * batch);
    }
    List<NDArray> inputs = List.of(matrix(anchors), matrix(positives));
    check(inputs, new WeightedTuple(alpha, distance)::loss, tuple);
    check(inputs, new SoftMarginTriplet(alpha, distance)::loss, triplet);
  }

  @ParameterizedTest
  @CsvSource({"1, COSINE", "2, L2", "3, SQUARED_L2"})
  void pairsOfOnePlaceDoNotCount(long seed, Distance distance) {
    Random random = new Random(seed);
    double alpha = 2;
    int batch = 5;
    double[][] anchors = vectors(batch, 3, random);
    double[][] positives = vectors(batch, 3, random);
    boolean[] falseNegatives = new boolean[batch * batch];
    for (int i = 0; i < falseNegatives.length; i++) {
      // On the diagonal too, where it must change nothing.
      falseNegatives[i] = random.nextInt(3) == 0;
    }
    double tuple = 0;
    double triplet = 0;
    int triplets = 0;
    for (int i = 0; i < batch; i++) {
      double there = 0;
      double back = 0;
      double own = literal(distance, anchors[i], positives[i]);
      for (int j = 0; j < batch; j++) {
        if (j != i && !falseNegatives[i * batch + j]) {
          double away = Math.exp(alpha * (own - literal(distance, anchors[i], positives[j])));
          there += away;
          triplet += Math.log1p(away);
          triplets++;
        }
        if (j != i && !falseNegatives[j * batch + i]) {
          double home = Math.exp(alpha * (own - literal(distance, anchors[j], positives[i])));
          back += home;
          triplet += Math.log1p(home);
          triplets++;
        }
      }
      tuple += (Math.log1p(there) + Math.log1p(back)) / (2.0 * batch);
    }
    NDArray mask = manager.create(falseNegatives, new Shape(batch, batch));
    List<NDArray> inputs = List.of(matrix(anchors), matrix(positives));
    WeightedTuple tupleLoss = new WeightedTuple(alpha, distance);
    SoftMarginTriplet tripletLoss = new SoftMarginTriplet(alpha, distance);
    check(inputs, (a, p) -> tupleLoss.loss(a, p, mask), tuple);
    check(inputs, (a, p) -> tripletLoss.loss(a, p, mask), triplet / triplets);
    NDArray all = manager.ones(new Shape(batch, batch), DataType.BOOLEAN);
    assertThat(tripletLoss.loss(inputs.get(0), inputs.get(1), all).getDouble()).isZero();
    assertThat(tupleLoss.loss(inputs.get(0), inputs.get(1), all).getDouble())
        .isCloseTo(0, within(1e-12));
  }

  private static void check(List<NDArray> inputs, BinaryOperator<NDArray> loss, double expected) {
    // PyTorch's softplus takes the argument for the value above 20, an error of up to 2e-9.
    assertThat(loss.apply(inputs.get(0), inputs.get(1)).getDouble())
        .isCloseTo(expected, within(1e-8));
    GradientCheck.check(
        inputs.stream().map(NDArray::duplicate).toList(), in -> loss.apply(in.get(0), in.get(1)));
  }

  private static double literal(Distance distance, double[] a, double[] b) {
    DoubleUnaryOperator square = v -> v * v;
    double lengthA = Math.sqrt(Arrays.stream(a).map(square).sum());
    double lengthB = Math.sqrt(Arrays.stream(b).map(square).sum());
    double sum = 0;
    double cosine = 0;
    for (int i = 0; i < a.length; i++) {
      sum += square.applyAsDouble(a[i] / lengthA - b[i] / lengthB);
      cosine += a[i] / lengthA * (b[i] / lengthB);
    }
    return switch (distance) {
      case COSINE -> 1 - cosine;
      case L2 -> Math.sqrt(sum);
      case SQUARED_L2 -> sum;
    };
  }

  @ParameterizedTest
  @CsvSource({"COSINE", "L2", "SQUARED_L2"})
  void staysFiniteAtTheEdges(Distance distance) {
    // Positives that coincide with their anchors, a vector of zeros, and a steepness whose
    // exponentials overflow.
    NDArray a = manager.create(new float[] {3, 4, 0, 0, 1, 0}, new Shape(3, 2));
    NDArray b = manager.create(new float[] {3, 4, 0, 0, -1, 0}, new Shape(3, 2));
    List<BinaryOperator<NDArray>> losses =
        List.of(new WeightedTuple(1e4, distance)::loss, new SoftMarginTriplet(1e4, distance)::loss);
    for (BinaryOperator<NDArray> loss : losses) {
      Gradients.Result result =
          Gradients.of(
              List.of(a.duplicate(), b.duplicate()), in -> loss.apply(in.get(0), in.get(1)));
      assertThat(result.loss()).isFinite().isPositive();
      assertThat(result.gradients()).allSatisfy(g -> assertThat(finite(g)).isTrue());
    }
  }

  private static boolean finite(double[] values) {
    return Arrays.stream(values).allMatch(Double::isFinite);
  }

  @Test
  void refusesWhatDoesNotFit() {
    NDArray one = manager.ones(new Shape(1, 4));
    NDArray three = manager.ones(new Shape(3, 4));
    NDArray two = manager.ones(new Shape(2, 4));
    assertThatThrownBy(() -> new WeightedTuple(10, Distance.COSINE).loss(one, one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("anchors (1, 4) and positives (1, 4) must both be [B, D], B at least 2");
    assertThatThrownBy(() -> new SoftMarginTriplet(10, Distance.SQUARED_L2).loss(three, two))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new WeightedTuple(10, Distance.COSINE).loss(three, three, three))
        .hasMessage("falseNegatives (3, 4) must be [B, N], here [3, 3]");
    assertThatThrownBy(() -> new WeightedTuple(0, Distance.COSINE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alpha must be positive: 0.0");
    assertThatThrownBy(() -> new SoftMarginTriplet(Double.NaN, Distance.L2))
        .isInstanceOf(IllegalArgumentException.class);
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
}
