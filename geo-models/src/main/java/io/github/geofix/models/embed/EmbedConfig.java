package io.github.geofix.models.embed;

import io.github.geofix.models.AnswerOptions;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.io.NamedClass;
import io.github.geofix.models.io.NamesCode;
import io.github.geofix.models.semantics.ClassMaps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The configuration of an {@link EmbedModel}. Immutable.
 *
 * <pre>{@code
 * EmbedConfig.small()
 *     .withBackbone("dinov2-s14", ImageSpec.imageNet(224))
 *     .withCells(new Cells.FixedLevels(List.of(4, 6, 8)));
 * }</pre>
 *
 * @param encoder turns photos into vectors of the embedding space
 * @param cells the hierarchy of S2 cells
 * @param matching compares photos with cells
 * @param fusion joins class maps with the photo's tokens
 * @param inference options of inference
 * @param answer options of the answers
 */
public record EmbedConfig(
    Encoder encoder,
    Cells cells,
    Matching matching,
    Fusion fusion,
    Inference inference,
    AnswerOptions answer)
    implements NamesCode {

  /**
   * The encoder of photos.
   *
   * @param backbone as {@link Backbone#named} takes it
   * @param image the size and normalization of photos
   * @param trainableBlocks the number of last blocks that learn, with what comes after them; 0 to
   *     freeze the backbone, {@link Backbone#ALL_BLOCKS} to train all of it
   * @param dimension the length D of the vectors of photos and cells
   */
  public record Encoder(String backbone, ImageSpec image, int trainableBlocks, int dimension) {
    /** Checks the ranges. */
    public Encoder {
      check(!backbone.isBlank(), "backbone must have a name");
      check(
          trainableBlocks >= Backbone.ALL_BLOCKS,
          "trainableBlocks must be -1 or more: " + trainableBlocks);
      check(dimension > 0, "dimension must be positive: " + dimension);
    }

    /** Returns a copy with another number of last blocks that learn; -1 for all. */
    public Encoder withTrainableBlocks(int trainableBlocks) {
      return new Encoder(backbone, image, trainableBlocks, dimension);
    }

    /** Returns a copy with vectors of another length. */
    public Encoder withDimension(int dimension) {
      return new Encoder(backbone, image, trainableBlocks, dimension);
    }
  }

  /**
   * Options of inference.
   *
   * @param tenCrops 0 for the center crop; otherwise the shorter side in pixels to which a photo is
   *     resized before its corners, its center and their mirror images are cropped, whose scores
   *     are averaged
   * @param neighbors 0 for none; otherwise the answer is the spherical mean of this many training
   *     photos of the best cell, those with the nearest vectors, see {@link
   *     EmbedModel#indexPhotos}. A best cell without training photos is answered as by {@link
   *     AnswerOptions}
   */
  public record Inference(int tenCrops, int neighbors) {
    /** Checks the ranges. */
    public Inference {
      check(tenCrops >= 0, "tenCrops must be 0 or more: " + tenCrops);
      check(neighbors >= 0, "neighbors must be 0 or more: " + neighbors);
    }

    /** Returns the center crop without neighbors. */
    public static Inference defaults() {
      return new Inference(0, 0);
    }

    /** Returns a copy with ten crops of photos resized to this shorter side; 0 for the center. */
    public Inference withTenCrops(int tenCrops) {
      return new Inference(tenCrops, neighbors);
    }

    /** Returns a copy with another number of neighbors; 0 for none. */
    public Inference withNeighbors(int neighbors) {
      return new Inference(tenCrops, neighbors);
    }
  }

  /** Checks that the parts fit together. */
  public EmbedConfig {
    int side = Math.max(encoder.image().height(), encoder.image().width());
    check(
        inference.tenCrops() == 0 || inference.tenCrops() >= side,
        "tenCrops must be 0 or at least the image's side of " + side + ": " + inference.tenCrops());
  }

  /**
   * Returns the configuration of 0.25 million parameters, and 128 for each cell, for photos of 32
   * pixels and S2 levels 2, 4 and 5.
   */
  public static EmbedConfig tiny() {
    return new EmbedConfig(
        new Encoder("residual-small", ImageSpec.half(32), Backbone.ALL_BLOCKS, 128),
        Cells.FixedLevels.defaults(),
        Matching.Cosine.defaults(),
        new Fusion.None(),
        Inference.defaults(),
        new AnswerOptions(500, 10));
  }

  /**
   * Returns the configuration of ConvNeXt-T at 224 pixels, all of it trained, seven adaptive levels
   * and no fusion: 28 million parameters, and 512 for each cell.
   */
  public static EmbedConfig small() {
    return new EmbedConfig(
        new Encoder("convnext-tiny", ImageSpec.imageNet(224), Backbone.ALL_BLOCKS, 512),
        Cells.Adaptive.defaults(),
        Matching.Cosine.defaults().withNegatives(Matching.InBatch.defaults()),
        new Fusion.None(),
        Inference.defaults(),
        AnswerOptions.defaults());
  }

  /**
   * Returns the configuration of GeoSURGE: CLIP ViT-L/14 at 336 pixels with its last block trained,
   * fusion with class maps in sidecar files, seven adaptive levels, 768 dimensions, negatives in
   * the batch, ten crops of photos resized to 384 pixels. The paper does not give that size; 384 is
   * to 336 as ISN's 256 is to 224.
   */
  public static EmbedConfig paper() {
    return new EmbedConfig(
        new Encoder("clip-vit-l14-336", ImageSpec.clip(336), 1, 768),
        Cells.Adaptive.defaults(),
        Matching.Cosine.defaults().withNegatives(Matching.InBatch.defaults()),
        Fusion.PhotoStream.defaults(),
        Inference.defaults().withTenCrops(384),
        AnswerOptions.defaults());
  }

  /** Returns a copy with another encoder. */
  public EmbedConfig withEncoder(Encoder encoder) {
    return new EmbedConfig(encoder, cells, matching, fusion, inference, answer);
  }

  /**
   * Returns a copy with another backbone.
   *
   * @param backbone as {@link Backbone#named} takes it
   * @param image the size and normalization of photos
   */
  public EmbedConfig withBackbone(String backbone, ImageSpec image) {
    return withEncoder(
        new Encoder(backbone, image, encoder.trainableBlocks(), encoder.dimension()));
  }

  /**
   * Returns a copy with a backbone of the user's, such as {@code PatchBackbone::new}. A saved model
   * names its class, which must be on the class path to load it.
   *
   * @throws IllegalArgumentException if the class has no constructor without arguments
   */
  public EmbedConfig withBackbone(Supplier<? extends Backbone> backbone) {
    return withBackbone(NamedClass.of(backbone, Backbone.class), backbone.get().image());
  }

  /** Returns a copy with other cells. */
  public EmbedConfig withCells(Cells cells) {
    return new EmbedConfig(encoder, cells, matching, fusion, inference, answer);
  }

  /** Returns a copy that compares photos with cells in another way. */
  public EmbedConfig withMatching(Matching matching) {
    return new EmbedConfig(encoder, cells, matching, fusion, inference, answer);
  }

  /** Returns a copy with another fusion. */
  public EmbedConfig withFusion(Fusion fusion) {
    return new EmbedConfig(encoder, cells, matching, fusion, inference, answer);
  }

  /** Returns a copy with other options of inference. */
  public EmbedConfig withInference(Inference inference) {
    return new EmbedConfig(encoder, cells, matching, fusion, inference, answer);
  }

  /** Returns a copy with other options of the answers. */
  public EmbedConfig withAnswer(AnswerOptions answer) {
    return new EmbedConfig(encoder, cells, matching, fusion, inference, answer);
  }

  static void check(boolean valid, String message) {
    if (!valid) {
      throw new IllegalArgumentException(message);
    }
  }

  @Override
  public List<String> code() {
    List<String> code = new ArrayList<>(NamedClass.code(encoder.backbone()));
    fusion.input().ifPresent(input -> code.addAll(ClassMaps.code(input.source())));
    return code;
  }
}
