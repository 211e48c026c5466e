package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchOps;

/**
 * Cross-attention whose keys and values come from one low-dimensional latent vector for each token:
 *
 * <pre>
 * c = Wd y      q = Wq x      k = Wk c      v = Wv c
 * out = Wo softmax(q k' / sqrt(d)) v      in each head, d = dimension / heads
 * </pre>
 *
 * <p>Multi-head latent attention of DeepSeek-V2 (arXiv 2405.04434), equations 9 to 11, without
 * biases as there, and without its rotary positions and its latent of the queries: GeoSURGE names
 * the latent of keys and values alone.
 */
final class LatentCrossAttention extends Module {
  private final int dimension;
  private final int heads;
  private final Linear query;
  private final Linear down;
  private final Linear key;
  private final Linear value;
  private final Linear proj;

  /**
   * Creates the layer.
   *
   * @param sizes the dimensions of queries and latent, and the heads
   * @param contextDimension of the tokens that are attended to
   */
  LatentCrossAttention(Fusion.Sizes sizes, int contextDimension) {
    dimension = sizes.dimension();
    heads = sizes.heads();
    query = child("query", new Linear(dimension, dimension, false));
    down = child("down", new Linear(contextDimension, sizes.latent(), false));
    key = child("key", new Linear(sizes.latent(), dimension, false));
    value = child("value", new Linear(sizes.latent(), dimension, false));
    proj = child("proj", new Linear(dimension, dimension, false));
  }

  /**
   * Computes the attention.
   *
   * @param x {@code [B, Q, dimension]}, the tokens that attend
   * @param context {@code [B, N, contextDimension]}, the tokens that are attended to
   * @return {@code [B, Q, dimension]}
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
        f, mixed.transpose(0, 2, 1, 3).reshape(shape.get(0), shape.get(1), dimension));
  }

  private NDArray inHeads(NDArray x) {
    Shape shape = x.getShape();
    return x.reshape(shape.get(0), shape.get(1), heads, dimension / heads).transpose(0, 2, 1, 3);
  }
}
