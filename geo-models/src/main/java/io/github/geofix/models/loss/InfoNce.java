package io.github.geofix.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Scalar;
import org.jspecify.annotations.Nullable;

/**
 * InfoNCE: the cross-entropy of finding each anchor's own partner among all partners of the batch,
 * with the logits {@code exp(logScale) * anchor . partner}.
 *
 * <p>Van den Oord et al. 2018, eq. 4; symmetric as in Radford et al. 2021, fig. 3: the mean of the
 * loss of finding partners and that of finding anchors. The logarithms of the softmax are taken
 * directly, so that no scale overflows. Immutable and thread-safe.
 *
 * @param symmetric true to find anchors too
 * @param labelSmoothing share of the target that is spread evenly over all candidates, the right
 *     one included, 0 to below 1 (Szegedy et al. 2016, as in PyTorch)
 */
public record InfoNce(boolean symmetric, double labelSmoothing) {

  /** Checks the range of the smoothing. */
  public InfoNce {
    checkSmoothing(labelSmoothing);
  }

  static void checkSmoothing(double labelSmoothing) {
    boolean inRange = labelSmoothing >= 0 && labelSmoothing < 1;
    if (!inRange) {
      throw new IllegalArgumentException("labelSmoothing " + labelSmoothing + " is not in [0, 1)");
    }
  }

  /** Anchors find partners; no smoothing. */
  public static InfoNce oneWay() {
    return new InfoNce(false, 0);
  }

  /** Anchors find partners and partners find anchors; no smoothing. */
  public static InfoNce bothWays() {
    return new InfoNce(true, 0);
  }

  /** Returns a copy with label smoothing. */
  public InfoNce withLabelSmoothing(double newLabelSmoothing) {
    return new InfoNce(symmetric, newLabelSmoothing);
  }

  /**
   * Returns the value of {@code logScale} for a temperature; a learned scale usually starts at
   * 0.07.
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
   * Returns the loss when all other partners are wrong answers; see the other overload.
   *
   * @param anchors {@code [B, D]}, L2-normalized
   * @param partners {@code [B, D]}, L2-normalized; row i belongs to anchor i
   * @param logScale scalar or {@code [1]}, the logarithm of 1 / temperature; may be a parameter
   * @return scalar, at least 0
   * @throws IllegalArgumentException if the shapes do not fit or B &lt; 2
   */
  public NDArray loss(NDArray anchors, NDArray partners, NDArray logScale) {
    return loss(anchors, partners, logScale, null);
  }

  /**
   * Returns the loss.
   *
   * @param anchors {@code [B, D]}, L2-normalized; the result belongs to their manager
   * @param partners {@code [N, D]}, L2-normalized; row i belongs to anchor i; rows from B on are
   *     further wrong answers, which only the one-way form accepts
   * @param logScale scalar or {@code [1]}, the logarithm of 1 / temperature; may be a parameter
   * @param ignored boolean {@code [B, N]}, true where a partner is not to count as a wrong answer
   *     because it shows the same place; the diagonal is not looked at; null for none
   * @return scalar, at least 0: the mean over anchors, or over anchors and partners
   * @throws IllegalArgumentException if the shapes do not fit or there are fewer than two partners:
   *     one alone has no wrong answer
   */
  public NDArray loss(
      NDArray anchors, NDArray partners, NDArray logScale, @Nullable NDArray ignored) {
    Shape shape = anchors.getShape();
    Shape other = partners.getShape();
    boolean fits =
        shape.dimension() == 2
            && other.dimension() == 2
            && shape.get(1) == other.get(1)
            && other.get(0) >= 2
            && (symmetric ? other.get(0) == shape.get(0) : other.get(0) >= shape.get(0));
    if (!fits) {
      throw new IllegalArgumentException(
          "anchors "
              + shape
              + " and partners "
              + other
              + " do not fit: [B, D] and "
              + (symmetric ? "[B, D], B" : "[N, D], N >= B, N")
              + " at least 2");
    }
    // The result of an operation lives as long as its first operand, and the scale may be a
    // parameter, which outlives the step.
    NDManager manager = anchors.getManager();
    NDArray one = manager.ones(logScale.getShape(), anchors.getDataType());
    NDArray scale = one.mul(logScale).exp().reshape();
    NDArray logits = Matching.products(anchors, partners).mul(scale);
    NDArray negatives = null;
    if (ignored != null) {
      negatives = Matching.counted(ignored, anchors, partners);
      NDArray nothing = Scalar.of(anchors, Double.NEGATIVE_INFINITY);
      logits = NDArrays.where(negatives, logits, nothing);
    }
    NDArray loss = Matching.crossEntropy(logits, negatives, labelSmoothing, 1);
    if (!symmetric) {
      return loss;
    }
    NDArray back = Matching.crossEntropy(logits, negatives, labelSmoothing, 0);
    return loss.add(back).mul(Scalar.of(loss, 0.5));
  }
}
