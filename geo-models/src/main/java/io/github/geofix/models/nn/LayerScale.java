package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;

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
