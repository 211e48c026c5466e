package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** Layers one after the other, named {@code 0}, {@code 1} and so on. */
public final class Sequential extends Layer {
  private final List<Layer> layers;

  /** Creates a chain. */
  public Sequential(Layer... layers) {
    this.layers = List.of(layers);
    for (int i = 0; i < layers.length; i++) {
      child(String.valueOf(i), layers[i]);
    }
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    NDArray y = x;
    for (Layer layer : layers) {
      y = layer.forward(f, y);
    }
    return y;
  }
}
