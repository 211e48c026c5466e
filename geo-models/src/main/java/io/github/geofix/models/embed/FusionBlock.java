package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.nn.Mlp;
import io.github.geofix.models.internal.nn.MultiHeadAttention;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Module;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A block of a {@link FusionNetwork}: self-attention if there is any, cross-attention, and an MLP.
 */
final class FusionBlock extends Module {
  private final boolean normBefore;
  private final @Nullable LayerNorm norm0;
  private final @Nullable MultiHeadAttention self;
  private final LayerNorm norm1;
  private final LatentCrossAttention attention;
  private final LayerNorm norm2;
  private final Mlp mlp;

  /**
   * Creates the block.
   *
   * @param dimension of the residual stream
   */
  FusionBlock(
      Fusion.Norm norm,
      int dimension,
      @Nullable MultiHeadAttention self,
      LatentCrossAttention attention,
      Mlp mlp) {
    normBefore = norm == Fusion.Norm.BEFORE;
    norm0 = self == null ? null : child("norm0", norm(dimension));
    this.self = self == null ? null : child("self", self);
    norm1 = child("norm1", norm(dimension));
    this.attention = child("attn", attention);
    norm2 = child("norm2", norm(dimension));
    this.mlp = child("mlp", mlp);
  }

  private static LayerNorm norm(int dimension) {
    return new LayerNorm(dimension, FusionNetwork.EPSILON);
  }

  /** Runs the block on the stream {@code [B, N, D]}, whose tokens attend to those of a context. */
  NDArray attendTo(Forward f, NDArray x, NDArray context) {
    NDArray y = x;
    if (norm0 != null && self != null) {
      MultiHeadAttention attending = self;
      y = residual(f, y, norm0, z -> attending.forward(f, z));
    }
    y = residual(f, y, norm1, z -> attention.forward(f, z, context));
    return residual(f, y, norm2, z -> mlp.forward(f, z));
  }

  /** Runs the block on the stream {@code [B, N, D]}, to which one query for each token attends. */
  NDArray attendedBy(Forward f, NDArray x, NDArray queries) {
    NDArray y = residual(f, x, norm1, z -> attention.forward(f, queries, z));
    return residual(f, y, norm2, z -> mlp.forward(f, z));
  }

  private NDArray residual(Forward f, NDArray x, LayerNorm norm, UnaryOperator<NDArray> step) {
    return normBefore
        ? x.add(step.apply(norm.forward(f, x)))
        : norm.forward(f, x.add(step.apply(x)));
  }
}
