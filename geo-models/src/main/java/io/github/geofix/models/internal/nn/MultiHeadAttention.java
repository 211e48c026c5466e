package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Parameter;
import java.util.List;

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
  protected List<Parameter> matrices() {
    return List.of(qkv.weight(), proj.weight());
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    if (Bfloat16.isUsed(f, qkv.weight())) {
      return Bfloat16.attention(x, heads, qkv, proj);
    }
    Shape shape = x.getShape();
    long batch = shape.get(0);
    long tokens = shape.get(1);
    long width = shape.get(2);
    NDArray parts =
        qkv.forward(f, x).reshape(batch, tokens, 3, heads, width / heads).transpose(2, 0, 3, 1, 4);
    NDArray mixed = TorchOps.attention(parts.get(0), parts.get(1), parts.get(2));
    return proj.forward(f, mixed.transpose(0, 2, 1, 3).reshape(batch, tokens, width));
  }
}
