package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Self-attention in several heads (Vaswani et al., "Attention Is All You Need", 2017, section
 * 3.2.2): {@code [B, N, D]} to {@code [B, N, D]}. Queries, keys and values come from one matrix, in
 * this order.
 */
public final class MultiHeadAttention extends Layer {
  private final int heads;
  private final Linear qkv;
  private final Linear proj;

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if {@code heads} does not divide {@code width}
   */
  public MultiHeadAttention(int width, int heads) {
    if (heads < 1 || width % heads != 0) {
      throw new IllegalArgumentException(heads + " heads do not divide a width of " + width);
    }
    this.heads = heads;
    qkv = child("qkv", new Linear(width, 3 * width));
    proj = child("proj", new Linear(width, width));
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    return forward(f, x, false, null);
  }

  /** As {@link #forward}, where token i sees tokens 0 to i only. */
  public NDArray causal(Forward f, NDArray x) {
    return forward(f, x, true, null);
  }

  /**
   * As {@link #forward}, with {@code mask} added to the logits.
   *
   * @param mask broadcast to {@code [B, heads, N, N]}; minus infinity hides a token
   */
  public NDArray masked(Forward f, NDArray x, NDArray mask) {
    return forward(f, x, false, mask);
  }

  private NDArray forward(Forward f, NDArray x, boolean causal, @Nullable NDArray mask) {
    Shape shape = x.getShape();
    long batch = shape.get(0);
    long tokens = shape.get(1);
    long width = shape.get(2);
    NDArray parts =
        qkv.forward(f, x).reshape(batch, tokens, 3, heads, width / heads).transpose(2, 0, 3, 1, 4);
    NDArray q = parts.get(0);
    NDArray k = parts.get(1);
    NDArray v = parts.get(2);
    NDArray mixed;
    if (mask != null) {
      mixed = TorchOps.maskedAttention(q, k, v, mask);
    } else if (causal) {
      mixed = TorchOps.causalAttention(q, k, v);
    } else {
      mixed = TorchOps.attention(q, k, v);
    }
    return proj.forward(f, mixed.transpose(0, 2, 1, 3).reshape(batch, tokens, width));
  }
}
