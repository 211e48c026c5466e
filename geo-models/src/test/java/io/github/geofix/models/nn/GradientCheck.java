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
  /**
   * How differences are taken and compared.
   *
   * @param tolerance share of the largest gradient that a gradient may be off
   * @param each whether that is the largest by the same array, or by any
   */
  private record Precision(double step, double tolerance, boolean each) {}

  /** Some parameters of a module, such as a bias before a norm, have gradients of nothing. */
  private static final Precision OF_MODULES = new Precision(1e-6, 2e-7, false);

  private static final Precision OF_LOSSES = new Precision(1e-5, 1e-7, true);

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
              size -> random.ints(Math.min(ELEMENTS, size), 0, size),
              OF_MODULES);
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
    check(arrays, () -> loss.apply(inputs), size -> IntStream.range(0, size), OF_LOSSES);
  }

  /** Returns the largest gradient. */
  private static double check(
      Map<String, NDArray> arrays,
      Supplier<NDArray> scalar,
      IntFunction<IntStream> elements,
      Precision precision) {
    arrays.values().forEach(array -> array.setRequiresGradient(true));
    try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      collector.backward(scalar.get());
    }
    double largest =
        arrays.values().stream().mapToDouble(GradientCheck::largest).reduce(0, Math::max);
    assertThat(largest).isFinite();
    TorchEngine.noGrad(
        () ->
            arrays.forEach(
                (name, array) -> {
                  DoubleBuffer values =
                      array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asDoubleBuffer();
                  double[] found = array.getGradient().toDoubleArray();
                  double tolerance =
                      precision.tolerance() * (precision.each() ? largest(array) : largest);
                  elements
                      .apply(values.limit())
                      .forEach(
                          at -> {
                            double difference = difference(values, at, precision.step(), scalar);
                            assertThat(Math.abs(found[at] - difference))
                                .as(
                                    "%s[%d]: %g, differences say %g",
                                    name, at, found[at], difference)
                                .isLessThanOrEqualTo(tolerance);
                          });
                }));
    return largest;
  }

  private static double largest(NDArray array) {
    return Arrays.stream(array.getGradient().toDoubleArray()).map(Math::abs).reduce(0, Math::max);
  }

  private static double difference(
      DoubleBuffer values, int at, double step, Supplier<NDArray> scalar) {
    double before = values.get(at);
    values.put(at, before + step);
    double above = scalar.get().getDouble();
    values.put(at, before - step);
    double below = scalar.get().getDouble();
    values.put(at, before);
    return (above - below) / (2 * step);
  }

  private static double[] normal(SplittableRandom random, long count) {
    double[] values = new double[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }
}
