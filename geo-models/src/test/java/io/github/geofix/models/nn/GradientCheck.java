package io.github.geofix.models.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Compares the gradients of modules and losses with central differences, in float64. */
public final class GradientCheck {
  private static final double STEP = 1e-6;
  private static final double TOLERANCE = 2e-7;

  /** Elements of each array of a module that are moved; a loss is checked at all. */
  private static final int ELEMENTS = 10;

  private GradientCheck() {}

  /** Checks a layer; see the other form. */
  public static void check(Layer layer, long seed, long... shape) {
    check(layer, layer::forward, seed, shape);
  }

  /**
   * Checks the gradients of a random combination of the outputs by every learned parameter and by
   * the input, at up to ten random elements of each.
   */
  public static void check(
      Module module, BiFunction<Forward, NDArray, NDArray> forward, long seed, long... shape) {
    try (NDManager manager = TorchEngine.newManager()) {
      SplittableRandom random = new SplittableRandom(seed);
      module.initialize(manager, seed, DataType.FLOAT64);
      // Away from zeros and ones, where a wrong gradient could go unseen.
      for (Parameter parameter : module.parameters().values()) {
        parameter.write(
            bytes -> {
              DoubleBuffer values = bytes.asDoubleBuffer();
              for (int i = 0; i < values.limit(); i++) {
                double moved = values.get(i) + 0.2 * random.nextGaussian();
                values.put(i, parameter.isBuffer() ? Math.abs(moved) : moved);
              }
            });
      }
      NDArray input = manager.create(normal(random, new Shape(shape).size()), new Shape(shape));
      NDArray output = forward.apply(Forward.TRAINING, input);
      NDArray weights = manager.create(normal(random, output.size()), output.getShape());

      module.requireGradients(true);
      Map<String, NDArray> arrays = new LinkedHashMap<>();
      module
          .parameters()
          .forEach(
              (name, parameter) -> {
                if (parameter.isTrainable()) {
                  arrays.put(name, parameter.array());
                }
              });
      arrays.put("input", input);
      double largest =
          check(
              arrays,
              () -> forward.apply(Forward.TRAINING, input).mul(weights).sum(),
              size -> random.ints(Math.min(ELEMENTS, size), 0, size));
      assertThat(largest).as("largest gradient").isPositive();
    }
  }

  /**
   * Checks the gradients of a loss by every element of what goes into it.
   *
   * @param inputs float64
   */
  public static void check(List<NDArray> inputs, Function<List<NDArray>, NDArray> loss) {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      arrays.put("input " + i, inputs.get(i));
    }
    check(arrays, () -> loss.apply(inputs), size -> IntStream.range(0, size));
  }

  /** Returns the largest gradient, which others are measured by. */
  private static double check(
      Map<String, NDArray> arrays, Supplier<NDArray> scalar, IntFunction<IntStream> elements) {
    arrays.values().forEach(array -> array.setRequiresGradient(true));
    try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      collector.backward(scalar.get());
    }
    Map<String, double[]> gradients = new LinkedHashMap<>();
    arrays.forEach((name, array) -> gradients.put(name, array.getGradient().toDoubleArray()));
    double largest =
        gradients.values().stream()
            .flatMapToDouble(Arrays::stream)
            .map(Math::abs)
            .reduce(0, Math::max);
    assertThat(largest).isFinite();
    try (TorchEngine.Scope scope = TorchEngine.noGrad()) {
      assertThat(scope).isNotNull();
      arrays.forEach(
          (name, array) -> {
            DoubleBuffer values =
                array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asDoubleBuffer();
            double[] found = gradients.get(name);
            elements
                .apply(values.limit())
                .forEach(
                    at -> {
                      double difference = difference(values, at, scalar);
                      assertThat(Math.abs(found[at] - difference))
                          .as("%s[%d]: %g, differences say %g", name, at, found[at], difference)
                          .isLessThanOrEqualTo(TOLERANCE * largest);
                    });
          });
    }
    return largest;
  }

  private static double difference(DoubleBuffer values, int at, Supplier<NDArray> scalar) {
    double before = values.get(at);
    values.put(at, before + STEP);
    double above = scalar.get().getDouble();
    values.put(at, before - STEP);
    double below = scalar.get().getDouble();
    values.put(at, before);
    return (above - below) / (2 * STEP);
  }

  private static double[] normal(SplittableRandom random, long count) {
    double[] values = new double[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }
}
