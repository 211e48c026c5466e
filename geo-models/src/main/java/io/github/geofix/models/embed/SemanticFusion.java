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
 * Makes tokens of a class map and lets them look at the tokens of the photo (GeoSURGE, section
 * III). The classes of a square of pixels become a semantic token by one linear layer; a class
 * token goes before them and positions are added. In each block the semantic tokens look at each
 * other, if {@link Fusion#selfAttention} says so, and then are the queries of a {@link
 * LatentCrossAttention} to the photo's tokens.
 */
final class SemanticFusion extends Module {
  private static final double EPSILON = 1e-5;

  private final Fusion options;
  private final Conv2d patches;
  private final Parameter classToken;
  private final Parameter position;
  private final @Nullable LayerNorm contextNorm;
  private final List<Block> blocks = new ArrayList<>();

  /**
   * Creates the network.
   *
   * @param contextWidth width of the photo's tokens
   * @throws IllegalArgumentException if an image holds no whole patch
   */
  SemanticFusion(Fusion options, ImageSpec image, int contextWidth) {
    this.options = options;
    int patch = options.patch();
    int width = options.width();
    long tokens = (long) (image.height() / patch) * (image.width() / patch);
    if (tokens == 0) {
      throw new IllegalArgumentException(
          "no whole fusion.patch of " + patch + " px fits an image of " + image.height() + " px");
    }
    int channels = options.encoding() == Fusion.Encoding.ONE_HOT ? options.classes() : 1;
    // A convolution with the stride of its kernel is one linear layer for each patch.
    patches =
        child(
            "patches", new Conv2d(channels, width, Conv2d.Options.kernel(patch).withStride(patch)));
    classToken = parameter("cls_token", Init.truncatedNormal(0.02), width);
    position = parameter("pos_embed", Init.truncatedNormal(0.02), 1 + tokens, width);
    contextNorm =
        options.norm() == Fusion.Norm.BEFORE
            ? child("context_norm", new LayerNorm(contextWidth, EPSILON))
            : null;
    for (int i = 0; i < options.blocks(); i++) {
      blocks.add(child("blocks." + i, new Block(options, contextWidth)));
    }
  }

  /**
   * Fuses.
   *
   * @param classes {@code [B, H, W]}: class numbers as floats, negative for unknown
   * @param context {@code [B, M, contextWidth]}, the photo's tokens
   * @return {@code [B, width]}: the class token after the last block
   */
  NDArray forward(Forward f, NDArray classes, NDArray context) {
    NDArray map = patches.forward(f, encoded(classes));
    Shape shape = map.getShape();
    long batch = shape.get(0);
    NDArray tokens = map.reshape(batch, shape.get(1), -1).transpose(0, 2, 1);
    NDManager step = classes.getManager();
    NDArray first = classToken.in(step).reshape(1, 1, -1).broadcast(batch, 1, options.width());
    NDArray x = NDArrays.concat(new NDList(first, tokens), 1).add(position.array());
    NDArray answering = contextNorm == null ? context : contextNorm.forward(f, context);
    for (Block block : blocks) {
      x = block.forward(f, x, answering);
    }
    return x.get(":, 0");
  }

  /** Returns the channels of a class map, {@code [B, C, H, W]}. */
  private NDArray encoded(NDArray classes) {
    DataType type = classes.getDataType();
    NDArray numbers = classes.expandDims(1);
    if (options.encoding() == Fusion.Encoding.INDEX) {
      return numbers.add(1).div(Scalar.of(numbers, options.classes()));
    }
    NDArray all = numbers.getManager().arange(options.classes()).toType(type, false);
    return numbers.eq(all.reshape(1, options.classes(), 1, 1)).toType(type, false);
  }

  /** Attention to each other and to the photo, then an MLP, each with a way around it. */
  private static final class Block extends Module {
    private final boolean before;
    private final @Nullable LayerNorm norm0;
    private final @Nullable MultiHeadAttention self;
    private final LayerNorm norm1;
    private final LatentCrossAttention attention;
    private final LayerNorm norm2;
    private final Mlp mlp;

    Block(Fusion options, int contextWidth) {
      int width = options.width();
      int heads = options.heads();
      before = options.norm() == Fusion.Norm.BEFORE;
      boolean looks = options.selfAttention();
      norm0 = looks ? child("norm0", new LayerNorm(width, EPSILON)) : null;
      self = looks ? child("self", new MultiHeadAttention(width, heads)) : null;
      norm1 = child("norm1", new LayerNorm(width, EPSILON));
      attention =
          child("attn", new LatentCrossAttention(width, contextWidth, options.latent(), heads));
      norm2 = child("norm2", new LayerNorm(width, EPSILON));
      mlp = child("mlp", new Mlp(width, options.hidden(), Activation.GELU));
    }

    NDArray forward(Forward f, NDArray x, NDArray context) {
      NDArray y = x;
      if (norm0 != null && self != null) {
        MultiHeadAttention looking = self;
        y = around(f, y, norm0, z -> looking.forward(f, z));
      }
      y = around(f, y, norm1, z -> attention.forward(f, z, context));
      return around(f, y, norm2, z -> mlp.forward(f, z));
    }

    private NDArray around(Forward f, NDArray x, LayerNorm norm, UnaryOperator<NDArray> step) {
      return before ? x.add(step.apply(norm.forward(f, x))) : norm.forward(f, x.add(step.apply(x)));
    }
  }
}
