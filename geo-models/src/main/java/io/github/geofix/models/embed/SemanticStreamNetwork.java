package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.nn.Mlp;
import io.github.geofix.models.internal.nn.MultiHeadAttention;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The network of {@link Fusion.SemanticStream}. Each block is self-attention of the semantic
 * tokens, unless that is off, {@link LatentCrossAttention} to the photo's tokens, and an MLP, all
 * residual. The result is the class token of the semantic tokens.
 */
final class SemanticStreamNetwork extends FusionNetwork {
  private final int dimension;
  private final @Nullable LayerNorm contextNorm;
  private final List<Block> blocks = new ArrayList<>();

  /**
   * Creates the network.
   *
   * @param contextDimension of the photo's tokens
   * @throws IllegalArgumentException if an image holds no whole patch
   */
  SemanticStreamNetwork(Fusion.SemanticStream options, ImageSpec image, int contextDimension) {
    super(
        options.classMaps(),
        options.patch(),
        patches(options.patch(), image),
        1,
        options.sizes().dimension());
    dimension = options.sizes().dimension();
    contextNorm =
        options.norm() == Fusion.Norm.BEFORE
            ? child("context_norm", new LayerNorm(contextDimension, EPSILON))
            : null;
    for (int i = 0; i < options.blocks(); i++) {
      blocks.add(child("blocks." + i, new Block(options, contextDimension)));
    }
  }

  private static int patches(int patch, ImageSpec image) {
    int patches = (image.height() / patch) * (image.width() / patch);
    if (patches > 0) {
      return patches;
    }
    throw new IllegalArgumentException(
        "no whole fusion.patch of " + patch + " px fits an image of " + image.height() + " px");
  }

  @Override
  int fusedDimension() {
    return dimension;
  }

  @Override
  NDArray forward(Forward f, NDArray classes, NDArray context) {
    NDArray x = semanticTokens(f, classes);
    NDArray normalized = contextNorm == null ? context : contextNorm.forward(f, context);
    for (Block block : blocks) {
      x = block.forward(f, x, normalized);
    }
    return x.get(":, 0");
  }

  /** Self-attention, cross-attention and an MLP, all residual. */
  private static final class Block extends Module {
    private final boolean before;
    private final @Nullable LayerNorm norm0;
    private final @Nullable MultiHeadAttention self;
    private final LayerNorm norm1;
    private final LatentCrossAttention attention;
    private final LayerNorm norm2;
    private final Mlp mlp;

    Block(Fusion.SemanticStream options, int contextDimension) {
      Fusion.Sizes sizes = options.sizes();
      int dimension = sizes.dimension();
      before = options.norm() == Fusion.Norm.BEFORE;
      if (options.selfAttention()) {
        norm0 = child("norm0", new LayerNorm(dimension, EPSILON));
        self = child("self", new MultiHeadAttention(dimension, sizes.heads()));
      } else {
        norm0 = null;
        self = null;
      }
      norm1 = child("norm1", new LayerNorm(dimension, EPSILON));
      attention =
          child(
              "attn",
              new LatentCrossAttention(
                  dimension, contextDimension, sizes.latent(), dimension, sizes.heads()));
      norm2 = child("norm2", new LayerNorm(dimension, EPSILON));
      mlp = child("mlp", new Mlp(dimension, sizes.feedForwardSize(), Activation.GELU));
    }

    NDArray forward(Forward f, NDArray x, NDArray context) {
      NDArray y = x;
      if (norm0 != null && self != null) {
        MultiHeadAttention attending = self;
        y = residual(f, y, norm0, z -> attending.forward(f, z));
      }
      y = residual(f, y, norm1, z -> attention.forward(f, z, context));
      return residual(f, y, norm2, z -> mlp.forward(f, z));
    }

    private NDArray residual(Forward f, NDArray x, LayerNorm norm, UnaryOperator<NDArray> step) {
      return before ? x.add(step.apply(norm.forward(f, x))) : norm.forward(f, x.add(step.apply(x)));
    }
  }
}
