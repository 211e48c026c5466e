package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/** {@code y = x W^T + b} on the last axis: {@code [..., in]} to {@code [..., out]}. */
public final class Linear extends Layer {
  private final Parameter weight;
  private final @Nullable Parameter bias;

  /** Creates a layer with a bias. */
  public Linear(int in, int out) {
    this(in, out, true);
  }

  /** Creates a layer. */
  public Linear(int in, int out, boolean withBias) {
    weight = parameter("weight", Init.fanIn(in), out, in);
    bias = withBias ? parameter("bias", Init.fanIn(in), out) : null;
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    return ai.djl.nn.core.Linear.linear(x, weight.array(), bias == null ? null : bias.array())
        .singletonOrThrow();
  }
}
