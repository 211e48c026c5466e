package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.TorchOps;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;

/**
 * Cross-attention whose keys and values come from one low-dimensional latent vector for each token:
 *
 * <pre>
 * c = Wd y      q = Wq x      k = Wk c      v = Wv c
 * out = Wo softmax(q k' / sqrt(d)) v      in each head, d = queryDimension / heads
 * </pre>
 *
 * <p>Multi-head latent attention of DeepSeek-V2 (arXiv 2405.04434), equations 9 to 11, without
 * biases as there, and without its rotary positions and its latent of the queries: GeoSURGE names
 * the latent of keys and values alone.
 */
final class LatentCrossAttention extends Module {
  private final int valueDimension;
  private final int heads;
  private final Linear query;
  private final Linear down;
  private final Linear key;
  private final Linear value;
  private final Linear proj;

  /**
   * Creates the layer.
   *
   * @param queryDimension of the tokens that attend, and of queries and keys
   * @param contextDimension of the tokens that are attended to
   * @param latent the dimension that keys and values are compressed to
   * @param valueDimension of the values and the result
   * @param heads a divisor of both dimensions
   * @throws IllegalArgumentException if it is no divisor
   */
  LatentCrossAttention(
      int queryDimension, int contextDimension, int latent, int valueDimension, int heads) {
    if (queryDimension % heads != 0 || valueDimension % heads != 0) {
      throw new IllegalArgumentException(
          heads + " heads do not divide " + queryDimension + " and " + valueDimension);
    }
    this.valueDimension = valueDimension;
    this.heads = heads;
    query = child("query", new Linear(queryDimension, queryDimension, false));
    down = child("down", new Linear(contextDimension, latent, false));
    key = child("key", new Linear(latent, queryDimension, false));
    value = child("value", new Linear(latent, valueDimension, false));
    proj = child("proj", new Linear(valueDimension, valueDimension, false));
  }

  /**
   * Computes the attention.
   *
   * @param x {@code [B, Q, queryDimension]}, the tokens that attend
   * @param context {@code [B, N, contextDimension]}, the tokens that are attended to
   * @return {@code [B, Q, valueDimension]}
   */
  NDArray forward(Forward f, NDArray x, NDArray context) {
    NDArray latent = down.forward(f, context);
    NDArray mixed =
        TorchOps.attention(
            inHeads(query.forward(f, x)),
            inHeads(key.forward(f, latent)),
            inHeads(value.forward(f, latent)));
    Shape shape = x.getShape();
    return proj.forward(
        f, mixed.transpose(0, 2, 1, 3).reshape(shape.get(0), shape.get(1), valueDimension));
  }

  private NDArray inHeads(NDArray x) {
    Shape shape = x.getShape();
    return x.reshape(shape.get(0), shape.get(1), heads, shape.get(2) / heads).transpose(0, 2, 1, 3);
  }
}
