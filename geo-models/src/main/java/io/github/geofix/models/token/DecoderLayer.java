package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.nn.Dropout;
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
    int dimension = options.dimension();
    earlier = child("self_attn", new Attention(dimension, options.heads(), options.dropout()));
    memory = child("multihead_attn", new Attention(dimension, options.heads(), options.dropout()));
    feedForward = new FeedForward(options);
    child("linear1", feedForward.linear1());
    child("linear2", feedForward.linear2());
    norm1 = child("norm1", new LayerNorm(dimension, TokenNetwork.EPSILON));
    norm2 = child("norm2", new LayerNorm(dimension, TokenNetwork.EPSILON));
    norm3 = child("norm3", new LayerNorm(dimension, TokenNetwork.EPSILON));
    dropout = new Dropout(options.dropout());
    step = new DecoderStep(List.copyOf(parameters().values()));
  }

  /**
   * Returns the keys and values of memory {@code [B, M, D]}, for {@link #forward} and {@link
   * #next}.
   */
  KeysAndValues keysAndValues(NDArray tokens) {
    return memory.keysAndValues(tokens);
  }

  /** Returns an empty cache for {@code rows} tokens of each photo. */
  KeysAndValues allocateCache(NDArray like, int rows) {
    return earlier.allocateCache(like, rows);
  }

  /** Runs whole sequences {@code [B, N, D]}, each token attending to itself and those before it. */
  NDArray forward(Forward f, NDArray x, KeysAndValues encoderMemory) {
    NDArray seen = earlier.amongEarlier(f, x);
    NDArray y = norm1.forward(f, x.add(dropout.forward(f, seen)));
    NDArray z = norm2.forward(f, y.add(dropout.forward(f, memory.to(f, y, encoderMemory))));
    return norm3.forward(f, z.add(dropout.forward(f, feedForward.forward(f, z))));
  }

  /**
   * As {@link #forward}, for inference: runs new tokens {@code [B, R, D]} and caches their keys and
   * values.
   *
   * @param mask {@code [B, 1, R, S]}: which of the S cached tokens, the new ones last, each attends
   *     to
   */
  NDArray next(NDArray x, KeysAndValues encoderMemory, KeysAndValues cache, NDArray mask) {
    return step.run(x, encoderMemory, cache, mask);
  }
}
