package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.internal.nn.TorchOps;

/** Activation functions. */
public enum Activation {
  /** {@code max(x, 0)}. */
  RELU,
  /** {@code x Phi(x)}, exact (Hendrycks and Gimpel 2016). */
  GELU,
  /** GELU in its tanh form. */
  GELU_TANH,
  /** {@code x sigmoid(1.702 x)}, CLIP's approximation of GELU. */
  QUICK_GELU,
  /** {@code x sigmoid(x)} (Elfwing et al. 2018). */
  SILU;

  /** Applies the function; the result belongs to the manager of {@code x}. */
  public NDArray apply(NDArray x) {
    return switch (this) {
      case RELU -> ai.djl.nn.Activation.relu(x);
      case GELU -> ai.djl.nn.Activation.gelu(x);
      case GELU_TANH -> TorchOps.geluTanh(x);
      case SILU -> x.mul(ai.djl.nn.Activation.sigmoid(x));
      case QUICK_GELU -> x.mul(ai.djl.nn.Activation.sigmoid(x.mul(Scalar.of(x, 1.702))));
    };
  }
}
