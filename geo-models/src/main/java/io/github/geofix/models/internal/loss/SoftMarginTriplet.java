package io.github.geofix.models.internal.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.loss.Distance;
import org.jspecify.annotations.Nullable;

/**
 * The soft-margin triplet loss over all triplets of a batch, in both directions:
 *
 * <pre>
 *   L(i, j) = log(1 + exp(alpha (d(a_i, p_i) - d(a_i, p_j)))),  j != i
 * </pre>
 *
 * <p>Vo and Hays, "Localizing and orienting street views using overhead imagery", ECCV 2016, with
 * alpha 1; Hu et al., "CVM-Net", CVPR 2018, with alpha 10. Immutable and thread-safe.
 *
 * @param alpha steepness, positive
 * @param distance between embeddings
 */
public record SoftMarginTriplet(double alpha, Distance distance) {

  /**
   * Checks the steepness.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public SoftMarginTriplet {
    PairLosses.checkAlpha(alpha);
  }

  /** Returns CVM-Net's loss: squared L2 distance, alpha 10. */
  public static SoftMarginTriplet defaults() {
    return new SoftMarginTriplet(10, Distance.SQUARED_L2);
  }

  /**
   * Returns the loss with all other positives of the batch as negatives.
   *
   * @param anchors {@code [B, D]} of any length; the result belongs to its manager
   * @param positives {@code [B, D]} of any length; row i is the positive of anchor i
   * @return scalar, above 0: the mean over all {@code 2 B (B - 1)} triplets
   * @throws IllegalArgumentException if the shapes differ or B &lt; 2
   */
  public NDArray loss(NDArray anchors, NDArray positives) {
    return loss(anchors, positives, null);
  }

  /**
   * Returns the loss.
   *
   * @param anchors {@code [B, D]} of any length; the result belongs to its manager
   * @param positives {@code [B, D]} of any length; row i is the positive of anchor i
   * @param falseNegatives boolean {@code [B, B]}, true where a row is no negative of an anchor
   *     since both show the same place; the diagonal has no effect; null for none
   * @return scalar, 0 or more: the mean over all triplets that count, 0 if none does
   * @throws IllegalArgumentException if the shapes do not fit or B &lt; 2
   */
  public NDArray loss(NDArray anchors, NDArray positives, @Nullable NDArray falseNegatives) {
    PairLosses.checkPairs(anchors, positives);
    NDManager manager = anchors.getManager();
    int batch = (int) anchors.getShape().get(0);
    NDArray distances = distance.between(anchors, positives);
    NDArray row = manager.arange(0, batch, 1, DataType.INT64).reshape(batch, 1);
    NDArray own = distances.gather(row, 1);
    NDArray steepness = Scalar.of(distances, alpha);
    NDArray forward = Activation.softPlus(own.sub(distances).mul(steepness));
    NDArray backward = Activation.softPlus(own.reshape(1, batch).sub(distances).mul(steepness));
    // A positive is not its own negative.
    NDArray negatives =
        manager
            .ones(new Shape(batch, batch), anchors.getDataType())
            .sub(manager.eye(batch, batch, 0, anchors.getDataType()));
    if (falseNegatives != null) {
      NDArray counted = PairLosses.counted(falseNegatives, anchors, positives);
      negatives = negatives.mul(counted.toType(negatives.getDataType(), false));
    }
    NDArray pairs = negatives.sum().maximum(Scalar.of(negatives, 1));
    return forward.add(backward).mul(negatives).sum().div(pairs).mul(Scalar.of(negatives, 0.5));
  }
}
