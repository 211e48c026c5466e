package io.github.geofix.models.internal.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.Scalar;
import java.util.List;

/**
 * The next-token cross-entropy of a sequence, weighted by position: a wrong coarse token makes all
 * finer ones worthless. The weights change linearly from the first position to the last and are
 * divided by their sum. Immutable and thread-safe.
 *
 * <p>GeoToken (arXiv 2511.01082) weights from 2 to 1; Just Zoom In (Erzurumlu et al. 2026) weights
 * evenly and smooths by 0.1.
 *
 * @param firstWeight weight of the first position, not negative
 * @param lastWeight weight of the last position, not negative, positive if {@code firstWeight} is 0
 * @param labelSmoothing share of the target that is spread evenly over all tokens of a position,
 *     the right one included, 0 to below 1 (Szegedy et al. 2016, as in PyTorch)
 */
public record NextToken(double firstWeight, double lastWeight, double labelSmoothing) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a weight is negative, both are 0, or the smoothing is not 0
   *     to below 1
   */
  public NextToken {
    boolean weighted =
        firstWeight >= 0
            && lastWeight >= 0
            && firstWeight + lastWeight > 0
            && firstWeight + lastWeight < Double.POSITIVE_INFINITY;
    if (!weighted) {
      throw new IllegalArgumentException(
          "firstWeight and lastWeight must be 0 or more, one of them positive: "
              + firstWeight
              + ", "
              + lastWeight);
    }
    PairLosses.checkSmoothing(labelSmoothing);
  }

  /** Returns the loss with equal weights and no label smoothing. */
  public static NextToken defaults() {
    return new NextToken(1, 1, 0);
  }

  /** Returns a copy with other weights; GeoToken's are 2 and 1. */
  public NextToken withWeights(double firstWeight, double lastWeight) {
    return new NextToken(firstWeight, lastWeight, labelSmoothing);
  }

  /** Returns a copy with label smoothing, 0 to below 1. */
  public NextToken withLabelSmoothing(double labelSmoothing) {
    return new NextToken(firstWeight, lastWeight, labelSmoothing);
  }

  /**
   * Returns the loss of positions with a vocabulary each.
   *
   * @param logits for each of the N positions {@code [B, V_n]}; the result belongs to the manager
   *     of the first
   * @param targets int64 {@code [B, N]}, the right tokens, 0 to V_n - 1
   * @return scalar, at least 0: the mean over the batch
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public NDArray loss(List<NDArray> logits, NDArray targets) {
    List<Shape> shapes = logits.stream().map(NDArray::getShape).toList();
    Shape wanted = targets.getShape();
    boolean fits =
        wanted.dimension() == 2
            && wanted.get(1) >= 1
            && wanted.get(1) == logits.size()
            && shapes.stream().allMatch(s -> s.dimension() == 2 && s.get(0) == wanted.get(0));
    if (!fits) {
      throw new IllegalArgumentException(
          "logits " + shapes + " and targets " + wanted + " are not [B, V_n] and [B, N]");
    }
    double[] weights = weights(logits.size());
    NDArray loss = Scalar.of(logits.get(0), 0);
    for (int n = 0; n < weights.length; n++) {
      NDArray target = targets.get(new NDIndex(":, {}:{}", n, n + 1));
      NDArray likelihood = logLikelihoods(logits.get(n), target).mean();
      loss = loss.add(likelihood.mul(Scalar.of(likelihood, -weights[n])));
    }
    return loss;
  }

  /** Returns {@code [..., 1]} of {@code [..., V]} and {@code [..., 1]}. */
  private NDArray logLikelihoods(NDArray logits, NDArray targets) {
    NDArray logProbabilities = logits.logSoftmax(-1);
    NDArray right = logProbabilities.gather(targets, logits.getShape().dimension() - 1);
    if (labelSmoothing == 0) {
      return right;
    }
    NDArray spread = logProbabilities.mean(new int[] {-1}, true);
    return right
        .mul(Scalar.of(logits, 1 - labelSmoothing))
        .add(spread.mul(Scalar.of(logits, labelSmoothing)));
  }

  private double[] weights(int length) {
    double[] weights = new double[length];
    double sum = 0;
    for (int n = 0; n < length; n++) {
      double way = length == 1 ? 0 : (double) n / (length - 1);
      weights[n] = firstWeight + (lastWeight - firstWeight) * way;
      sum += weights[n];
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException("no position has a weight: " + this);
    }
    for (int n = 0; n < length; n++) {
      weights[n] /= sum;
    }
    return weights;
  }
}
