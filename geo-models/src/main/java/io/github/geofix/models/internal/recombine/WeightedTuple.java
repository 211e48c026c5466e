package io.github.geofix.models.internal.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import io.github.geofix.models.internal.loss.PairLosses;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.recombine.RecombineConfig.Distance;
import org.jspecify.annotations.Nullable;

/**
 * FRGeo's weighted (B+1)-tuple loss: each anchor against its positive and all negatives of the
 * batch at once, in both directions:
 *
 * <pre>
 *   L(i) = log(1 + sum over j != i of exp(alpha (d(a_i, p_i) - d(a_i, p_j))))
 * </pre>
 *
 * <p>Zhang and Zhu, "Aligning geometric spatial layout in cross-view geo-localization via feature
 * recombination" (FRGeo), AAAI 2024, eqs. 12 and 13. The paper writes the L2 distance with alpha
 * 10; its released code uses the cosine with alpha 10. Computed as the equal cross-entropy over
 * {@code -alpha d}, so that nothing overflows. Immutable and thread-safe.
 *
 * @param alpha steepness, positive
 * @param distance between embeddings
 */
public record WeightedTuple(double alpha, Distance distance) implements DistanceLoss {

  /** Checks the steepness. */
  public WeightedTuple {
    PairLosses.checkAlpha(alpha);
  }

  /** {@inheritDoc} It is the mean over anchors and positives. */
  @Override
  public NDArray ofDistances(NDArray distances, @Nullable NDArray counted) {
    NDArray logits = distances.mul(Scalar.of(distances, -alpha));
    if (counted != null) {
      logits = NDArrays.where(counted, logits, Scalar.of(logits, Double.NEGATIVE_INFINITY));
    }
    NDArray forward = PairLosses.crossEntropy(logits, null, 0, 1);
    NDArray backward = PairLosses.crossEntropy(logits, null, 0, 0);
    return forward.add(backward).mul(Scalar.of(forward, 0.5));
  }
}
