package io.github.geofix.models.loss;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.nn.Scalar;

/** Scales embeddings to length 1, as the losses and the search over embeddings expect them. */
public final class UnitVectors {
  /** PyTorch's {@code normalize} leaves shorter vectors alone too, so that none divides by 0. */
  private static final double SHORTEST = 1e-12;

  private UnitVectors() {}

  /**
   * Scales each vector of the last axis to length 1.
   *
   * @param x {@code [..., D]}
   * @return {@code [..., D]}; a vector of zeros stays one
   */
  public static NDArray of(NDArray x) {
    NDArray square = x.square().sum(new int[] {-1}, true);
    // The root of 0 has no gradient, so the bound is set below the root.
    return x.div(square.maximum(Scalar.of(x, SHORTEST * SHORTEST)).sqrt());
  }
}
