package io.github.geofix.models.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import io.github.geofix.models.nn.Scalar;
import org.jspecify.annotations.Nullable;

/** Losses of picking each row's own partner, which stands on the diagonal. */
final class Matching {
  private Matching() {}

  /**
   * Returns {@code a b^T}, {@code [M, N]} of {@code [M, D]} and {@code [N, D]}, in the manager of
   * {@code a}: transposing b first would leave an array behind in the manager of b.
   */
  static NDArray products(NDArray a, NDArray b) {
    return Linear.linear(a, b, null).singletonOrThrow();
  }

  /**
   * The mean cross-entropy of the diagonal along an axis: 1 to choose among the columns of each
   * row, 0 to choose among the rows of each column.
   *
   * @param logits {@code [B, N]}, N &gt;= B; negative infinity where not counted
   * @param counted boolean {@code [B, N]}, null for all
   * @param smoothing share of the target that is spread evenly over all that are counted
   */
  static NDArray crossEntropy(
      NDArray logits, @Nullable NDArray counted, double smoothing, int axis) {
    NDManager manager = logits.getManager();
    long batch = logits.getShape().get(0);
    NDArray logProbabilities = logits.logSoftmax(axis);
    NDArray own = manager.arange(0, (int) batch, 1, DataType.INT64).reshape(batch, 1);
    NDArray right = logProbabilities.gather(own, 1).mean();
    if (smoothing == 0) {
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
        .mul(Scalar.of(logits, 1 - smoothing))
        .add(spread.mul(Scalar.of(logits, smoothing)))
        .neg();
  }

  /**
   * Returns which pairs count, {@code [B, N]}: the diagonal, and all that are not ignored.
   *
   * @param ignored boolean {@code [B, N]}
   * @throws IllegalArgumentException if there is not one entry for each pair
   */
  static NDArray counted(NDArray ignored, NDArray anchors, NDArray partners) {
    long batch = anchors.getShape().get(0);
    long candidates = partners.getShape().get(0);
    if (!ignored.getShape().equals(new Shape(batch, candidates))) {
      throw new IllegalArgumentException(
          "ignored " + ignored.getShape() + " is not [" + batch + ", " + candidates + "]");
    }
    NDArray diagonal = anchors.getManager().eye((int) batch, (int) candidates, 0, DataType.BOOLEAN);
    return ignored.toType(DataType.BOOLEAN, false).logicalNot().logicalOr(diagonal);
  }

  /** Checks that two sets of embeddings can be matched row by row. */
  static void checkPairs(NDArray anchors, NDArray partners) {
    Shape shape = anchors.getShape();
    boolean fits = shape.dimension() == 2 && shape.equals(partners.getShape()) && shape.get(0) >= 2;
    if (!fits) {
      throw new IllegalArgumentException(
          "anchors "
              + shape
              + " and partners "
              + partners.getShape()
              + " do not fit: both are [B, D], B at least 2");
    }
  }
}
