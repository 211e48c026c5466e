package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.nn.Dropout;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.token.Attention.KeysAndValues;
import java.util.List;

/**
 * One decoder layer with normalization after each branch, by the names of PyTorch's {@code
 * nn.TransformerDecoderLayer}:
 *
 * <pre>
 * x = norm1(x + attention(x, earlier tokens))
 * x = norm2(x + attention(x, memory))
 * x = norm3(x + feedForward(x))
 * </pre>
 */
final class DecoderLayer extends Module {
  private final Attention earlier;
  private final Attention memory;
  private final FeedForward feedForward;
  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final LayerNorm norm3;
  private final Dropout dropout;
  private final DecoderStep step;

  DecoderLayer(TokenNetwork.Options options) {
    int width = options.width();
    earlier = child("self_attn", new Attention(width, options.heads(), options.dropout()));
    memory = child("multihead_attn", new Attention(width, options.heads(), options.dropout()));
    feedForward = new FeedForward(options);
    child("linear1", feedForward.linear1());
    child("linear2", feedForward.linear2());
    norm1 = child("norm1", new LayerNorm(width, TokenNetwork.EPSILON));
    norm2 = child("norm2", new LayerNorm(width, TokenNetwork.EPSILON));
    norm3 = child("norm3", new LayerNorm(width, TokenNetwork.EPSILON));
    dropout = new Dropout(options.dropout());
    step = new DecoderStep(List.copyOf(parameters().values()));
  }

  /** Returns what {@link #forward} and {@link #next} attend to, of memory {@code [B, M, D]}. */
  KeysAndValues keysAndValues(NDArray tokens) {
    return memory.keysAndValues(tokens);
  }

  /** Returns room for {@code rows} tokens of each photo. */
  KeysAndValues room(NDArray like, int rows) {
    return earlier.room(like, rows);
  }

  /** Runs whole words {@code [B, N, D]}, each token seeing itself and those before it. */
  NDArray forward(Forward f, NDArray x, KeysAndValues remembered) {
    NDArray seen = earlier.amongEarlier(f, x);
    NDArray y = norm1.forward(f, x.add(dropout.forward(f, seen)));
    NDArray z = norm2.forward(f, y.add(dropout.forward(f, memory.to(f, y, remembered))));
    return norm3.forward(f, z.add(dropout.forward(f, feedForward.forward(f, z))));
  }

  /**
   * As {@link #forward}, for inference: runs new tokens {@code [B, R, D]}, and keeps what later
   * ones need.
   *
   * @param mask {@code [B, 1, R, S]}: which of the S kept tokens, the new ones last, each one sees
   */
  NDArray next(NDArray x, KeysAndValues remembered, KeysAndValues kept, NDArray mask) {
    return step.run(x, remembered, kept, mask);
  }
}
