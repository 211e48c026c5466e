package io.github.geofix.models.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/** Compares the gradients of a module with central differences, in float64. */
public final class GradientCheck {
  private static final double STEP = 1e-6;
  private static final double TOLERANCE = 2e-7;
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
      input.setRequiresGradient(true);
      List<NDArray> arrays = new ArrayList<>();
      List<String> names = new ArrayList<>();
      List<double[]> gradients = new ArrayList<>();
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        collector.backward(forward.apply(Forward.TRAINING, input).mul(weights).sum());
      }
      module
          .parameters()
          .forEach(
              (name, parameter) -> {
                if (parameter.isTrainable()) {
                  names.add(name);
                  arrays.add(parameter.array());
                  gradients.add(parameter.array().getGradient().toDoubleArray());
                }
              });
      names.add("input");
      arrays.add(input);
      gradients.add(input.getGradient().toDoubleArray());

      double largest = 0;
      for (double[] gradient : gradients) {
        for (double g : gradient) {
          largest = Math.max(largest, Math.abs(g));
        }
      }
      assertThat(largest).isPositive().isFinite();
      try (TorchEngine.Scope scope = TorchEngine.noGrad()) {
        assertThat(scope).isNotNull();
        for (int i = 0; i < arrays.size(); i++) {
          DoubleBuffer values =
              arrays.get(i).toByteBuffer(true).order(ByteOrder.nativeOrder()).asDoubleBuffer();
          for (int n = 0; n < Math.min(ELEMENTS, values.limit()); n++) {
            int at = random.nextInt(values.limit());
            double before = values.get(at);
            values.put(at, before + STEP);
            double above = forward.apply(Forward.TRAINING, input).mul(weights).sum().getDouble();
            values.put(at, before - STEP);
            double below = forward.apply(Forward.TRAINING, input).mul(weights).sum().getDouble();
            values.put(at, before);
            double difference = (above - below) / (2 * STEP);
            assertThat(Math.abs(gradients.get(i)[at] - difference) / largest)
                .as(
                    "%s[%d]: %g, differences say %g",
                    names.get(i), at, gradients.get(i)[at], difference)
                .isLessThan(TOLERANCE);
          }
        }
      }
    }
  }

  private static double[] normal(SplittableRandom random, long count) {
    double[] values = new double[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }
}
