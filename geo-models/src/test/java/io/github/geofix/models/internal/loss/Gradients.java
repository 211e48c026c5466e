package io.github.geofix.models.internal.loss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.nn.TorchEngine;
import java.util.List;
import java.util.function.Function;

/** Losses with the gradients of what goes into them. */
public final class Gradients {

  /** A loss and, for each input, its gradient. */
  public record Result(double loss, List<double[]> gradients) {}

  private Gradients() {}

  /** Runs a loss forward and backward. */
  public static Result of(List<NDArray> inputs, Function<List<NDArray>, NDArray> loss) {
    inputs.forEach(x -> x.setRequiresGradient(true));
    double value;
    try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      NDArray result = loss.apply(inputs);
      assertThat(result.getShape().dimension()).as("a scalar").isZero();
      value = doubles(result)[0];
      collector.backward(result);
    }
    return new Result(value, inputs.stream().map(x -> doubles(x.getGradient())).toList());
  }

  public static void assertClose(double[] actual, float[] expected, double relative) {
    double[] wide = new double[expected.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = expected[i];
    }
    assertClose(actual, wide, relative);
  }

  /** Compares by the largest difference over the largest expected magnitude. */
  public static void assertClose(double[] actual, double[] expected, double relative) {
    assertThat(actual).hasSameSizeAs(expected);
    double magnitude = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      magnitude = Math.max(magnitude, Math.abs(expected[i]));
      // max would drop a NaN.
      difference += Double.isFinite(actual[i]) ? 0 : Double.POSITIVE_INFINITY;
      difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    }
    assertThat(difference).isLessThanOrEqualTo(relative * magnitude);
  }

  private static double[] doubles(NDArray x) {
    return x.toType(DataType.FLOAT64, true).toDoubleArray();
  }
}
