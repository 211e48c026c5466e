package io.github.geofix.models.internal.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.Dropout;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.internal.nn.TorchOps;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import org.jspecify.annotations.Nullable;

/**
 * Causal multi-head self-attention without biases (Vaswani et al. 2017, section 3.2.3), with {@link
 * RotaryPositions} and a cache of keys and values.
 */
final class CausalAttention extends Module {

  /**
   * The keys and values of the tokens so far.
   *
   * @param keys {@code [B, heads, N, d]}, rotated by their positions
   * @param values {@code [B, heads, N, d]}
   */
  record Past(NDArray keys, NDArray values) {

    /** Returns the rows of the given indices, int64 {@code [B']}. */
    Past rows(NDArray indices) {
      return new Past(keys.get(indices), values.get(indices));
    }
  }

  /** The output for the new tokens, {@code [B, M, D]}, and the past of the next. */
  record Result(NDArray output, Past past) {}

  private final int heads;
  private final Linear queries;
  private final Linear keys;
  private final Linear values;
  private final Linear output;
  private final Dropout dropout;
  private final boolean drops;

  /**
   * @param dropout rate of the attention weights in training, 0 to below 1
   */
  CausalAttention(int dimension, int heads, double dropout) {
    this.heads = heads;
    this.dropout = new Dropout(dropout);
    this.drops = dropout > 0;
    queries = child("q_proj", new Linear(dimension, dimension, false));
    keys = child("k_proj", new Linear(dimension, dimension, false));
    values = child("v_proj", new Linear(dimension, dimension, false));
    output = child("out_proj", new Linear(dimension, dimension, false));
  }

  /**
   * Attends from new tokens to the past and to themselves.
   *
   * @param x {@code [B, M, D]}, new tokens
   * @param positions those of the new tokens
   * @param past of the tokens before, or null at the beginning
   */
  Result forward(Forward f, NDArray x, RotaryPositions positions, @Nullable Past past) {
    NDArray q = positions.apply(split(queries.forward(f, x)));
    NDArray k = positions.apply(split(keys.forward(f, x)));
    NDArray v = split(values.forward(f, x));
    if (past != null) {
      k = past.keys().concat(k, 2);
      v = past.values().concat(v, 2);
    }
    NDArray mixed;
    if (drops && f.training()) {
      mixed = droppedAttention(f, q, k, v);
    } else if (past == null) {
      mixed = TorchOps.causalAttention(q, k, v);
    } else {
      mixed = TorchOps.maskedAttention(q, k, v, mask(q, k));
    }
    NDArray joined = mixed.transpose(0, 2, 1, 3).reshape(x.getShape());
    return new Result(output.forward(f, joined), new Past(k, v));
  }

  /** The fused attention has no dropout; sequences are short, so that their weights fit. */
  private NDArray droppedAttention(Forward f, NDArray q, NDArray k, NDArray v) {
    NDArray scale = Scalar.of(q, 1 / Math.sqrt((double) q.getShape().get(3)));
    NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)).mul(scale).add(mask(q, k));
    return dropout.forward(f, scores.softmax(-1)).matMul(v);
  }

  /** {@code [B, M, D]} to {@code [B, heads, M, d]}. */
  private NDArray split(NDArray x) {
    Shape shape = x.getShape();
    return x.reshape(shape.get(0), shape.get(1), heads, -1).transpose(0, 2, 1, 3);
  }

  /** Hides from each of the last M tokens those after it: {@code [M, N]}. */
  private static NDArray mask(NDArray q, NDArray k) {
    int fresh = (int) q.getShape().get(2);
    int all = (int) k.getShape().get(2);
    float[] mask = new float[fresh * all];
    for (int m = 0; m < fresh; m++) {
      for (int n = all - fresh + m + 1; n < all; n++) {
        mask[m * all + n] = Float.NEGATIVE_INFINITY;
      }
    }
    NDManager step = q.getManager();
    return step.create(mask, new Shape(fresh, all)).toType(q.getDataType(), false);
  }
}
