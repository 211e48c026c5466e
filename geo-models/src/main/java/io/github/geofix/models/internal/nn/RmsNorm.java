package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;

/**
 * {@code x / sqrt(mean(x^2) + epsilon) * weight} over the last axis, {@code [..., D]} (Zhang and
 * Sennrich, "Root Mean Square Layer Normalization", 2019).
 */
public final class RmsNorm extends Layer {
  private final double epsilon;
  private final Parameter weight;

  /** Creates a layer; {@code epsilon} is added to the mean square. */
  public RmsNorm(int width, double epsilon) {
    this.epsilon = epsilon;
    weight = parameter("weight", Init.constant(1), width);
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    NDArray meanSquare = x.square().mean(new int[] {-1}, true);
    return x.div(meanSquare.add(Scalar.of(x, epsilon)).sqrt()).mul(weight.array());
  }
}
