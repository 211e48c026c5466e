package io.github.geofix.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import io.github.geofix.models.nn.Scalar;
import org.jspecify.annotations.Nullable;

/**
 * The weighted (B+1)-tuple loss: each anchor against its partner and all other partners of the
 * batch at once, and the same with anchors and partners swapped.
 *
 * <pre>
 *   L(i) = log(1 + sum over j != i of exp(alpha (d(a_i, p_i) - d(a_i, p_j))))
 * </pre>
 *
 * <p>Zhang and Zhu, "Aligning geometric spatial layout in cross-view geo-localization via feature
 * recombination" (FRGeo), AAAI 2024, eqs. 12 and 13. The paper writes the L2 distance with alpha
 * 10; its released code uses the cosine with alpha 10, which is the default here. Computed as a
 * cross-entropy over {@code -alpha d}, to which it is equal, so that nothing overflows. Immutable
 * and thread-safe.
 *
 * @param alpha steepness, positive
 * @param distance between embeddings
 */
public record WeightedTuple(double alpha, Distance distance) {

  /** Checks that alpha is positive. */
  public WeightedTuple {
    checkAlpha(alpha);
  }

  static void checkAlpha(double alpha) {
    boolean positive = alpha > 0 && alpha < Double.POSITIVE_INFINITY;
    if (!positive) {
      throw new IllegalArgumentException("alpha is not positive: " + alpha);
    }
  }

  /** The cosine with alpha 10. */
  public static WeightedTuple defaults() {
    return new WeightedTuple(10, Distance.COSINE);
  }

  /** Returns a copy with another steepness. */
  public WeightedTuple withAlpha(double newAlpha) {
    return new WeightedTuple(newAlpha, distance);
  }

  /** Returns a copy with another distance. */
  public WeightedTuple withDistance(Distance newDistance) {
    return new WeightedTuple(alpha, newDistance);
  }

  /**
   * Returns the loss when all other partners are wrong answers; see the other overload.
   *
   * @param anchors {@code [B, D]} of any length; the result belongs to their manager
   * @param partners {@code [B, D]} of any length; row i belongs to anchor i
   * @return scalar, above 0: the mean over anchors and partners
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
   * @return scalar, 0 or more: the mean over anchors and partners
   * @throws IllegalArgumentException if the shapes do not fit or B &lt; 2
   */
  public NDArray loss(NDArray anchors, NDArray partners, @Nullable NDArray ignored) {
    Matching.checkPairs(anchors, partners);
    NDArray distances = distance.between(anchors, partners);
    NDArray logits = distances.mul(Scalar.of(distances, -alpha));
    if (ignored != null) {
      NDArray counted = Matching.counted(ignored, anchors, partners);
      logits = NDArrays.where(counted, logits, Scalar.of(logits, Double.NEGATIVE_INFINITY));
    }
    NDArray there = Matching.crossEntropy(logits, null, 0, 1);
    NDArray back = Matching.crossEntropy(logits, null, 0, 0);
    return there.add(back).mul(Scalar.of(there, 0.5));
  }
}
