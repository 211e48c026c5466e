package io.github.geofix.models.internal.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import io.github.geofix.models.internal.nn.Scalar;
import org.jspecify.annotations.Nullable;

/** What the losses over all pairs of a batch share. The positive of row i is column i. */
public final class PairLosses {
  private PairLosses() {}

  /** Checks that a label smoothing is 0 to below 1. */
  public static void checkSmoothing(double labelSmoothing) {
    boolean inRange = labelSmoothing >= 0 && labelSmoothing < 1;
    if (!inRange) {
      throw new IllegalArgumentException("labelSmoothing must be 0 to below 1: " + labelSmoothing);
    }
  }

  /** Checks that a steepness is positive and finite. */
  public static void checkAlpha(double alpha) {
    boolean positive = alpha > 0 && alpha < Double.POSITIVE_INFINITY;
    if (!positive) {
      throw new IllegalArgumentException("alpha must be positive: " + alpha);
    }
  }

  /**
   * Returns {@code a b^T}, {@code [M, N]} of {@code [M, D]} and {@code [N, D]}, in the manager of
   * {@code a}: transposing b first would leave an array behind in the manager of b.
   */
  public static NDArray products(NDArray a, NDArray b) {
    return Linear.linear(a, b, null).singletonOrThrow();
  }

  /**
   * Returns the mean cross-entropy of the diagonal along an axis: 1 to choose among the columns of
   * each row, 0 to choose among the rows of each column.
   *
   * @param logits {@code [B, N]}, N &gt;= B; negative infinity where not counted
   * @param counted boolean {@code [B, N]}, null for all
   * @param labelSmoothing share of the target that is spread evenly over all that are counted
   */
  public static NDArray crossEntropy(
      NDArray logits, @Nullable NDArray counted, double labelSmoothing, int axis) {
    NDManager manager = logits.getManager();
    long batch = logits.getShape().get(0);
    NDArray logProbabilities = logits.logSoftmax(axis);
    NDArray own = manager.arange(0, (int) batch, 1, DataType.INT64).reshape(batch, 1);
    NDArray right = logProbabilities.gather(own, 1).mean();
    if (labelSmoothing == 0) {
      return right.neg();
    }
    NDArray spread;
    if (counted == null) {
      spread = logProbabilities.mean();
    } else {
      NDArray zero = Scalar.of(logits, 0);
      NDArray sums = NDArrays.where(counted, logProbabilities, zero).sum(new int[] {axis});
      NDArray counts = counted.toType(logits.getDataType(), false).sum(new int[] {axis});
      spread = sums.div(counts).mean();
    }
    return right
        .mul(Scalar.of(logits, 1 - labelSmoothing))
        .add(spread.mul(Scalar.of(logits, labelSmoothing)))
        .neg();
  }

  /**
   * Returns the pairs that count, boolean {@code [B, N]}: the diagonal, and all that are no false
   * negatives.
   *
   * @param falseNegatives boolean {@code [B, N]}
   * @throws IllegalArgumentException if its shape differs
   */
  public static NDArray counted(NDArray falseNegatives, NDArray anchors, NDArray positives) {
    long batch = anchors.getShape().get(0);
    long candidates = positives.getShape().get(0);
    if (!falseNegatives.getShape().equals(new Shape(batch, candidates))) {
      throw new IllegalArgumentException(
          "falseNegatives "
              + falseNegatives.getShape()
              + " must be [B, N], here ["
              + batch
              + ", "
              + candidates
              + "]");
    }
    NDArray diagonal = anchors.getManager().eye((int) batch, (int) candidates, 0, DataType.BOOLEAN);
    return falseNegatives.toType(DataType.BOOLEAN, false).logicalNot().logicalOr(diagonal);
  }

  /**
   * Checks that two sets of embeddings are pairs, row by row.
   *
   * @throws IllegalArgumentException unless both are {@code [B, D]} with B &gt;= 2
   */
  public static void checkPairs(NDArray anchors, NDArray positives) {
    Shape shape = anchors.getShape();
    boolean fits =
        shape.dimension() == 2 && shape.equals(positives.getShape()) && shape.get(0) >= 2;
    if (!fits) {
      throw new IllegalArgumentException(
          "anchors "
              + shape
              + " and positives "
              + positives.getShape()
              + " must both be [B, D], B at least 2");
    }
  }
}
