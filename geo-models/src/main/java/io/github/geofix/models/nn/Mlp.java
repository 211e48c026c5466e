package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;

/** Two linear layers with an activation between: {@code [..., D]} to {@code [..., D]}. */
public final class Mlp extends Layer {
  private final Linear fc1;
  private final Activation activation;
  private final Linear fc2;

  /** Creates a layer that is {@code hidden} wide in the middle. */
  public Mlp(int width, int hidden, Activation activation) {
    this.activation = activation;
    fc1 = child("fc1", new Linear(width, hidden));
    fc2 = child("fc2", new Linear(hidden, width));
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    return fc2.forward(f, activation.apply(fc1.forward(f, x)));
  }
}
