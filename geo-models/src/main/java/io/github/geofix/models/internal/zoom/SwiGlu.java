package io.github.geofix.models.internal.zoom;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;

/**
 * {@code w2(silu(w1 x) * w3 x)} without biases, {@code [..., D]} to {@code [..., D]} (Shazeer, "GLU
 * Variants Improve Transformer", 2020, eq. 6).
 */
final class SwiGlu extends Layer {
  private final Linear gate;
  private final Linear contract;
  private final Linear expand;

  SwiGlu(int dimension, int feedForwardSize) {
    gate = child("w1", new Linear(dimension, feedForwardSize, false));
    contract = child("w2", new Linear(feedForwardSize, dimension, false));
    expand = child("w3", new Linear(dimension, feedForwardSize, false));
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    NDArray gated = gate.forward(f, x);
    NDArray silu = gated.mul(ai.djl.nn.Activation.sigmoid(gated));
    return contract.forward(f, silu.mul(expand.forward(f, x)));
  }
}
