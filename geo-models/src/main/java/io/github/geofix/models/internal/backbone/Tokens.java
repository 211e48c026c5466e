package io.github.geofix.models.internal.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.nn.TransformerBlock;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import java.util.List;
import java.util.Optional;

/** What the Vision Transformers share. */
final class Tokens {
  private Tokens() {}

  /** Puts the class token before the patches {@code [B, N, D]}. */
  static NDArray withClassToken(Parameter classToken, NDArray patches) {
    Shape shape = patches.getShape();
    NDArray token =
        classToken
            .in(patches.getManager())
            .reshape(1, 1, shape.get(2))
            .broadcast(shape.get(0), 1, shape.get(2));
    return NDArrays.concat(new NDList(token, patches), 1);
  }

  /** Puts registers {@code [R, D]} after the class token of {@code [B, 1 + N, D]}. */
  static NDArray withRegisters(NDArray tokens, Parameter registers) {
    Shape shape = tokens.getShape();
    NDArray all =
        registers
            .in(tokens.getManager())
            .expandDims(0)
            .broadcast(shape.get(0), registers.shape().get(0), shape.get(2));
    return NDArrays.concat(new NDList(tokens.get(":, :1"), all, tokens.get(":, 1:")), 1);
  }

  /** Returns the block of a parameter: the blocks are a list, and norm and head follow them. */
  static int blockOf(String parameter, int blocks) {
    boolean after = parameter.startsWith("norm.") || parameter.startsWith("head.");
    return Backbone.numberAfter("blocks", parameter).orElse(after ? blocks : -1);
  }

  /**
   * Returns the side of the square grid that positions {@code [.., 1 + side^2, D]} were made for.
   */
  static Optional<Integer> trainedSide(Shape positions) {
    if (positions.dimension() < 2) {
      return Optional.empty();
    }
    long patches = positions.get(positions.dimension() - 2) - 1;
    int side = (int) Math.round(Math.sqrt((double) patches));
    return side > 0 && (long) side * side == patches ? Optional.of(side) : Optional.empty();
  }

  /**
   * Returns about how many bytes a transformer block needs for one image: 20 arrays of the size of
   * its tokens, most of them within the MLP.
   *
   * @param tokens {@code [B, N, D]}
   */
  static long blockBytes(NDArray tokens) {
    return blockBytes(tokens.getShape().get(1), tokens.getShape().get(2));
  }

  private static long blockBytes(long tokens, long width) {
    return 20 * Float.BYTES * tokens * width;
  }

  /**
   * Returns what one image costs.
   *
   * @param tokens N of an image
   * @param patch side of a patch in pixels
   * @param blocks of width D with an MLP of four times that
   */
  static Module.Cost cost(
      ImageSpec image, long tokens, int width, int patch, List<TransformerBlock> blocks) {
    long products = 24 * tokens * width * width + 4 * tokens * tokens * width;
    // The frozen blocks before the first that learns keep nothing.
    long trained = blocks.size();
    for (TransformerBlock block : blocks) {
      if (block.parameters().values().stream().anyMatch(Parameter::isTrainable)) {
        break;
      }
      trained--;
    }
    return new Module.Cost(
        blocks.size() * products + 6L * patch * patch * tokens * width,
        (long) Float.BYTES * image.length(),
        blockBytes(tokens, width),
        // 18 of the 20 arrays are read again in the backward pass.
        blockBytes(tokens, width) * trained * 18 / 20);
  }
}
