package io.github.geofix.models.zoom;

import static com.google.common.base.Preconditions.checkArgument;

import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.internal.backbone.BackboneChoice;
import io.github.geofix.models.internal.io.NamedClass;
import io.github.geofix.models.internal.io.NamesCode;
import io.github.geofix.models.internal.loss.PairLosses;
import io.github.geofix.models.internal.zoom.ZoomDecoder;
import java.util.List;

/**
 * The configuration of a {@link ZoomModel}. Immutable.
 *
 * <pre>{@code
 * ZoomConfig.paper("tiles/{z}/{x}/{y}.jpg")
 *     .withArea(new ZoomConfig.Square(new LatLng(47.37, 8.54), 10_000))
 *     .withChildrenPerSide(List.of(3, 3, 3, 3, 3, 3));
 * }</pre>
 *
 * @param head scores the children of a view
 * @param encoder turns photos and views into vectors
 * @param area the ground that the root view shows
 * @param childrenPerSide K of each step: a view is cut into K x K children; 2 to 64
 * @param map the imagery that views are cut from, as {@link
 *     io.github.geofix.core.tile.TileSource#open} takes it; relative to the working directory.
 *     Tiles of servers are kept below {@code .cache/geofix/tiles} of the user's home
 * @param training options of training
 * @param search options of the beam search
 * @param answer options of the answers
 */
public record ZoomConfig(
    Head head,
    Encoder encoder,
    Area area,
    List<Integer> childrenPerSide,
    String map,
    Training training,
    BeamOptions search,
    AnswerOptions answer)
    implements NamesCode {

  /** Scores the children of a view. */
  public sealed interface Head {}

  /**
   * Scores a child by the cosine between the photo and the part of the view's feature map that the
   * child covers: small, stateless, trained from scratch in minutes. Photos and views have an
   * encoder each.
   *
   * @param dimension the length D of the vectors that are compared
   * @param temperature of the cosines before training, above 0
   * @param contrast the weight of the contrastive loss within a batch, 0 for none
   */
  public record ChildCosine(int dimension, double temperature, double contrast) implements Head {
    /** Checks the ranges. */
    public ChildCosine {
      checkArgument(dimension > 0, "dimension must be positive: " + dimension);
      checkArgument(temperature > 0, "temperature must be positive: " + temperature);
      checkArgument(contrast >= 0, "contrast must be 0 or more: " + contrast);
    }

    /** Returns vectors of 128 numbers, a temperature of 0.07, and the contrast at weight 1. */
    public static ChildCosine defaults() {
      return new ChildCosine(128, 0.07, 1);
    }
  }

  /**
   * Scores children with a causal transformer over one vector for the photo, each view and each
   * child taken, as in Just Zoom In ({@link ZoomDecoder}). Needs a pretrained encoder.
   *
   * @param dimension the length D of all tokens
   * @param heads number of attention heads; each an even part of the dimension
   * @param layers number of blocks
   * @param dropout rate of tokens, attention weights and branch outputs in training, 0 to below 1
   * @param sharedEncoder true to encode photos and views with the same weights, as in the paper
   */
  public record Decoder(int dimension, int heads, int layers, double dropout, boolean sharedEncoder)
      implements Head {
    /** Checks the ranges. */
    public Decoder {
      checkArgument(
          heads >= 1 && dimension >= 1 && dimension % (2 * heads) == 0,
          heads + " heads do not divide a dimension of " + dimension + " into even parts");
      checkArgument(layers >= 1, "layers must be 1 or more: " + layers);
      checkArgument(dropout >= 0 && dropout < 1, "dropout must be 0 to below 1: " + dropout);
    }

    /** Returns the published size, 21.27 million parameters for four steps into 4 x 4 children. */
    public static Decoder defaults() {
      return new Decoder(768, 8, 6, 0.1, true);
    }
  }

  /**
   * The encoders of photos and views.
   *
   * @param backbone as {@link Backbone#named} takes it
   * @param trainableBlocks the number of last blocks that learn, with what comes after them; 0 to
   *     freeze the backbone, {@link Backbone#ALL_BLOCKS} to train all of it
   * @param photo the size and normalization of photos; their width is a multiple of their height
   *     for {@link Decoder}, and equals it for {@link ChildCosine}
   * @param viewPixels the side of a view
   */
  public record Encoder(String backbone, int trainableBlocks, ImageSpec photo, int viewPixels) {
    /** Checks the ranges. */
    public Encoder {
      BackboneChoice.check(backbone, trainableBlocks);
      checkArgument(viewPixels > 0, "viewPixels must be positive: " + viewPixels);
    }

    /** Returns the size and normalization of views. */
    ImageSpec view() {
      return photo.withSize(viewPixels, viewPixels);
    }

    /** Returns the size and normalization of the squares that a wide photo is cut into. */
    ImageSpec square() {
      return photo.withSize(photo.height(), photo.height());
    }
  }

  /** The ground that the root view shows. */
  public sealed interface Area {
    /** Returns the grid of cells of the given numbers of children per side. */
    ZoomGrid grid(int... childrenPerSide);
  }

  /** The square world of Web Mercator, 85.05 degrees south to 85.05 degrees north. */
  public record World() implements Area {
    @Override
    public ZoomGrid grid(int... childrenPerSide) {
      return ZoomGrid.mercatorWorld(childrenPerSide);
    }

    @Override
    public String toString() {
      return "85.05 degrees south to 85.05 degrees north";
    }
  }

  /**
   * A square of ground.
   *
   * @param center its middle
   * @param sizeMeters its side
   */
  public record Square(LatLng center, double sizeMeters) implements Area {
    /** Checks the range. */
    public Square {
      checkArgument(
          sizeMeters > 0 && sizeMeters < Double.POSITIVE_INFINITY,
          "sizeMeters must be positive: " + sizeMeters);
    }

    @Override
    public ZoomGrid grid(int... childrenPerSide) {
      return ZoomGrid.local(center, sizeMeters, childrenPerSide);
    }

    @Override
    public String toString() {
      return "a square of %.0f m around %s".formatted(sizeMeters, center);
    }
  }

  /**
   * Options of training.
   *
   * @param augment true to augment photos and views as the paper does; the root view is never
   *     augmented
   * @param labelSmoothing of the next-child cross-entropy, 0 to below 1
   */
  public record Training(boolean augment, double labelSmoothing) {
    /** Checks the range. */
    public Training {
      PairLosses.checkSmoothing(labelSmoothing);
    }
  }

  /** Checks that the parts fit together. */
  public ZoomConfig {
    childrenPerSide = List.copyOf(childrenPerSide);
    checkArgument(!map.isBlank(), "map must name the imagery that views are cut from");
    ImageSpec photo = encoder.photo();
    checkArgument(
        photo.width() == photo.height()
            || (head instanceof Decoder && photo.width() % photo.height() == 0),
        "a photo of %d x %d pixels: ChildCosine needs a square, Decoder one or more side by side"
            .formatted(photo.width(), photo.height()));
    area.grid(toArray(childrenPerSide)); // checks itself
  }

  /**
   * Returns the configuration of 0.8 million parameters that zooms from the world to cells of 1.4
   * degrees in four steps of 4 x 4.
   */
  public static ZoomConfig tiny(String map) {
    return new ZoomConfig(
        ChildCosine.defaults(),
        new Encoder("residual-small", Backbone.ALL_BLOCKS, ImageSpec.symmetric(32), 32),
        new World(),
        List.of(4, 4, 4, 4),
        map,
        new Training(false, 0),
        new BeamOptions(16, 20),
        new AnswerOptions(500, 10));
  }

  /**
   * Returns the configuration of the published method with DINOv2 ViT-S/14, views of 224 pixels, a
   * decoder of half the dimension, and a beam search of width 16.
   */
  public static ZoomConfig small(String map) {
    ZoomConfig paper = paper(map);
    ImageSpec photo = paper.encoder.photo().withSize(224, 448);
    return new ZoomConfig(
        new Decoder(384, 6, 4, 0.1, true),
        new Encoder("dinov2-s14", 4, photo, 224),
        paper.area,
        paper.childrenPerSide,
        map,
        paper.training,
        new BeamOptions(16, 20),
        paper.answer);
  }

  /**
   * Returns the published configuration: DINOv2 ViT-B/14 for both photos and views, a decoder of
   * 21,268,224 parameters, 10 km of Washington DC in four steps of 4 x 4, and greedy search.
   */
  public static ZoomConfig paper(String map) {
    ImageSpec photo = ImageSpec.imageNet(384).withSize(384, 768).withFit(Fit.STRETCH);
    return new ZoomConfig(
        Decoder.defaults(),
        new Encoder("dinov2-b14", 4, photo, 384),
        new Square(new LatLng(38.89359773, -76.98851636), 10_000),
        List.of(4, 4, 4, 4),
        map,
        new Training(true, 0.1),
        BeamOptions.greedy(),
        new AnswerOptions(0, 10));
  }

  /** Returns a copy with the given head. */
  public ZoomConfig withHead(Head head) {
    return new ZoomConfig(head, encoder, area, childrenPerSide, map, training, search, answer);
  }

  /** Returns a copy with the given encoders. */
  public ZoomConfig withEncoder(Encoder encoder) {
    return new ZoomConfig(head, encoder, area, childrenPerSide, map, training, search, answer);
  }

  /** Returns a copy for the given area. */
  public ZoomConfig withArea(Area area) {
    return new ZoomConfig(head, encoder, area, childrenPerSide, map, training, search, answer);
  }

  /** Returns a copy with the given numbers of children per side, one a step. */
  public ZoomConfig withChildrenPerSide(List<Integer> childrenPerSide) {
    return new ZoomConfig(head, encoder, area, childrenPerSide, map, training, search, answer);
  }

  /** Returns a copy that takes its views from another map. */
  ZoomConfig withMap(String map) {
    return new ZoomConfig(head, encoder, area, childrenPerSide, map, training, search, answer);
  }

  /** Returns a copy with the given options of the answers. */
  public ZoomConfig withAnswer(AnswerOptions answer) {
    return new ZoomConfig(head, encoder, area, childrenPerSide, map, training, search, answer);
  }

  /** Returns the grid of cells. */
  public ZoomGrid grid() {
    return area.grid(toArray(childrenPerSide));
  }

  private static int[] toArray(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public List<String> code() {
    return NamedClass.code(encoder.backbone());
  }
}
