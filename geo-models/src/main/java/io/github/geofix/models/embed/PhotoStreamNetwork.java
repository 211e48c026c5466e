package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.nn.Mlp;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.LayerNorm;
import org.jspecify.annotations.Nullable;

/**
 * The network of {@link Fusion.PhotoStream}. The residual stream are the photo's tokens, and there
 * is one semantic token for each of them. In each block the semantic tokens are the queries, and
 * the stream gives keys and values of a {@link LatentCrossAttention}, whose result for a semantic
 * token is added to its token of the stream; an MLP follows. The result is the stream's class
 * token, or the mean of its tokens if there is none.
 */
final class PhotoStreamNetwork extends FusionNetwork {
  private final boolean hasClassToken;
  private final @Nullable LayerNorm queryNorm;

  /**
   * Creates the network.
   *
   * @param backbone gives the photo's tokens
   * @throws IllegalArgumentException if the image cannot be cut into as many squares as it has
   *     tokens
   */
  PhotoStreamNetwork(Fusion.PhotoStream options, ImageSpec image, Backbone backbone) {
    super(
        options.classMaps(),
        patch(image, backbone),
        backbone.featureMapSize(image.height()) * backbone.featureMapSize(image.width()),
        backbone.classTokens(),
        options.queryDimension(),
        backbone.width());
    hasClassToken = backbone.classTokens() > 0;
    queryNorm = normBefore(options.norm(), "query_norm", options.queryDimension());
    addBlocks(options.blocks(), () -> block(options, backbone.width()));
  }

  private static FusionBlock block(Fusion.PhotoStream options, int dimension) {
    int queryDimension = options.queryDimension();
    return new FusionBlock(
        options.norm(),
        dimension,
        null,
        new LatentCrossAttention(
            queryDimension, dimension, options.latent(), dimension, options.heads()),
        new Mlp(dimension, dimension, Activation.GELU));
  }

  /** Returns the side of the squares that a class map is cut into, one for each token. */
  private static int patch(ImageSpec image, Backbone backbone) {
    int rows = backbone.featureMapSize(image.height());
    int columns = backbone.featureMapSize(image.width());
    int patch = image.height() / rows;
    if (patch > 0 && image.height() / patch == rows && image.width() / patch == columns) {
      return patch;
    }
    throw new IllegalArgumentException(
        "a class map of %d x %d px cannot be cut into the %d x %d squares that photoStream needs"
                .formatted(image.height(), image.width(), rows, columns)
            + " for the backbone's tokens: choose another image size, or semanticStream");
  }

  @Override
  NDArray forward(Forward f, NDArray classes, NDArray context) {
    NDArray queries = semanticTokens(f, classes);
    if (queryNorm != null) {
      queries = queryNorm.forward(f, queries);
    }
    NDArray x = context;
    for (FusionBlock block : blocks()) {
      x = block.attendedBy(f, x, queries);
    }
    return hasClassToken ? x.get(":, 0") : x.mean(new int[] {1});
  }
}
