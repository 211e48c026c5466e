package io.github.geofix.models.internal.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.Scalar;
import org.jspecify.annotations.Nullable;

/**
 * InfoNCE, the contrastive loss: the cross-entropy of picking each anchor's positive among the
 * positives of the whole batch, with the logits {@code exp(logScale) * (anchor . positive)}.
 *
 * <p>Van den Oord et al. 2018, eq. 4. The symmetric form is that of Radford et al. 2021 (CLIP),
 * fig. 3: the mean of picking positives for anchors and anchors for positives. Computed by
 * log-softmax, so that no scale overflows. Immutable and thread-safe.
 *
 * @param bidirectional whether anchors are picked for positives, too
 * @param labelSmoothing share of the target that is spread evenly over all candidates, the right
 *     one included, 0 to below 1 (Szegedy et al. 2016, as in PyTorch)
 */
public record InfoNce(boolean bidirectional, double labelSmoothing) {

  /**
   * Checks the label smoothing.
   *
   * @throws IllegalArgumentException if it is not 0 to below 1
   */
  public InfoNce {
    PairLosses.checkSmoothing(labelSmoothing);
  }

  /** Returns the loss of picking positives for anchors, without label smoothing. */
  public static InfoNce oneWay() {
    return new InfoNce(false, 0);
  }

  /** Returns the mean of both directions, without label smoothing. */
  public static InfoNce symmetric() {
    return new InfoNce(true, 0);
  }

  /** Returns a copy with label smoothing, 0 to below 1. */
  public InfoNce withLabelSmoothing(double labelSmoothing) {
    return new InfoNce(bidirectional, labelSmoothing);
  }

  /**
   * Returns the {@code logScale} of a temperature, {@code -ln(temperature)}. A learned scale
   * usually starts at a temperature of 0.07.
   *
   * @throws IllegalArgumentException if the temperature is not positive
   */
  public static float logScale(double temperature) {
    if (temperature > 0 && temperature < Double.POSITIVE_INFINITY) {
      return (float) -Math.log(temperature);
    }
    throw new IllegalArgumentException("temperature must be positive: " + temperature);
  }

  /**
   * Returns the loss with all other positives of the batch as negatives.
   *
   * @param anchors {@code [B, D]}, of length 1; the result belongs to its manager
   * @param positives {@code [N, D]}, of length 1; see {@link #loss(NDArray, NDArray, NDArray,
   *     NDArray)}
   * @param logScale scalar or {@code [1]}, the logarithm of 1 / temperature; may be a parameter
   * @return scalar, 0 or more
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public NDArray loss(NDArray anchors, NDArray positives, NDArray logScale) {
    return loss(anchors, positives, logScale, null);
  }

  /**
   * Returns the loss.
   *
   * @param anchors {@code [B, D]}, of length 1; the result belongs to its manager
   * @param positives {@code [N, D]}, of length 1, N at least 2; row i is the positive of anchor i.
   *     One-way, N may exceed B: the other rows are further negatives. Symmetric, N is B
   * @param logScale scalar or {@code [1]}, the logarithm of 1 / temperature; may be a parameter
   * @param falseNegatives boolean {@code [B, N]}, true where a row is no negative of an anchor
   *     since both show the same place; the diagonal has no effect; null for none
   * @return scalar, 0 or more: the mean over anchors, or over anchors and positives
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public NDArray loss(
      NDArray anchors, NDArray positives, NDArray logScale, @Nullable NDArray falseNegatives) {
    check(anchors.getShape(), positives.getShape());
    // The result of an operation lives as long as its first operand, and the scale may be a
    // parameter, which outlives the step.
    NDManager manager = anchors.getManager();
    NDArray one = manager.ones(logScale.getShape(), anchors.getDataType());
    NDArray scale = one.mul(logScale).exp().reshape();
    NDArray logits = PairLosses.products(anchors, positives).mul(scale);
    NDArray counted = null;
    if (falseNegatives != null) {
      counted = PairLosses.counted(falseNegatives, anchors, positives);
      NDArray nothing = Scalar.of(anchors, Double.NEGATIVE_INFINITY);
      logits = NDArrays.where(counted, logits, nothing);
    }
    NDArray forward = PairLosses.crossEntropy(logits, counted, labelSmoothing, 1);
    if (!bidirectional) {
      return forward;
    }
    NDArray backward = PairLosses.crossEntropy(logits, counted, labelSmoothing, 0);
    return forward.add(backward).mul(Scalar.of(forward, 0.5));
  }

  private void check(Shape anchors, Shape positives) {
    boolean fits =
        anchors.dimension() == 2
            && positives.dimension() == 2
            && anchors.get(1) == positives.get(1)
            && positives.get(0) >= 2
            && (bidirectional
                ? positives.get(0) == anchors.get(0)
                : positives.get(0) >= anchors.get(0));
    if (!fits) {
      throw new IllegalArgumentException(
          "anchors "
              + anchors
              + " and positives "
              + positives
              + " must "
              + (bidirectional
                  ? "both be [B, D], B at least 2"
                  : "be [B, D] and [N, D], N at least B and 2"));
    }
  }
}
