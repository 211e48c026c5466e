package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
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
  private final int fusedDimension;
  private final List<FusionBlock> blocks = new ArrayList<>();

  /**
   * Creates the network.
   *
   * @param patch the side of a square in pixels
   * @param patches the number of squares
   * @param classTokens the number of class tokens
   * @param dimension of the semantic tokens
   * @param fusedDimension of the result of {@link #forward}
   */
  FusionNetwork(
      Fusion.Input classMaps,
      int patch,
      int patches,
      int classTokens,
      int dimension,
      int fusedDimension) {
    this.dimension = dimension;
    this.patches = child("patches", new ClassPatchEmbedding(classMaps, patch, dimension));
    Init init = Init.truncatedNormal(0.02);
    this.classTokens =
        classTokens == 0 ? null : parameter("cls_token", init, (long) classTokens * dimension);
    this.position = parameter("pos_embed", init, classTokens + patches, dimension);
    this.fusedDimension = fusedDimension;
  }

  /** Adds the normalization of what the blocks attend to, unless it follows each branch. */
  final @Nullable LayerNorm normBefore(Fusion.Norm norm, String name, int dimension) {
    return norm == Fusion.Norm.BEFORE ? child(name, new LayerNorm(dimension, EPSILON)) : null;
  }

  final void addBlocks(int count, Supplier<FusionBlock> block) {
    for (int i = 0; i < count; i++) {
      blocks.add(child("blocks." + i, block.get()));
    }
  }

  final List<FusionBlock> blocks() {
    return blocks;
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
  final int fusedDimension() {
    return fusedDimension;
  }

  /**
   * Fuses class maps with the tokens of photos.
   *
   * @param classes {@code [B, H, W]}: class numbers as floats, negative for unknown
   * @param context {@code [B, N, contextDimension]}, the photos' tokens
   * @return {@code [B, fusedDimension]}
   */
  abstract NDArray forward(Forward f, NDArray classes, NDArray context);
}
