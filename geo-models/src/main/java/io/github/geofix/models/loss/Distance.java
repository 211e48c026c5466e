package io.github.geofix.models.loss;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.nn.Scalar;

/** How far apart two embeddings are once both are scaled to length 1; {@code s} is their cosine. */
public enum Distance {
  /** {@code 1 - s}, half the squared length between the two. */
  COSINE,
  /**
   * {@code sqrt(2 - 2s)}, the length between the two. Not differentiable where they coincide: there
   * the gradient is 0, and in float32 lengths below 0.001 are not told apart.
   */
  L2,
  /** {@code 2 - 2s}. */
  SQUARED_L2;

  /** In float32, 2 - 2s has errors of this order. */
  private static final double SMALLEST_SQUARE = 1e-7;

  /**
   * Returns all distances between two sets of embeddings.
   *
   * @param a {@code [M, D]}, of any length above 0; the result belongs to their manager
   * @param b {@code [N, D]}, of any length above 0
   * @return {@code [M, N]}
   */
  NDArray between(NDArray a, NDArray b) {
    NDArray cosine = Matching.products(a.normalize(2, 1), b.normalize(2, 1));
    NDArray oneMinusCosine = cosine.neg().add(Scalar.of(cosine, 1));
    if (this == COSINE) {
      return oneMinusCosine;
    }
    NDArray square = oneMinusCosine.mul(Scalar.of(cosine, 2));
    return this == SQUARED_L2 ? square : square.maximum(Scalar.of(square, SMALLEST_SQUARE)).sqrt();
  }
}
