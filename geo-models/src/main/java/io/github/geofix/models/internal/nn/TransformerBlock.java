package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.LayerNorm;
import org.jspecify.annotations.Nullable;

/**
 * One encoder block with normalization before each branch, {@code [B, N, D]} to {@code [B, N, D]}:
 *
 * <pre>
 * x = x + scale(attention(norm(x)))
 * x = x + scale(mlp(norm(x)))
 * </pre>
 *
 * <p>As in the Vision Transformer (Dosovitskiy et al. 2021); the scales are optional.
 */
public final class TransformerBlock extends Layer {

  /**
   * What varies from network to network.
   *
   * @param width D
   * @param heads number of attention heads, a divisor of the width
   * @param hidden width of the middle of the MLP
   * @param activation of the MLP
   * @param epsilon of the layer normalizations
   * @param layerScale first value of the learned factors of each branch; 0 for none
   * @param dropPath rate at which training skips a branch
   */
  public record Options(
      int width,
      int heads,
      int hidden,
      Activation activation,
      double epsilon,
      double layerScale,
      double dropPath) {
    /** Returns a copy with another rate of skipped branches. */
    public Options withDropPath(double newDropPath) {
      return new Options(width, heads, hidden, activation, epsilon, layerScale, newDropPath);
    }
  }

  private final LayerNorm norm1;
  private final MultiHeadAttention attention;
  private final @Nullable LayerScale scale1;
  private final LayerNorm norm2;
  private final Mlp mlp;
  private final @Nullable LayerScale scale2;
  private final DropPath dropPath;

  /** Creates a block. */
  public TransformerBlock(Options options) {
    int width = options.width();
    double scale = options.layerScale();
    norm1 = child("norm1", new LayerNorm(width, options.epsilon()));
    attention = child("attn", new MultiHeadAttention(width, options.heads()));
    scale1 = scale == 0 ? null : child("ls1", new LayerScale(width, scale));
    norm2 = child("norm2", new LayerNorm(width, options.epsilon()));
    mlp = child("mlp", new Mlp(width, options.hidden(), options.activation()));
    scale2 = scale == 0 ? null : child("ls2", new LayerScale(width, scale));
    dropPath = new DropPath(options.dropPath());
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    NDArray y = x.add(branch(f, f.apply(attention, norm1.forward(f, x)), scale1));
    return y.add(branch(f, f.apply(mlp, norm2.forward(f, y)), scale2));
  }

  private NDArray branch(Forward f, NDArray x, @Nullable LayerScale scale) {
    return dropPath.forward(f, scale == null ? x : scale.forward(f, x));
  }
}
