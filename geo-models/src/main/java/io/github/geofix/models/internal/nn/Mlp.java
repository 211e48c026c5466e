package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Parameter;
import java.util.List;

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
  protected List<Parameter> matrices() {
    return List.of(fc1.weight(), fc2.weight());
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    return forward(f, x, fc1, activation, fc2);
  }

  /** As {@link #forward(Forward, NDArray)}, of layers that have their names elsewhere. */
  public static NDArray forward(
      Forward f, NDArray x, Linear first, Activation activation, Linear second) {
    return Bfloat16.isUsed(f, first.weight())
        ? Bfloat16.mlp(x, first, activation, second)
        : second.forward(f, activation.apply(first.forward(f, x)));
  }
}
