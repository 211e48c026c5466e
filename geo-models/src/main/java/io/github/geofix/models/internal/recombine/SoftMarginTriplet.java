package io.github.geofix.models.internal.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.github.geofix.models.internal.loss.PairLosses;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.recombine.RecombineConfig.Distance;
import org.jspecify.annotations.Nullable;

/**
 * The soft-margin triplet loss over all triplets of a batch, in both directions:
 *
 * <pre>
 *   L(i, j) = log(1 + exp(alpha (d(a_i, p_i) - d(a_i, p_j)))),  j != i
 * </pre>
 *
 * <p>Vo and Hays, "Localizing and orienting street views using overhead imagery", ECCV 2016, with
 * alpha 1; Hu et al., "CVM-Net", CVPR 2018, with alpha 10 and the squared L2 distance. Immutable
 * and thread-safe.
 *
 * @param alpha steepness, positive
 * @param distance between embeddings
 */
public record SoftMarginTriplet(double alpha, Distance distance) implements DistanceLoss {

  /** Checks the steepness. */
  public SoftMarginTriplet {
    PairLosses.checkAlpha(alpha);
  }

  /** {@inheritDoc} It is the mean over all triplets that count, 0 if none does. */
  @Override
  public NDArray ofDistances(NDArray distances, @Nullable NDArray counted) {
    NDManager manager = distances.getManager();
    int batch = (int) distances.getShape().get(0);
    NDArray row = manager.arange(0, batch, 1, DataType.INT64).reshape(batch, 1);
    NDArray own = distances.gather(row, 1);
    NDArray steepness = Scalar.of(distances, alpha);
    NDArray forward = Activation.softPlus(own.sub(distances).mul(steepness));
    NDArray backward = Activation.softPlus(own.reshape(1, batch).sub(distances).mul(steepness));
    // A positive is not its own negative.
    NDArray negatives =
        manager
            .ones(new Shape(batch, batch), distances.getDataType())
            .sub(manager.eye(batch, batch, 0, distances.getDataType()));
    if (counted != null) {
      negatives = negatives.mul(counted.toType(negatives.getDataType(), false));
    }
    NDArray pairs = negatives.sum().maximum(Scalar.of(negatives, 1));
    return forward.add(backward).mul(negatives).sum().div(pairs).mul(Scalar.of(negatives, 0.5));
  }
}
