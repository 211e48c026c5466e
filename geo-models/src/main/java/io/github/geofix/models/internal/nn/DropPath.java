package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import java.util.Arrays;

/**
 * Skips a residual branch for whole examples of a batch, in training only, and scales it up for the
 * others (Huang et al., "Deep Networks with Stochastic Depth", 2016). Draws from PyTorch's random
 * numbers, as {@link Dropout}.
 */
public final class DropPath extends Layer {
  private final double rate;

  /** Creates a layer; {@code rate} is 0 to below 1. */
  public DropPath(double rate) {
    this.rate = Dropout.checkRate(rate);
  }

  /** Returns the rates of successive blocks: from 0 to {@code last}, evenly. */
  public static double[] rates(int blocks, double last) {
    double[] rates = new double[blocks];
    for (int i = 1; i < blocks; i++) {
      rates[i] = last * i / (blocks - 1);
    }
    return rates;
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    if (rate == 0 || !f.training()) {
      return x;
    }
    long[] perExample = new long[x.getShape().dimension()];
    Arrays.fill(perExample, 1);
    perExample[0] = x.getShape().get(0);
    NDArray kept =
        x.getManager()
            .randomUniform(0, 1, new Shape(perExample), DataType.FLOAT32)
            .gte(Scalar.of(x.getManager(), DataType.FLOAT32, rate))
            .toType(x.getDataType(), false);
    return x.mul(kept.div(Scalar.of(x, 1 - rate)));
  }
}
