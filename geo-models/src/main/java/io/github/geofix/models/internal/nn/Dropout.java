package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;

/**
 * Sets each value to zero with a given probability and scales the others up, in training only
 * (Srivastava et al. 2014). Draws from PyTorch's random numbers: the same seed and the same calls
 * give the same values.
 */
public final class Dropout extends Layer {
  private final float rate;

  /** Creates a layer; {@code rate} is 0 to below 1. */
  public Dropout(double rate) {
    this.rate = (float) checkRate(rate);
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    if (rate == 0 || !f.training()) {
      return x;
    }
    return ai.djl.nn.norm.Dropout.dropout(x, rate, true).singletonOrThrow();
  }

  static double checkRate(double rate) {
    if (rate >= 0 && rate < 1) {
      return rate;
    }
    throw new IllegalArgumentException("a rate of " + rate + ": 0 to below 1 needed");
  }
}
