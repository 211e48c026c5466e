package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.nn.Mlp;
import io.github.geofix.models.internal.nn.MultiHeadAttention;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.LayerNorm;
import org.jspecify.annotations.Nullable;

/**
 * The network of {@link Fusion.SemanticStream}. Each block is self-attention of the semantic
 * tokens, unless that is off, {@link LatentCrossAttention} to the photo's tokens, and an MLP, all
 * residual. The result is the class token of the semantic tokens.
 */
final class SemanticStreamNetwork extends FusionNetwork {
  private final @Nullable LayerNorm contextNorm;

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
        options.sizes().dimension(),
        options.sizes().dimension());
    contextNorm = normBefore(options.norm(), "context_norm", contextDimension);
    addBlocks(options.blocks(), () -> block(options, contextDimension));
  }

  private static FusionBlock block(Fusion.SemanticStream options, int contextDimension) {
    Fusion.Sizes sizes = options.sizes();
    int dimension = sizes.dimension();
    return new FusionBlock(
        options.norm(),
        dimension,
        options.selfAttention() ? new MultiHeadAttention(dimension, sizes.heads()) : null,
        new LatentCrossAttention(
            dimension, contextDimension, sizes.latent(), dimension, sizes.heads()),
        new Mlp(dimension, sizes.feedForwardSize(), Activation.GELU));
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
  NDArray forward(Forward f, NDArray classes, NDArray context) {
    NDArray x = semanticTokens(f, classes);
    NDArray normalized = contextNorm == null ? context : contextNorm.forward(f, context);
    for (FusionBlock block : blocks()) {
      x = block.attendTo(f, x, normalized);
    }
    return x.get(":, 0");
  }
}
