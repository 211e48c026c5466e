package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Parameter.Init;

/** Layer normalization over the last axis, {@code [..., D]} (Ba, Kiros and Hinton 2016). */
public final class LayerNorm extends Layer {
  private final Shape normalizedShape;
  private final float epsilon;
  private final Parameter weight;
  private final Parameter bias;

  /** Creates a layer; {@code epsilon} is added to the variance. */
  public LayerNorm(int width, double epsilon) {
    this.normalizedShape = new Shape(width);
    this.epsilon = (float) epsilon;
    weight = parameter("weight", Init.constant(1), width);
    bias = parameter("bias", Init.constant(0), width);
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    return ai.djl.nn.norm.LayerNorm.layerNorm(
            x, normalizedShape, weight.array(), bias.array(), epsilon)
        .singletonOrThrow();
  }
}
