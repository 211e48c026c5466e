package io.github.geofix.models.embed;

import static com.google.common.base.Preconditions.checkArgument;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.BackboneChoice;
import io.github.geofix.models.internal.io.NamedClass;
import io.github.geofix.models.internal.io.NamesCode;
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
      BackboneChoice.check(backbone, trainableBlocks);
      checkArgument(dimension > 0, "dimension must be positive: " + dimension);
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
      checkArgument(tenCrops >= 0, "tenCrops must be 0 or more: " + tenCrops);
      checkArgument(neighbors >= 0, "neighbors must be 0 or more: " + neighbors);
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
    checkArgument(
        inference.tenCrops() == 0 || inference.tenCrops() >= side,
        "tenCrops must be 0 or at least the image's side of " + side + ": " + inference.tenCrops());
  }

  /**
   * Returns the configuration of 0.25 million parameters, and 128 for each cell, for photos of 32
   * pixels and S2 levels 2, 4 and 5.
   */
  public static EmbedConfig tiny() {
    return new EmbedConfig(
        new Encoder("residual-small", ImageSpec.symmetric(32), Backbone.ALL_BLOCKS, 128),
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

  @Override
  public List<String> code() {
    List<String> code = new ArrayList<>(NamedClass.code(encoder.backbone()));
    fusion.input().ifPresent(input -> code.addAll(ClassMaps.code(input.source())));
    return code;
  }

  /** The hierarchy of S2 cells of an {@link EmbedModel}. */
  public sealed interface Cells {

    /** Returns the cells of training photos taken at the given positions, coarse to fine. */
    CellHierarchy hierarchy(List<LatLng> positions);

    /**
     * The cells of fixed S2 levels that hold a training photo.
     *
     * @param s2Levels 0 to 30, increasing
     */
    record FixedLevels(List<Integer> s2Levels) implements Cells {
      /** Checks the levels. */
      public FixedLevels {
        s2Levels = List.copyOf(s2Levels);
        boolean increasing = !s2Levels.isEmpty();
        for (int i = 0; i < s2Levels.size(); i++) {
          int least = i == 0 ? 0 : s2Levels.get(i - 1) + 1;
          increasing &= s2Levels.get(i) >= least && s2Levels.get(i) <= 30;
        }
        checkArgument(
            increasing, "s2Levels must be one or more of 0 to 30, increasing: " + s2Levels);
      }

      /** Returns levels 2, 4 and 5: cells of about 2,200, 560 and 280 km. */
      public static FixedLevels defaults() {
        return new FixedLevels(List.of(2, 4, 5));
      }

      @Override
      public CellHierarchy hierarchy(List<LatLng> positions) {
        return CellHierarchy.fixedLevels(positions, array(s2Levels));
      }
    }

    /**
     * Cells that follow the density of the training photos, see {@link CellHierarchy#adaptive}.
     *
     * @param rule where splitting starts and which cells are kept
     * @param minPoints the fewest photos of a cell, 1 or more
     * @param maxPoints the most photos of a cell, for each level, decreasing
     */
    record Adaptive(AdaptiveOptions.Rule rule, int minPoints, List<Integer> maxPoints)
        implements Cells {
      /** Checks the ranges. */
      public Adaptive {
        maxPoints = List.copyOf(maxPoints);
        checkArgument(minPoints > 0, "minPoints must be positive: " + minPoints);
        checkArgument(!maxPoints.isEmpty(), "maxPoints must not be empty");
      }

      /** Returns the seven levels of GeoSURGE: at least 50 photos, at most 25,000 down to 500. */
      public static Adaptive defaults() {
        return new Adaptive(
            AdaptiveOptions.Rule.GEOSURGE,
            50,
            List.of(25_000, 10_000, 5_000, 2_000, 1_000, 750, 500));
      }

      @Override
      public CellHierarchy hierarchy(List<LatLng> positions) {
        return CellHierarchy.adaptive(
            positions,
            AdaptiveOptions.defaults().withRule(rule).withMinPoints(minPoints),
            array(maxPoints));
      }
    }

    private static int[] array(List<Integer> numbers) {
      return numbers.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /** Compares photos with cells in an {@link EmbedModel}. */
  public sealed interface Matching {

    /**
     * Compares a photo with a cell by the cosine of their vectors, over a learned temperature for
     * each level.
     *
     * @param temperature of every level before training, above 0
     * @param negatives what a photo's cell is contrasted with in training
     * @param product what inference multiplies over a finest cell and its ancestors
     */
    record Cosine(double temperature, Negatives negatives, Product product) implements Matching {
      /** Checks the range. */
      public Cosine {
        checkArgument(
            temperature > 0 && temperature < Double.POSITIVE_INFINITY,
            "temperature must be positive: " + temperature);
      }

      /** Returns a temperature of 0.07, all cells as negatives and products of probabilities. */
      public static Cosine defaults() {
        return new Cosine(0.07, new AllCells(), Product.PROBABILITIES);
      }

      /** Returns a copy with other negatives. */
      public Cosine withNegatives(Negatives negatives) {
        return new Cosine(temperature, negatives, product);
      }

      /** Returns a copy that multiplies something else over the levels. */
      public Cosine withProduct(Product product) {
        return new Cosine(temperature, negatives, product);
      }
    }

    /** A linear classifier for each level, the baseline of the paper. */
    record Classifier() implements Matching {}

    /** What a photo's cell is contrasted with. */
    sealed interface Negatives {}

    /** All other cells of the level. */
    record AllCells() implements Negatives {}

    /**
     * The cells of the other photos in the batch.
     *
     * @param maskSameCell true to leave photos of the same cell out of each other's negatives
     * @param symmetric true to contrast a cell with the photos of the batch, too; not in the paper
     */
    record InBatch(boolean maskSameCell, boolean symmetric) implements Negatives {
      /** Returns masked negatives in one direction. */
      public static InBatch defaults() {
        return new InBatch(true, false);
      }
    }

    /** What is multiplied over a finest cell and its ancestors. */
    enum Product {
      /** The softmax probabilities of the levels. */
      PROBABILITIES,
      /** The cosines, as in the text of the paper; negative ones count as 0. */
      COSINES
    }
  }
}
