package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchOps;

/**
 * Attention of some tokens to others, whose keys and values are made from one narrow vector a
 * token:
 *
 * <pre>
 * c = Wd y      q = Wq x      k = Wk c      v = Wv c
 * out = Wo softmax(q k' / sqrt(d)) v      in each head, d = width / heads
 * </pre>
 *
 * <p>Multi-head latent attention of DeepSeek-V2 (arXiv 2405.04434), equations 9 to 11, without
 * biases as there, and without its rotary positions and its latent of the queries: GeoSURGE names
 * the latent of keys and values alone.
 */
final class LatentCrossAttention extends Module {
  private final int width;
  private final int heads;
  private final Linear query;
  private final Linear down;
  private final Linear key;
  private final Linear value;
  private final Linear proj;

  /**
   * Creates the layer.
   *
   * @param width of the tokens that ask
   * @param contextWidth of the tokens that answer
   * @param latent width of the vector that keys and values share
   * @param heads a divisor of {@code width}
   */
  LatentCrossAttention(int width, int contextWidth, int latent, int heads) {
    this.width = width;
    this.heads = heads;
    query = child("query", new Linear(width, width, false));
    down = child("down", new Linear(contextWidth, latent, false));
    key = child("key", new Linear(latent, width, false));
    value = child("value", new Linear(latent, width, false));
    proj = child("proj", new Linear(width, width, false));
  }

  /**
   * Computes the attention.
   *
   * @param x {@code [B, N, width]}, who ask
   * @param context {@code [B, M, contextWidth]}, who answer
   * @return {@code [B, N, width]}
   */
  NDArray forward(Forward f, NDArray x, NDArray context) {
    NDArray latent = down.forward(f, context);
    NDArray mixed =
        TorchOps.attention(
            inHeads(query.forward(f, x)),
            inHeads(key.forward(f, latent)),
            inHeads(value.forward(f, latent)));
    Shape shape = x.getShape();
    return proj.forward(f, mixed.transpose(0, 2, 1, 3).reshape(shape.get(0), shape.get(1), width));
  }

  private NDArray inHeads(NDArray x) {
    Shape shape = x.getShape();
    return x.reshape(shape.get(0), shape.get(1), heads, width / heads).transpose(0, 2, 1, 3);
  }
}
