package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.nn.Bfloat16;
import io.github.geofix.models.nn.Parameter.Init;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code y = x W^T + b} on the last axis: {@code [..., in]} to {@code [..., out]}. */
public final class Linear extends Layer {
  private final Parameter weight;
  private final @Nullable Parameter bias;

  /** Creates a layer with a bias. */
  public Linear(int in, int out) {
    this(in, out, true);
  }

  /** Creates a layer that begins as PyTorch's does. */
  public Linear(int in, int out, boolean withBias) {
    weight = parameter("weight", Init.fanIn(in), out, in);
    bias = withBias ? parameter("bias", Init.fanIn(in), out) : null;
  }

  /** Creates a layer whose bias begins at zero. */
  public Linear(int in, int out, Init weights) {
    weight = parameter("weight", weights, out, in);
    bias = parameter("bias", Init.constant(0), out);
  }

  public Parameter weight() {
    return weight;
  }

  /** Returns the bias of a layer that has one. */
  public Parameter bias() {
    return Objects.requireNonNull(bias, "bias");
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    if (Bfloat16.isUsed(f, weight)) {
      return Bfloat16.linear(x, weight, bias);
    }
    return ai.djl.nn.core.Linear.linear(x, weight.array(), bias == null ? null : bias.array())
        .singletonOrThrow();
  }

  /** Computes {@code x W^T} without the bias: how the output changes with the input. */
  public NDArray linear(NDArray x) {
    return ai.djl.nn.core.Linear.linear(x, weight.array(), null).singletonOrThrow();
  }
}
