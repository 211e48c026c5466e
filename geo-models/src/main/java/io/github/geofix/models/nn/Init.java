package io.github.geofix.models.nn;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Initialization of a parameter. */
@FunctionalInterface
public interface Init {

  /** Fills the values of an array of the given shape, row-major. */
  void fill(float[] values, Shape shape, SplittableRandom random);

  /** Every value is {@code value}. */
  static Init constant(float value) {
    return (values, shape, random) -> Arrays.fill(values, value);
  }

  /** Normal distribution with mean 0. */
  static Init normal(double standardDeviation) {
    return (values, shape, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (standardDeviation * random.nextGaussian());
      }
    };
  }

  /** Normal distribution with mean 0, redrawn until within two standard deviations. */
  static Init truncatedNormal(double standardDeviation) {
    return (values, shape, random) -> {
      for (int i = 0; i < values.length; i++) {
        double z;
        do {
          z = random.nextGaussian();
        } while (Math.abs(z) > 2);
        values[i] = (float) (standardDeviation * z);
      }
    };
  }

  /** Uniform within {@code -bound} to {@code bound}. */
  static Init uniform(double bound) {
    return (values, shape, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (bound * (2 * random.nextDouble() - 1));
      }
    };
  }

  /** PyTorch's default for linear and convolution layers: uniform within 1 / sqrt(fan in). */
  static Init fanIn(int fanIn) {
    return uniform(1 / Math.sqrt(fanIn));
  }
}
