package io.github.geofix.models.recombine;

import static com.google.common.base.Preconditions.checkArgument;

import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.internal.image.PolarTransform;
import io.github.geofix.models.internal.io.NamedClass;
import io.github.geofix.models.internal.io.NamesCode;
import io.github.geofix.models.internal.loss.PairLosses;
import io.github.geofix.models.internal.recombine.SoftMarginTriplet;
import io.github.geofix.models.internal.recombine.WeightedTuple;
import java.util.List;

/**
 * The configuration of a {@link RecombineModel}.
 *
 * @param encoder the backbones and the images they read
 * @param photos from where photos are taken
 * @param recombination how feature maps become vectors
 * @param loss the training loss
 * @param map the map that tiles are taken from, as {@link
 *     io.github.geofix.core.tile.TileSource#open} takes it; empty for none
 * @param tiles which squares of the map are tiles
 * @param answer how scores become locations
 */
public record RecombineConfig(
    Encoder encoder,
    Photos photos,
    Recombination recombination,
    Loss loss,
    String map,
    MapTiles tiles,
    AnswerOptions answer)
    implements NamesCode {

  /** The length of a degree of a great circle, in meters. */
  private static final double DEGREE = 111_195;

  /**
   * The backbones of photos and tiles.
   *
   * @param backbone their name, as {@link Backbone#named} takes it
   * @param shared whether one backbone reads both
   * @param photo the photo it reads
   * @param tile the tile it reads; square unless tiles are unrolled
   */
  public record Encoder(String backbone, boolean shared, ImageSpec photo, ImageSpec tile) {

    /** Returns a copy with one backbone for both, or with two. */
    public Encoder withShared(boolean shared) {
      return new Encoder(backbone, shared, photo, tile);
    }

    /** Returns a copy that reads other images. */
    public Encoder withImages(ImageSpec photo, ImageSpec tile) {
      return new Encoder(backbone, shared, photo, tile);
    }
  }

  /** From where photos are taken. The defaults are those of photos from above. */
  public sealed interface Photos permits Aerial, Drone, Ground {

    /** Returns how photos show the directions. */
    default View view() {
      return View.AERIAL;
    }

    /** Returns how tiles show the directions once the backbone reads them. */
    default View tileView() {
      return View.AERIAL;
    }

    /** Returns the number S of headings that are tried for each photo. */
    default int headings() {
      return 1;
    }

    /** Returns the angle that a photo spans, in degrees. */
    default double fieldOfView() {
      return 360;
    }

    /** Returns how training changes each photo and its tile. */
    default Augment augment() {
      return Augment.NONE;
    }

    /** Returns whether the vectors of photos need no heading. */
    default boolean faceNorth() {
      return headings() == 1 && fieldOfView() == 360;
    }
  }

  /** The augmentation of a photo and its tile. */
  public enum Augment {
    /** None, as FRGeo trains. */
    NONE,
    /** Both are mirrored, and turned by quarters, together. */
    TURNS,
    /**
     * Turns, then the changes of pixels of Sample4Geo (ICCV 2023, released code) to photo and tile,
     * each on its own: JPEG artifacts, colors, blur or sharper edges, and holes.
     */
    SAMPLE4GEO
  }

  /** Photos from above, north up. */
  public record Aerial() implements Photos {}

  /**
   * Photos taken by a drone, obliquely and facing any direction.
   *
   * @param augment how training changes each photo and its tile, at random; of both mirrored
   *     together, the tile is turned alone, as the photo faces any direction
   */
  public record Drone(Augment augment) implements Photos {

    /** Returns photos that are not augmented. */
    public static Drone defaults() {
      return new Drone(Augment.NONE);
    }
  }

  /**
   * Panoramas taken on the ground, or the part of one in a camera's view. Photos to train on are
   * panoramas, north in the middle.
   *
   * @param headings the number S of evenly spaced headings that are tried for each photo; 1 if all
   *     face north
   * @param fieldOfView the angle that a photo spans, above 0 to 360 degrees
   * @param augment how training changes each photo and its tile, at random
   * @param unrollTiles whether tiles are unrolled into panoramas first, so that both backbones, or
   *     one, find the same things in the same directions (Shi et al., "SAFA", NeurIPS 2019, by
   *     {@link PolarTransform})
   */
  public record Ground(int headings, double fieldOfView, Augment augment, boolean unrollTiles)
      implements Photos {

    /** Checks the ranges. */
    public Ground {
      checkArgument(headings >= 1, "headings must be 1 or more: " + headings);
      checkArgument(
          fieldOfView > 0 && fieldOfView <= 360,
          "fieldOfView must be above 0 to 360 degrees: " + fieldOfView);
    }

    /** Returns panoramas that face north, not augmented, and tiles as they are. */
    public static Ground defaults() {
      return new Ground(1, 360, Augment.NONE, false);
    }

    @Override
    public View view() {
      return View.GROUND;
    }

    @Override
    public View tileView() {
      return unrollTiles ? View.GROUND : View.AERIAL;
    }
  }

  /**
   * How feature maps become vectors: the mean of each of R directions, joined.
   *
   * @param regions the number R of directions; 1 is global pooling, the baseline
   * @param normalized whether the backbone's final normalization is applied to the mean of each
   *     region, as in the released code, or a layer normalization of its own if the backbone has
   *     none; false for the paper's text
   */
  public record Recombination(int regions, boolean normalized) {

    /** Checks the number of regions. */
    public Recombination {
      if (regions < 1) {
        throw new IllegalArgumentException("regions must be 1 or more: " + regions);
      }
    }

    /** Returns FRGeo as released: four regions, normalized. */
    public static Recombination defaults() {
      return new Recombination(4, true);
    }

    /** Returns a copy with another number of regions. */
    public Recombination withRegions(int regions) {
      return new Recombination(regions, normalized);
    }
  }

  /** A distance between two embeddings of length 1, in terms of their cosine {@code s}. */
  public enum Distance {
    /** The cosine distance {@code 1 - s}, 0 to 2: half the squared Euclidean distance. */
    COSINE,

    /**
     * The Euclidean distance {@code sqrt(2 - 2s)}, 0 to 2. Not differentiable where two embeddings
     * coincide: the gradient there is 0. In float32, distances below 0.001 are indistinguishable.
     */
    L2,

    /** The squared Euclidean distance {@code 2 - 2s}, 0 to 4. */
    SQUARED_L2
  }

  /** The training loss. */
  public sealed interface Loss permits Tuple, Triplet, InfoNce {}

  /**
   * FRGeo's {@link WeightedTuple} loss.
   *
   * @param alpha steepness, positive
   * @param distance between vectors
   */
  public record Tuple(double alpha, Distance distance) implements Loss {

    /** Checks the steepness. */
    public Tuple {
      PairLosses.checkAlpha(alpha);
    }

    /** Returns the loss as released: alpha 10, cosine distance. */
    public static Tuple defaults() {
      return new Tuple(10, Distance.COSINE);
    }
  }

  /**
   * The {@link SoftMarginTriplet} loss, the baseline of FRGeo.
   *
   * @param alpha steepness, positive
   * @param distance between vectors
   */
  public record Triplet(double alpha, Distance distance) implements Loss {

    /** Checks the steepness. */
    public Triplet {
      PairLosses.checkAlpha(alpha);
    }

    /** Returns alpha 10 and the cosine distance, to compare with {@link Tuple#defaults}. */
    public static Triplet defaults() {
      return new Triplet(10, Distance.COSINE);
    }
  }

  /**
   * Sample4Geo's symmetric {@link io.github.geofix.models.internal.loss.InfoNce} with a learned
   * scale.
   *
   * @param labelSmoothing share of the target that is spread over the batch, 0 to below 1
   * @param temperature where the learned temperature starts, positive
   */
  public record InfoNce(double labelSmoothing, double temperature) implements Loss {

    /** Checks the ranges. */
    public InfoNce {
      PairLosses.checkSmoothing(labelSmoothing);
      checkArgument(
          temperature > 0 && temperature < Double.POSITIVE_INFINITY,
          "temperature must be positive: " + temperature);
    }

    /** Returns no smoothing and a temperature of 0.07. */
    public static InfoNce defaults() {
      return new InfoNce(0, 0.07);
    }
  }

  /**
   * Which squares of the map are tiles.
   *
   * @param tileMeters the side of a tile on the ground
   * @param jitterMeters in training the middle of a tile is moved up to this far east or west of
   *     the photo, and north or south
   * @param samePlaceMeters a tile whose middle is nearer to a photo is no negative of it
   * @param galleryS2Level photos are looked up among the S2 cells of this level that hold a
   *     training position, 0 to 30; the tile of a cell is around its middle
   */
  public record MapTiles(
      double tileMeters, double jitterMeters, double samePlaceMeters, int galleryS2Level) {

    /** Checks the ranges. */
    public MapTiles {
      checkArgument(tileMeters > 0, "tileMeters must be positive: " + tileMeters);
      checkArgument(jitterMeters >= 0, "jitterMeters must be 0 or more: " + jitterMeters);
      checkArgument(samePlaceMeters >= 0, "samePlaceMeters must be 0 or more: " + samePlaceMeters);
      checkArgument(
          galleryS2Level >= 0 && galleryS2Level <= 30,
          "galleryS2Level must be 0 to 30: " + galleryS2Level);
    }
  }

  /** Checks that tiles have the shape their view needs. */
  public RecombineConfig {
    checkArgument(
        photos.tileView() == View.GROUND || encoder.tile().width() == encoder.tile().height(),
        "a tile that is not unrolled must be square: " + encoder.tile());
  }

  /**
   * Returns two networks of 0.12 million parameters for photos from above of 32 pixels and tiles of
   * 6 degrees. The gallery's cells are about 145 km wide.
   */
  public static RecombineConfig tiny() {
    return new RecombineConfig(
        new Encoder("residual-small", false, ImageSpec.symmetric(32), ImageSpec.symmetric(32)),
        new Aerial(),
        Recombination.defaults(),
        InfoNce.defaults(),
        "",
        new MapTiles(6 * DEGREE, 0.7 * DEGREE, 0.7 * DEGREE, 6),
        new AnswerOptions(200, 10));
  }

  /**
   * Returns FRGeo as published for CVUSA and CVACT: two ConvNeXt-T, panoramas of 128 x 512 and
   * tiles of 256 x 256 pixels, four regions.
   */
  public static RecombineConfig paper() {
    ImageSpec stretched = ImageSpec.imageNet(256).withFit(Fit.STRETCH);
    return new RecombineConfig(
        new Encoder("convnext-tiny", false, stretched.withSize(128, 512), stretched),
        Ground.defaults(),
        Recombination.defaults(),
        Tuple.defaults(),
        "",
        // 750 pixels of zoom 19 at latitude 40, as in CVUSA; cells about 70 m wide.
        new MapTiles(171, 0, 0, 17),
        AnswerOptions.defaults());
  }

  /** Returns FRGeo as published for VIGOR: 320 x 640 and 320 x 320 pixels. */
  public static RecombineConfig paperVigor() {
    RecombineConfig paper = paper();
    Encoder encoder = paper.encoder;
    return paper
        .withEncoder(
            encoder.withImages(encoder.photo.withSize(320, 640), encoder.tile.withSize(320, 320)))
        // 640 pixels of zoom 20 at 0.114 m.
        .withMap("", new MapTiles(73, 0, 0, 17));
  }

  /**
   * Returns Sample4Geo as published for CVUSA: one ConvNeXt-B, panoramas of 140 x 768 and tiles of
   * 384 x 384 pixels, global pooling, InfoNCE with label smoothing and a learned scale. CVACT is
   * the same.
   */
  public static RecombineConfig sample4geo() {
    ImageSpec tile = paper().encoder.tile.withSize(384, 384);
    return paper()
        .withEncoder(new Encoder("convnext-base", true, tile.withSize(140, 768), tile))
        .withPhotos(new Ground(1, 360, Augment.SAMPLE4GEO, false))
        .withRecombination(Recombination.defaults().withRegions(1))
        .withLoss(new InfoNce(0.1, 0.07));
  }

  /** Returns Sample4Geo as published for VIGOR: panoramas of 384 x 768 pixels. */
  public static RecombineConfig sample4geoVigor() {
    Encoder encoder = sample4geo().encoder;
    return sample4geo()
        .withEncoder(encoder.withImages(encoder.photo.withSize(384, 768), encoder.tile))
        .withMap("", paperVigor().tiles);
  }

  /**
   * Returns Sample4Geo as published for University-1652: photos of drones and tiles of 384 x 384
   * pixels.
   */
  public static RecombineConfig sample4geoUniversity() {
    Encoder encoder = sample4geo().encoder;
    return sample4geo()
        .withEncoder(encoder.withImages(encoder.tile, encoder.tile))
        .withPhotos(new Drone(Augment.SAMPLE4GEO));
  }

  /** Returns a copy with other backbones or images. */
  public RecombineConfig withEncoder(Encoder encoder) {
    return new RecombineConfig(encoder, photos, recombination, loss, map, tiles, answer);
  }

  /** Returns a copy for other photos. */
  public RecombineConfig withPhotos(Photos photos) {
    return new RecombineConfig(encoder, photos, recombination, loss, map, tiles, answer);
  }

  /** Returns a copy with another pooling. */
  public RecombineConfig withRecombination(Recombination recombination) {
    return new RecombineConfig(encoder, photos, recombination, loss, map, tiles, answer);
  }

  /** Returns a copy with another training loss. */
  public RecombineConfig withLoss(Loss loss) {
    return new RecombineConfig(encoder, photos, recombination, loss, map, tiles, answer);
  }

  /** Returns a copy that takes its tiles from another map. */
  public RecombineConfig withMap(String map) {
    return new RecombineConfig(encoder, photos, recombination, loss, map, tiles, answer);
  }

  /** Returns a copy that takes other tiles from another map. */
  public RecombineConfig withMap(String map, MapTiles tiles) {
    return new RecombineConfig(encoder, photos, recombination, loss, map, tiles, answer);
  }

  /** Returns a copy with other answer options. */
  public RecombineConfig withAnswer(AnswerOptions answer) {
    return new RecombineConfig(encoder, photos, recombination, loss, map, tiles, answer);
  }

  @Override
  public List<String> code() {
    return NamedClass.code(encoder.backbone());
  }

  /** From where an image was taken. The shape of an image does not decide: either may be square. */
  public enum View {
    /** A full circle seen from the ground, clockwise from left to right, north in the middle. */
    GROUND,

    /** Seen from above, north up. */
    AERIAL
  }
}
