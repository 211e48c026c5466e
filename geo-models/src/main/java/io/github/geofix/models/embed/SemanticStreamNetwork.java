package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Conv2d;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Init;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Mlp;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.MultiHeadAttention;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The network of {@link Fusion.SemanticStream} (GeoSURGE, section III). A linear layer embeds each
 * square of a class map as a semantic token, after a class token, with learned positions. Each
 * block is self-attention of the semantic tokens, unless that is off, {@link LatentCrossAttention}
 * to the photo's tokens, and an MLP, all residual.
 */
final class SemanticStreamNetwork extends Module {
  private static final double EPSILON = 1e-5;

  private final Fusion.SemanticStream options;
  private final Conv2d patches;
  private final Parameter classToken;
  private final Parameter position;
  private final @Nullable LayerNorm contextNorm;
  private final List<Block> blocks = new ArrayList<>();

  /**
   * Creates the network.
   *
   * @param contextDimension of the photo's tokens
   * @throws IllegalArgumentException if an image holds no whole patch
   */
  SemanticStreamNetwork(Fusion.SemanticStream options, ImageSpec image, int contextDimension) {
    this.options = options;
    int patch = options.patch();
    int dimension = options.sizes().dimension();
    long tokens = (long) (image.height() / patch) * (image.width() / patch);
    if (tokens == 0) {
      throw new IllegalArgumentException(
          "no whole fusion.patch of " + patch + " px fits an image of " + image.height() + " px");
    }
    int channels =
        options.classMaps().encoding() == Fusion.Encoding.ONE_HOT
            ? options.classMaps().classes()
            : 1;
    // A convolution with the stride of its kernel is one linear layer for each patch.
    patches =
        child(
            "patches",
            new Conv2d(channels, dimension, Conv2d.Options.kernel(patch).withStride(patch)));
    classToken = parameter("cls_token", Init.truncatedNormal(0.02), dimension);
    position = parameter("pos_embed", Init.truncatedNormal(0.02), 1 + tokens, dimension);
    contextNorm =
        options.norm() == Fusion.Norm.BEFORE
            ? child("context_norm", new LayerNorm(contextDimension, EPSILON))
            : null;
    for (int i = 0; i < options.blocks(); i++) {
      blocks.add(child("blocks." + i, new Block(options, contextDimension)));
    }
  }

  /**
   * Fuses class maps with the tokens of photos.
   *
   * @param classes {@code [B, H, W]}: class numbers as floats, negative for unknown
   * @param context {@code [B, N, contextDimension]}, the photos' tokens
   * @return {@code [B, dimension]}: the class token after the last block
   */
  NDArray forward(Forward f, NDArray classes, NDArray context) {
    NDArray map = patches.forward(f, encoded(classes));
    Shape shape = map.getShape();
    long batch = shape.get(0);
    NDArray tokens = map.reshape(batch, shape.get(1), -1).transpose(0, 2, 1);
    NDManager step = classes.getManager();
    NDArray first =
        classToken.in(step).reshape(1, 1, -1).broadcast(batch, 1, options.sizes().dimension());
    NDArray x = NDArrays.concat(new NDList(first, tokens), 1).add(position.array());
    NDArray normalized = contextNorm == null ? context : contextNorm.forward(f, context);
    for (Block block : blocks) {
      x = block.forward(f, x, normalized);
    }
    return x.get(":, 0");
  }

  /** Returns the channels of a class map, {@code [B, C, H, W]}. */
  private NDArray encoded(NDArray classes) {
    DataType type = classes.getDataType();
    NDArray numbers = classes.expandDims(1);
    if (options.classMaps().encoding() == Fusion.Encoding.INDEX) {
      return numbers.add(1).div(Scalar.of(numbers, options.classMaps().classes()));
    }
    NDArray all = numbers.getManager().arange(options.classMaps().classes()).toType(type, false);
    return numbers.eq(all.reshape(1, options.classMaps().classes(), 1, 1)).toType(type, false);
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
      attention = child("attn", new LatentCrossAttention(sizes, contextDimension));
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
