package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import org.jspecify.annotations.Nullable;

/**
 * The network of a {@link Fusion} (GeoSURGE, section III): semantic tokens of a class map, and in
 * subclasses blocks that fuse them with the tokens of the photo. A semantic token is the linear
 * embedding of a square of the map; class tokens come first, and learned positions are added.
 */
abstract class FusionNetwork extends Module {
  static final double EPSILON = 1e-5;

  private final int dimension;
  private final ClassPatchEmbedding patches;
  private final @Nullable Parameter classTokens;
  private final Parameter position;

  /**
   * Creates the network.
   *
   * @param patch the side of a square in pixels
   * @param patches the number of squares
   * @param classTokens the number of class tokens
   * @param dimension of the semantic tokens
   */
  FusionNetwork(Fusion.Input classMaps, int patch, int patches, int classTokens, int dimension) {
    this.dimension = dimension;
    this.patches = child("patches", new ClassPatchEmbedding(classMaps, patch, dimension));
    Init init = Init.truncatedNormal(0.02);
    this.classTokens =
        classTokens == 0 ? null : parameter("cls_token", init, (long) classTokens * dimension);
    this.position = parameter("pos_embed", init, classTokens + patches, dimension);
  }

  /** Returns the semantic tokens of class maps {@code [B, H, W]}, {@code [B, N, dimension]}. */
  final NDArray semanticTokens(Forward f, NDArray classes) {
    NDArray tokens = patches.forward(f, classes);
    if (classTokens != null) {
      long batch = tokens.getShape().get(0);
      NDArray first = classTokens.in(classes.getManager()).reshape(1, -1, dimension);
      first = first.broadcast(batch, first.getShape().get(1), dimension);
      tokens = NDArrays.concat(new NDList(first, tokens), 1);
    }
    return tokens.add(position.array());
  }

  /** Returns the length of the result of {@link #forward}. */
  abstract int fusedDimension();

  /**
   * Fuses class maps with the tokens of photos.
   *
   * @param classes {@code [B, H, W]}: class numbers as floats, negative for unknown
   * @param context {@code [B, N, contextDimension]}, the photos' tokens
   * @return {@code [B, fusedDimension]}
   */
  abstract NDArray forward(Forward f, NDArray classes, NDArray context);
}
