package io.github.geofix.models.embed;

import static com.google.common.base.Preconditions.checkArgument;

import io.github.geofix.models.internal.io.NamedClass;
import io.github.geofix.models.semantics.ClassMaps;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Fuses the semantic class map of a photo with its appearance, the tokens of the backbone, by
 * cross-attention (GeoSURGE, arXiv 2510.01448, section III). There is no released code; what the
 * paper leaves open is an option.
 */
public sealed interface Fusion {

  /** Returns the class maps that are read; empty if there is no fusion. */
  Optional<Input> input();

  /** Returns a copy with other class maps; the same if there is no fusion. */
  Fusion withClassMaps(Input classMaps);

  /** No fusion: the photo alone. */
  record None() implements Fusion {
    @Override
    public Optional<Input> input() {
      return Optional.empty();
    }

    @Override
    public None withClassMaps(Input classMaps) {
      return this;
    }
  }

  /**
   * The class maps.
   *
   * @param source as {@link ClassMaps#named} takes it
   * @param classes the number of classes, 1 to 255; 150 for ADE20K as in the paper
   * @param encoding of a pixel's class; not in the paper
   */
  record Input(String source, int classes, Encoding encoding) {
    /** Checks the range. */
    public Input {
      checkArgument(classes >= 1 && classes <= 255, "classes must be 1 to 255: " + classes);
    }

    /** Returns one-hot class maps of ADE20K in sidecar files. */
    public static Input defaults() {
      return new Input("sidecar:.classes.png", 150, Encoding.ONE_HOT);
    }

    /** Returns a copy with other class maps, see {@link ClassMaps#named}. */
    public Input withSource(String source, int classes) {
      return new Input(source, classes, encoding);
    }

    /**
     * Returns a copy with class maps of the user's; a saved model names their class.
     *
     * @throws IllegalArgumentException if the class has no constructor without arguments
     */
    public Input withSource(Supplier<? extends ClassMaps> source, int classes) {
      return withSource(NamedClass.of(source, ClassMaps.class), classes);
    }
  }

  /** The encoding of a pixel's class. */
  enum Encoding {
    /** A channel for each class: 1 where the pixel is of the class, otherwise 0. */
    ONE_HOT,
    /** One channel: the class number plus 1 over the number of classes; 0 for unknown. */
    INDEX
  }

  /** The place of a block's layer normalizations. */
  enum Norm {
    /** Before attention and MLP. */
    BEFORE,
    /** After each sum, as in the first transformer. */
    AFTER
  }

  /**
   * The sizes of a block of {@link SemanticStream}.
   *
   * @param dimension of the semantic tokens and of the queries; 128 in the paper
   * @param latent the dimension that keys and values are compressed to; 64 in the paper
   * @param heads attention heads, a divisor of the dimension; not in the paper
   * @param feedForwardSize the hidden dimension of the MLP; not in the paper
   */
  record Sizes(int dimension, int latent, int heads, int feedForwardSize) {
    /** Checks the ranges. */
    public Sizes {
      checkArgument(
          dimension > 0 && latent > 0 && feedForwardSize > 0,
          "dimension, latent and feedForwardSize must be positive: %d, %d, %d"
              .formatted(dimension, latent, feedForwardSize));
      checkArgument(
          heads > 0 && dimension % heads == 0,
          heads + " heads do not divide a dimension of " + dimension);
    }

    /** Returns the dimensions of the paper, four heads, and an MLP of four times the dimension. */
    public static Sizes defaults() {
      return new Sizes(128, 64, 4, 512);
    }
  }

  /**
   * Blocks whose residual stream are the photo's tokens, as in the paper: in each block semantic
   * tokens, one for each token of the photo, are the queries of cross-attention to the stream, its
   * result is added to the stream, and an MLP follows. Attention and MLP have the dimension of the
   * backbone. The result is the stream's class token, or the mean of its tokens if the backbone has
   * none; a class token depends on the class map from the second block on.
   *
   * @param blocks the number of blocks, 1 to 64; 3 in the paper
   * @param classMaps the class maps
   * @param queryDimension of the semantic tokens, queries and keys; 128 in the paper
   * @param latent the dimension that keys and values are compressed to; 64 in the paper
   * @param heads attention heads, a divisor of the query dimension and of the backbone's; not in
   *     the paper
   * @param norm where the blocks normalize; not in the paper
   */
  record PhotoStream(
      int blocks, Input classMaps, int queryDimension, int latent, int heads, Norm norm)
      implements Fusion {
    /** Checks the ranges. */
    public PhotoStream {
      checkBlocks(blocks);
      checkArgument(
          queryDimension > 0 && latent > 0,
          "queryDimension and latent must be positive: " + queryDimension + ", " + latent);
      checkArgument(
          heads > 0 && queryDimension % heads == 0,
          heads + " heads do not divide a queryDimension of " + queryDimension);
    }

    /** Returns three blocks of the paper's dimensions over class maps in sidecar files. */
    public static PhotoStream defaults() {
      return new PhotoStream(3, Input.defaults(), 128, 64, 4, Norm.BEFORE);
    }

    @Override
    public Optional<Input> input() {
      return Optional.of(classMaps);
    }

    @Override
    public PhotoStream withClassMaps(Input classMaps) {
      return new PhotoStream(blocks, classMaps, queryDimension, latent, heads, norm);
    }

    /** Returns a copy with another number of blocks. */
    public PhotoStream withBlocks(int blocks) {
      return new PhotoStream(blocks, classMaps, queryDimension, latent, heads, norm);
    }
  }

  /**
   * Blocks whose residual stream are the semantic tokens: they attend to each other and to the
   * photo's tokens, and the class token of the semantic tokens is the result.
   *
   * @param blocks the number of blocks, 1 to 64; 3 in the paper
   * @param classMaps the class maps
   * @param patch the side in pixels of the squares that become semantic tokens; 14 in the paper
   * @param sizes of the blocks
   * @param norm where the blocks normalize
   * @param selfAttention true for semantic tokens that attend to each other before they attend to
   *     the photo. Not in the paper; without it the class token does not depend on the class map
   * @param appearance true to concatenate the backbone's own vector with the class token. Not in
   *     the paper; small networks whose vector is a flattened feature map need it
   */
  record SemanticStream(
      int blocks,
      Input classMaps,
      int patch,
      Sizes sizes,
      Norm norm,
      boolean selfAttention,
      boolean appearance)
      implements Fusion {
    /** Checks the ranges. */
    public SemanticStream {
      checkBlocks(blocks);
      checkArgument(patch > 0, "patch must be positive: " + patch);
    }

    /** Returns three blocks of the paper's dimensions over class maps in sidecar files. */
    public static SemanticStream defaults() {
      return new SemanticStream(
          3, Input.defaults(), 14, Sizes.defaults(), Norm.BEFORE, true, false);
    }

    /**
     * Returns one block over water and land by color, for photos of 32 pixels from above: 16
     * semantic tokens.
     */
    public static SemanticStream tiny() {
      return new SemanticStream(
          1,
          Input.defaults().withSource("water", 2),
          8,
          new Sizes(64, 32, 4, 128),
          Norm.BEFORE,
          true,
          true);
    }

    @Override
    public Optional<Input> input() {
      return Optional.of(classMaps);
    }

    /** Returns a copy with another number of blocks. */
    public SemanticStream withBlocks(int blocks) {
      return new SemanticStream(blocks, classMaps, patch, sizes, norm, selfAttention, appearance);
    }

    @Override
    public SemanticStream withClassMaps(Input classMaps) {
      return new SemanticStream(blocks, classMaps, patch, sizes, norm, selfAttention, appearance);
    }

    /** Returns a copy with or without the backbone's own vector. */
    public SemanticStream withAppearance(boolean appearance) {
      return new SemanticStream(blocks, classMaps, patch, sizes, norm, selfAttention, appearance);
    }
  }

  private static void checkBlocks(int blocks) {
    checkArgument(blocks >= 1 && blocks <= 64, "blocks must be 1 to 64: " + blocks);
  }
}
