package io.github.geofix.models.loss;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.loss.PairLosses;
import io.github.geofix.models.internal.nn.Scalar;

/** A distance between two embeddings of length 1, in terms of their cosine {@code s}. */
public enum Distance {
  /** The cosine distance {@code 1 - s}, 0 to 2: half the squared Euclidean distance. */
  COSINE,

  /**
   * The Euclidean distance {@code sqrt(2 - 2s)}, 0 to 2. Not differentiable where two embeddings
   * coincide: the gradient there is 0. In float32, distances below 0.001 are indistinguishable.
   */
  L2,

  /** The squared Euclidean distance {@code 2 - 2s}, 0 to 4. */
  SQUARED_L2;

  /** In float32, 2 - 2s has errors of this order. */
  private static final double SMALLEST_SQUARE = 1e-7;

  /**
   * Returns the distances between all pairs of two sets of embeddings. Embeddings are scaled to
   * length 1 first.
   *
   * @param a {@code [M, D]}; the result belongs to its manager
   * @param b {@code [N, D]}
   * @return {@code [M, N]}
   */
  public NDArray between(NDArray a, NDArray b) {
    NDArray cosine = PairLosses.products(a.normalize(2, 1), b.normalize(2, 1));
    NDArray oneMinusCosine = cosine.neg().add(Scalar.of(cosine, 1));
    if (this == COSINE) {
      return oneMinusCosine;
    }
    NDArray square = oneMinusCosine.mul(Scalar.of(cosine, 2));
    return this == SQUARED_L2 ? square : square.maximum(Scalar.of(square, SMALLEST_SQUARE)).sqrt();
  }
}
