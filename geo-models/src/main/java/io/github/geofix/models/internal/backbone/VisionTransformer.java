package io.github.geofix.models.internal.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.nn.DropPath;
import io.github.geofix.models.internal.nn.TransformerBlock;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A Vision Transformer: a class token and patches as tokens, with learned positions, in blocks. */
abstract class VisionTransformer extends Backbone {
  private final int patch;
  private final List<TransformerBlock> blocks = new ArrayList<>();

  /**
   * Creates a network without blocks.
   *
   * @param width length D of a token
   * @param patch side of a patch in pixels
   */
  VisionTransformer(ImageSpec image, int width, int patch) {
    super(image, width);
    this.patch = patch;
  }

  /** Adds the blocks, which training skips at rates up to {@code dropPath}. */
  final void addBlocks(TransformerBlock.Options block, int depth, double dropPath) {
    for (double rate : DropPath.rates(depth, dropPath)) {
      blocks.add(child("blocks." + blocks.size(), new TransformerBlock(block.withDropPath(rate))));
    }
  }

  /** Runs tokens {@code [B, N, D]} through the blocks. */
  final NDArray encoded(Forward f, NDArray tokens) {
    return f.chain(blocks, tokens, Tokens.blockBytes(tokens));
  }

  /** Returns the option that sets the size of the images whose positions are learned. */
  abstract String trainedSizeOption();

  @Override
  public Optional<Module.Cost> cost() {
    ImageSpec image = image();
    long patches = (long) featureMapSize(image.height()) * featureMapSize(image.width());
    return Optional.of(Tokens.cost(image, classTokens() + patches, width(), patch, blocks));
  }

  @Override
  public int blocks() {
    return blocks.size();
  }

  @Override
  protected int blockOf(String parameter) {
    return Tokens.blockOf(parameter, blocks.size());
  }

  @Override
  public int featureMapSize(int pixels) {
    return pixels / patch;
  }

  @Override
  protected String advice(String parameter, Shape given) {
    if (!parameter.equals("pos_embed")) {
      return "";
    }
    return Tokens.trainedSide(given)
        .map(side -> side * patch)
        .map(size -> "Trained at %d px? Use %s(%d).".formatted(size, trainedSizeOption(), size))
        .orElse("");
  }
}
