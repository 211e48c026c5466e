package io.github.geofix.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.github.geofix.models.nn.Scalar;
import org.jspecify.annotations.Nullable;

/**
 * The soft-margin triplet loss over all triplets of a batch, from anchors to partners and back:
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

  /** Checks that alpha is positive. */
  public SoftMarginTriplet {
    WeightedTuple.checkAlpha(alpha);
  }

  /** CVM-Net's: squared L2 distance with alpha 10. */
  public static SoftMarginTriplet defaults() {
    return new SoftMarginTriplet(10, Distance.SQUARED_L2);
  }

  /** Returns a copy with another steepness. */
  public SoftMarginTriplet withAlpha(double newAlpha) {
    return new SoftMarginTriplet(newAlpha, distance);
  }

  /** Returns a copy with another distance. */
  public SoftMarginTriplet withDistance(Distance newDistance) {
    return new SoftMarginTriplet(alpha, newDistance);
  }

  /**
   * Returns the loss when all other partners are wrong answers; see the other overload.
   *
   * @param anchors {@code [B, D]} of any length; the result belongs to their manager
   * @param partners {@code [B, D]} of any length; row i belongs to anchor i
   * @return scalar, above 0: the mean over all {@code 2 B (B - 1)} triplets
   * @throws IllegalArgumentException if the shapes differ or B &lt; 2
   */
  public NDArray loss(NDArray anchors, NDArray partners) {
    return loss(anchors, partners, null);
  }

  /**
   * Returns the loss.
   *
   * @param anchors {@code [B, D]} of any length; the result belongs to their manager
   * @param partners {@code [B, D]} of any length; row i belongs to anchor i
   * @param ignored boolean {@code [B, B]}, true where a partner is not to count as a wrong answer
   *     because it shows the same place; the diagonal is not looked at; null for none
   * @return scalar, 0 or more: the mean over all triplets that count, 0 if none does
   * @throws IllegalArgumentException if the shapes do not fit or B &lt; 2
   */
  public NDArray loss(NDArray anchors, NDArray partners, @Nullable NDArray ignored) {
    Matching.checkPairs(anchors, partners);
    NDManager manager = anchors.getManager();
    int batch = (int) anchors.getShape().get(0);
    NDArray distances = distance.between(anchors, partners);
    NDArray row = manager.arange(0, batch, 1, DataType.INT64).reshape(batch, 1);
    NDArray own = distances.gather(row, 1);
    NDArray steepness = Scalar.of(distances, alpha);
    NDArray there = Activation.softPlus(own.sub(distances).mul(steepness));
    NDArray back = Activation.softPlus(own.reshape(1, batch).sub(distances).mul(steepness));
    // On the diagonal no partner is compared with itself.
    NDArray others =
        manager
            .ones(new Shape(batch, batch), anchors.getDataType())
            .sub(manager.eye(batch, batch, 0, anchors.getDataType()));
    if (ignored != null) {
      NDArray counted = Matching.counted(ignored, anchors, partners);
      others = others.mul(counted.toType(others.getDataType(), false));
    }
    NDArray pairs = others.sum().maximum(Scalar.of(others, 1));
    return there.add(back).mul(others).sum().div(pairs).mul(Scalar.of(others, 0.5));
  }
}
