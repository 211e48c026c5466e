package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;

/**
 * Multiplies the last axis by learned factors that begin small, so that deep networks begin as the
 * identity (Touvron et al., "Going deeper with Image Transformers", 2021).
 */
final class LayerScale extends Layer {
  private final Parameter gamma;

  /** Creates a layer whose factors begin with {@code initial}. */
  LayerScale(int width, double initial) {
    gamma = parameter("gamma", Init.constant((float) initial), width);
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    return x.mul(gamma.array());
  }
}
