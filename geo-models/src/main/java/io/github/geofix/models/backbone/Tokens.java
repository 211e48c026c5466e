package io.github.geofix.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Parameter;
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
    return 20 * Float.BYTES * tokens.getShape().get(1) * tokens.getShape().get(2);
  }
}
