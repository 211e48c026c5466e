package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.nn.Dropout;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.LayerNorm;

/**
 * One encoder layer with normalization after each branch, {@code [B, N, D]} to {@code [B, N, D]},
 * by the names of PyTorch's {@code nn.TransformerEncoderLayer}:
 *
 * <pre>
 * x = norm1(x + attention(x))
 * x = norm2(x + feedForward(x))
 * </pre>
 */
final class EncoderLayer extends Layer {
  private final Attention attention;
  private final FeedForward feedForward;
  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final Dropout dropout;

  EncoderLayer(TokenNetwork.Options options) {
    attention =
        child("self_attn", new Attention(options.dimension(), options.heads(), options.dropout()));
    feedForward = new FeedForward(options);
    child("linear1", feedForward.linear1());
    child("linear2", feedForward.linear2());
    norm1 = child("norm1", new LayerNorm(options.dimension(), TokenNetwork.EPSILON));
    norm2 = child("norm2", new LayerNorm(options.dimension(), TokenNetwork.EPSILON));
    dropout = new Dropout(options.dropout());
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    NDArray y = norm1.forward(f, x.add(dropout.forward(f, attention.among(f, x))));
    return norm2.forward(f, y.add(dropout.forward(f, feedForward.forward(f, y))));
  }
}
