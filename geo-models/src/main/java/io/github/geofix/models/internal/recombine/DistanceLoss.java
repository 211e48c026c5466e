package io.github.geofix.models.internal.recombine;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.loss.PairLosses;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.recombine.RecombineConfig.Distance;
import org.jspecify.annotations.Nullable;

/** A loss of the distances between the anchors and the positives of a batch. */
public sealed interface DistanceLoss permits SoftMarginTriplet, WeightedTuple {

  /** In float32, 2 - 2s has errors of this order. */
  double SMALLEST_SQUARE = 1e-7;

  /**
   * Returns the loss with all other positives of the batch as negatives.
   *
   * @param anchors {@code [B, D]} of any length; the result belongs to its manager
   * @param positives {@code [B, D]} of any length; row i is the positive of anchor i
   * @return scalar, above 0
   * @throws IllegalArgumentException if the shapes differ or B &lt; 2
   */
  default NDArray loss(NDArray anchors, NDArray positives) {
    return loss(anchors, positives, null);
  }

  /**
   * Returns the loss.
   *
   * @param anchors {@code [B, D]} of any length; the result belongs to its manager
   * @param positives {@code [B, D]} of any length; row i is the positive of anchor i
   * @param falseNegatives boolean {@code [B, B]}, true where a row is no negative of an anchor
   *     since both show the same place; the diagonal has no effect; null for none
   * @return scalar, 0 or more
   * @throws IllegalArgumentException if the shapes do not fit or B &lt; 2
   */
  default NDArray loss(NDArray anchors, NDArray positives, @Nullable NDArray falseNegatives) {
    PairLosses.checkPairs(anchors, positives);
    return ofDistances(
        distances(distance(), anchors, positives),
        falseNegatives == null ? null : PairLosses.counted(falseNegatives, anchors, positives));
  }

  /** Returns the distance between embeddings. */
  Distance distance();

  /**
   * Returns the loss of the distances between anchors and positives, {@code [B, B]}.
   *
   * @param counted boolean {@code [B, B]}, of which pairs the distances count; null for all
   */
  NDArray ofDistances(NDArray distances, @Nullable NDArray counted);

  /**
   * Returns the distances between all pairs of two sets of embeddings. Embeddings are scaled to
   * length 1 first.
   *
   * @param a {@code [M, D]}; the result belongs to its manager
   * @param b {@code [N, D]}
   * @return {@code [M, N]}
   */
  static NDArray distances(Distance distance, NDArray a, NDArray b) {
    NDArray cosine = PairLosses.products(a.normalize(2, 1), b.normalize(2, 1));
    NDArray oneMinusCosine = cosine.neg().add(Scalar.of(cosine, 1));
    if (distance == Distance.COSINE) {
      return oneMinusCosine;
    }
    NDArray square = oneMinusCosine.mul(Scalar.of(cosine, 2));
    return distance == Distance.SQUARED_L2
        ? square
        : square.maximum(Scalar.of(square, SMALLEST_SQUARE)).sqrt();
  }
}
