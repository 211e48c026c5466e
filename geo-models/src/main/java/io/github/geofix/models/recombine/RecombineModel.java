package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.ImagePair;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.SafetensorsWriter;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.AnswerOptions;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.MatchingModel;
import io.github.geofix.models.RefiningModel;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.calibration.ScoredPhoto;
import io.github.geofix.models.image.Fit;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.PolarTransform;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.loss.Distance;
import io.github.geofix.models.loss.InfoNce;
import io.github.geofix.models.loss.SoftMarginTriplet;
import io.github.geofix.models.loss.WeightedTuple;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.weights.RenameTable;
import io.github.geofix.models.weights.Weights;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The recombine family: photos and map tiles are unit vectors in one space, each made of one vector
 * for every direction, and a photo was taken where the tile lies nearest to it.
 *
 * <p>After FRGeo (Zhang and Zhu, AAAI 2024) and Sample4Geo (Deuser, Habel and Oswald, ICCV 2023);
 * {@code docs/methods.md} lists where we differ.
 *
 * <p>Photos are looked up in a gallery: the S2 cells of one level that hold a training position,
 * each with the vector of the tile around its middle. The gallery is encoded when it is first
 * needed, again when training has changed the weights, and saved with them, so that a loaded model
 * needs no imagery. A model that only learns from pairs of files needs none at all and answers as
 * {@link #tileEncoder()}.
 *
 * <p>Training is for one thread, {@link #example} aside; the localizer and the encoder are
 * thread-safe.
 */
public final class RecombineModel extends GeoModel implements MatchingModel, RefiningModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "recombine";

  /** Photos that are compared with the gallery at a time. */
  private static final int BATCH = 64;

  /** What pulls a photo to its tile and pushes it from the others of the batch. */
  public enum Loss {
    /** {@link WeightedTuple}, FRGeo's. */
    TUPLE,
    /** {@link InfoNce} both ways with a learned scale, Sample4Geo's. */
    INFO_NCE,
    /** {@link SoftMarginTriplet}, the baseline. */
    TRIPLET
  }

  /**
   * What the model is built from.
   *
   * @param backbone the backbones' name, as {@link Backbone#named} takes it
   * @param shared true for one backbone that reads photos and tiles
   * @param photo what the backbone reads of a photo
   * @param tile what it reads of a tile; square if the tile is read as it is
   * @param photoView from where photos are taken
   * @param tileView {@link View#AERIAL} to read a tile as it is; {@link View#GROUND} to unroll it
   *     first into what a camera in its middle sees, so that both backbones, or one, find the same
   *     things in the same directions (Shi et al., SAFA, NeurIPS 2019, by {@link PolarTransform})
   * @param regions the number R of directions; 1 pools over everything, which is the baseline
   * @param normalized whether the backbone's final normalization is applied to each region
   * @param loss what is minimized
   * @param distance between vectors, of TUPLE and TRIPLET
   * @param alpha steepness of TUPLE and TRIPLET
   * @param labelSmoothing of INFO_NCE
   * @param temperature where the learned temperature of INFO_NCE starts
   * @param headings the number S of headings that are tried for each photo; 1 if all photos look
   *     north
   * @param fieldOfView angle that the columns of a ground photo span, above 0 to 360 degrees.
   *     Photos to train on are full circles, north in the middle, from which it is cut
   * @param augmented whether pairs to train on are mirrored and turned together, at random
   * @param map the map that tiles are taken from, as {@code TileSource.open} understands it; empty
   *     for none
   * @param tileMeters the side of a tile on the ground
   * @param jitterMeters in training the tile's middle lies up to this far east or west of the
   *     photo, and north or south
   * @param samePlaceMeters a photo is not pushed from a tile whose middle is nearer than this
   * @param galleryS2Level the S2 level of the gallery's cells
   * @param refineKm the answer is the spherical mean of the score within this distance of the best
   *     place; 0 for the best place's middle
   * @param candidates the number of candidates in a location
   */
  public record Config(
      String backbone,
      boolean shared,
      ImageSpec photo,
      ImageSpec tile,
      View photoView,
      View tileView,
      int regions,
      boolean normalized,
      Loss loss,
      Distance distance,
      double alpha,
      double labelSmoothing,
      double temperature,
      int headings,
      double fieldOfView,
      boolean augmented,
      String map,
      double tileMeters,
      double jitterMeters,
      double samePlaceMeters,
      int galleryS2Level,
      double refineKm,
      int candidates) {

    /** The length of a degree of a great circle. */
    private static final double METERS_PER_DEGREE = 111_195;

    /** Checks the ranges. */
    public Config {
      Objects.requireNonNull(loss);
      Objects.requireNonNull(distance);
      check(
          tileView == View.GROUND || tile.width() == tile.height(),
          "a tile that is not unrolled must be square: " + tile);
      check(
          tileView == View.AERIAL || photoView == View.GROUND,
          "tiles are unrolled for ground photos, these are from above");
      check(regions >= 1, "regions must be 1 or more: " + regions);
      check(alpha > 0, "alpha must be positive: " + alpha);
      check(
          labelSmoothing >= 0 && labelSmoothing < 1,
          "labelSmoothing must be 0 to below 1: " + labelSmoothing);
      check(temperature > 0, "temperature must be positive: " + temperature);
      check(headings >= 1, "headings must be 1 or more: " + headings);
      check(
          fieldOfView > 0 && fieldOfView <= 360,
          "fieldOfView must be above 0 to 360 degrees: " + fieldOfView);
      check(
          photoView == View.GROUND || (headings == 1 && fieldOfView == 360),
          "photos from above have no headings and no fieldOfView but 360: "
              + headings
              + ", "
              + fieldOfView);
      check(
          photoView == View.GROUND || !augmented,
          "photos from above cannot be augmented: a panorama is mirrored and rolled");
      check(tileMeters > 0, "tileMeters must be positive: " + tileMeters);
      check(jitterMeters >= 0, "jitterMeters must be 0 or more: " + jitterMeters);
      check(samePlaceMeters >= 0, "samePlaceMeters must be 0 or more: " + samePlaceMeters);
      check(
          galleryS2Level >= 0 && galleryS2Level <= 30,
          "galleryS2Level must be 0 to 30: " + galleryS2Level);
      check(refineKm >= 0, "refineKm must be 0 or more: " + refineKm);
      check(candidates > 0, "candidates must be positive: " + candidates);
    }

    private static void check(boolean fits, String message) {
      if (!fits) {
        throw new IllegalArgumentException(message);
      }
    }

    /**
     * Two networks of 0.12 million parameters for photos from above of 32 pixels and tiles of 6
     * degrees, trained on two cores in four minutes. The gallery's cells are about 145 km wide. The
     * loss is InfoNCE, whose learned scale found 30 % of places where the tuple loss found 22.
     */
    public static Config tiny() {
      return new Config(
          "residual-small",
          false,
          ImageSpec.half(32),
          ImageSpec.half(32),
          View.AERIAL,
          View.AERIAL,
          4,
          true,
          Loss.INFO_NCE,
          Distance.COSINE,
          10,
          0,
          0.07,
          1,
          360,
          false,
          "examples/data/earth/earth-blue-marble.jpg",
          6 * METERS_PER_DEGREE,
          0.7 * METERS_PER_DEGREE,
          0.7 * METERS_PER_DEGREE,
          6,
          200,
          10);
    }

    /**
     * FRGeo as published for CVUSA and CVACT: two ConvNeXt-T, panoramas of 128 x 512 and tiles of
     * 256 x 256 pixels, four regions. Trained on pairs; no map.
     */
    public static Config paper() {
      ImageSpec stretched = ImageSpec.imageNet(256).withFit(Fit.STRETCH);
      return tiny()
          .with(
              d -> {
                d.backbone = "convnext-tiny";
                d.photo = stretched.withSize(128, 512);
                d.tile = stretched;
                d.photoView = View.GROUND;
                d.loss = Loss.TUPLE;
                d.map = "";
                // 750 pixels of zoom 19 at latitude 40, as in CVUSA.
                d.tileMeters = 171;
                d.jitterMeters = 0;
                d.samePlaceMeters = 0;
                // Cells about 70 m wide.
                d.galleryS2Level = 17;
                d.refineKm = 0;
              });
    }

    /** FRGeo as published for VIGOR: 320 x 640 and 320 x 320 pixels. */
    public static Config paperVigor() {
      return paper()
          .with(
              d -> {
                d.photo = d.photo.withSize(320, 640);
                d.tile = d.tile.withSize(320, 320);
                // 640 pixels of zoom 20 at 0.114 m.
                d.tileMeters = 73;
              });
    }

    /**
     * Sample4Geo as published for CVUSA: one ConvNeXt-B, panoramas of 140 x 768 and tiles of 384 x
     * 384 pixels, global pooling, InfoNCE with label smoothing and a learned scale.
     */
    public static Config sample4geo() {
      return paper()
          .with(
              d -> {
                d.backbone = "convnext-base";
                d.shared = true;
                d.photo = d.photo.withSize(140, 768);
                d.tile = d.tile.withSize(384, 384);
                d.regions = 1;
                d.loss = Loss.INFO_NCE;
                d.labelSmoothing = 0.1;
                d.augmented = true;
              });
    }

    /** Returns true if photos are known to look north and to see all around. */
    boolean facesNorth() {
      return headings == 1 && fieldOfView == 360;
    }

    /** Returns a copy that reads photos and tiles of other sizes. */
    public Config withImages(ImageSpec newPhoto, ImageSpec newTile) {
      return with(
          d -> {
            d.photo = newPhoto;
            d.tile = newTile;
          });
    }

    /** Returns a copy with one backbone for both, or two. */
    public Config withShared(boolean newShared) {
      return with(d -> d.shared = newShared);
    }

    /** Returns a copy for photos from elsewhere. */
    public Config withPhotoView(View newPhotoView) {
      return with(d -> d.photoView = newPhotoView);
    }

    /** Returns a copy that reads tiles as they are, or unrolled into panoramas. */
    public Config withTileView(View newTileView) {
      return with(d -> d.tileView = newTileView);
    }

    /** Returns a copy with another number of directions; 1 for the baseline. */
    public Config withRegions(int newRegions) {
      return with(d -> d.regions = newRegions);
    }

    /** Returns a copy that minimizes another loss. */
    public Config withLoss(Loss newLoss) {
      return with(d -> d.loss = newLoss);
    }

    /** Returns a copy with another distance and steepness of TUPLE and TRIPLET. */
    public Config withDistance(Distance newDistance, double newAlpha) {
      return with(
          d -> {
            d.distance = newDistance;
            d.alpha = newAlpha;
          });
    }

    /** Returns a copy for ground photos of unknown heading and narrower view. */
    public Config withHeadings(int newHeadings, double newFieldOfView) {
      return with(
          d -> {
            d.headings = newHeadings;
            d.fieldOfView = newFieldOfView;
          });
    }

    /** Returns a copy that mirrors and turns pairs, or does not. */
    public Config withAugmented(boolean newAugmented) {
      return with(d -> d.augmented = newAugmented);
    }

    /** Returns a copy that takes its tiles from another map. */
    public Config withMap(String newMap) {
      return with(d -> d.map = newMap);
    }

    /** Returns a copy with other tiles on the ground; see the components. */
    public Config withTileMeters(
        double newTileMeters, double newJitterMeters, double newSamePlaceMeters) {
      return with(
          d -> {
            d.tileMeters = newTileMeters;
            d.jitterMeters = newJitterMeters;
            d.samePlaceMeters = newSamePlaceMeters;
          });
    }

    /** Returns a copy with a gallery of another level. */
    public Config withGalleryS2Level(int newGalleryS2Level) {
      return with(d -> d.galleryS2Level = newGalleryS2Level);
    }

    /** Returns a copy with another radius of refinement. */
    public Config withRefineKm(double newRefineKm) {
      return with(d -> d.refineKm = newRefineKm);
    }

    /** Returns a copy with other answers. */
    Config withAnswerOptions(AnswerOptions options) {
      return with(
          d -> {
            d.refineKm = options.meanKm();
            d.candidates = options.candidates();
          });
    }

    private Config with(Consumer<Draft> change) {
      Draft draft = new Draft(this);
      change.accept(draft);
      return draft.config();
    }

    /** The components, open to change. */
    private static final class Draft {
      private String backbone;
      private boolean shared;
      private ImageSpec photo;
      private ImageSpec tile;
      private View photoView;
      private View tileView;
      private int regions;
      private boolean normalized;
      private Loss loss;
      private Distance distance;
      private double alpha;
      private double labelSmoothing;
      private double temperature;
      private int headings;
      private double fieldOfView;
      private boolean augmented;
      private String map;
      private double tileMeters;
      private double jitterMeters;
      private double samePlaceMeters;
      private int galleryS2Level;
      private double refineKm;
      private int candidates;

      Draft(Config c) {
        backbone = c.backbone;
        shared = c.shared;
        photo = c.photo;
        tile = c.tile;
        photoView = c.photoView;
        tileView = c.tileView;
        regions = c.regions;
        normalized = c.normalized;
        loss = c.loss;
        distance = c.distance;
        alpha = c.alpha;
        labelSmoothing = c.labelSmoothing;
        temperature = c.temperature;
        headings = c.headings;
        fieldOfView = c.fieldOfView;
        augmented = c.augmented;
        map = c.map;
        tileMeters = c.tileMeters;
        jitterMeters = c.jitterMeters;
        samePlaceMeters = c.samePlaceMeters;
        galleryS2Level = c.galleryS2Level;
        refineKm = c.refineKm;
        candidates = c.candidates;
      }

      Config config() {
        return new Config(
            backbone,
            shared,
            photo,
            tile,
            photoView,
            tileView,
            regions,
            normalized,
            loss,
            distance,
            alpha,
            labelSmoothing,
            temperature,
            headings,
            fieldOfView,
            augmented,
            map,
            tileMeters,
            jitterMeters,
            samePlaceMeters,
            galleryS2Level,
            refineKm,
            candidates);
      }
    }
  }

  /**
   * How well a photo fits a place.
   *
   * @param place the label of the place in {@link #places()}
   * @param similarity the cosine of photo and tile, -1 to 1
   * @param heading where the middle of the photo then looks, degrees clockwise from north; 0 where
   *     one heading alone is tried
   */
  public record PlaceMatch(int place, double similarity, double heading) {}

  private final Config config;
  private final MapCrops crops;
  private final RecombineNetwork network;
  private final VectorEncoder encoder;
  private final Places places;
  private final GallerySearch search;
  private final PairReader pairs;

  private RecombineModel(Config config) {
    this(config, network(config));
  }

  private RecombineModel(Config config, RecombineNetwork network) {
    super(METHOD, network, new AnswerOptions(config.refineKm(), config.candidates()));
    this.config = config;
    this.network = network;
    this.crops = new MapCrops(config.map(), config.tileMeters(), TileReader.side(config));
    this.encoder = new VectorEncoder(config, network, manager());
    this.places = new Places(network, manager(), encoder, crops);
    this.search = new GallerySearch(encoder, manager());
    this.pairs = new PairReader(config, encoder);
  }

  /**
   * Creates an untrained model.
   *
   * @param positions where the training photos were taken: decides which cells are in the gallery;
   *     empty for a model without one
   * @param seed the parameters' first values depend on it alone
   * @throws IllegalArgumentException if there are more cells than a gallery can hold
   */
  public static RecombineModel create(Config config, List<LatLng> positions, long seed) {
    RecombineModel model = new RecombineModel(config);
    try {
      model.network.initialize(model.manager(), seed);
      if (!positions.isEmpty()) {
        model.setPlaces(CellPartition.fixedLevel(positions, config.galleryS2Level()));
      }
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Loads a trained model.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the weights do not fit the
   *     configuration
   */
  public static RecombineModel load(ModelFolder folder) {
    Config config = folder.config(Config.class);
    return load(folder, weights -> new RecombineModel(config));
  }

  @Override
  protected RenameTable extraTensors() {
    return Gallery.LEFT_OUT;
  }

  @Override
  protected void readExtras(ModelFolder folder, Safetensors weights) {
    if (Gallery.isIn(weights)) {
      places.set(Gallery.read(weights, network.width()));
    }
  }

  static RecombineNetwork network(Config config) {
    Backbone photos = Backbone.named(config.backbone(), config.photo());
    return new RecombineNetwork(
        photos,
        config.shared() ? photos : Backbone.named(config.backbone(), config.tile()),
        new RecombineNetwork.Options(
            config.photoView(),
            config.tileView(),
            config.regions(),
            config.normalized(),
            config.loss() == Loss.INFO_NCE ? config.temperature() : 0));
  }

  @Override
  public Config config() {
    return config.withAnswerOptions(answerOptions());
  }

  @Override
  public RecombineNetwork network() {
    return network;
  }

  /** The shapes of a photo and of a tile. */
  @Override
  public List<Shape> inputShapes() {
    return List.of(VectorEncoder.shape(config.photo()), VectorEncoder.shape(config.tile()));
  }

  /**
   * The photo and the tile of its place, from the map.
   *
   * @throws IllegalStateException if the configuration names no map
   */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    LatLng middle = MapCrops.near(latLng, config.jitterMeters(), random);
    return pairs.example(photo, crops.around(middle), SamePlace.target(latLng, middle), random);
  }

  /**
   * A photo and its tile, for layouts that give both as images.
   *
   * @param tile square, north up
   * @param number the number of the tile: pairs of one tile are not pushed apart
   */
  public Example example(
      BufferedImage photo, BufferedImage tile, long number, SplittableRandom random) {
    return example(photo, tile, new long[] {number}, random);
  }

  /**
   * A photo and its tile.
   *
   * @param numbers the number of the tile, then of others the photo is not pushed from
   */
  Example example(
      BufferedImage photo, BufferedImage tile, long[] numbers, SplittableRandom random) {
    return pairs.example(photo, tile, SamePlace.target(numbers), random);
  }

  @Override
  public Examples examples(List<ImagePair> pairs, UnaryOperator<BufferedImage> prepare) {
    return new PairExamples(this, pairs, prepare);
  }

  /**
   * The loss of the configuration between the photos and the tiles of a batch. A photo is not
   * pushed from a tile that shows its place: see {@link Config#samePlaceMeters} and {@link
   * ImagePair#semiPositives}. A photo of several headings is compared at its true one: pushed from
   * other tiles at the heading where those fit best, it learned far more slowly.
   *
   * @throws IllegalArgumentException if the batch holds one photo, which no tile can be told from
   */
  @Override
  public NDArray loss(Forward f, Batch batch) {
    if (batch.inputs().get(0).getShape().get(0) < 2) {
      throw new IllegalArgumentException(
          "a photo is told from the other tiles of its batch, and this one has no other: raise"
              + " batchSize, or give 2 photos or more");
    }
    NDArray photo = photoVectors(f, batch);
    NDArray tile = tileVectors(f, batch);
    NDArray same = SamePlace.mask(batch.targets().get(0), config.samePlaceMeters());
    return switch (config.loss()) {
      case TUPLE -> new WeightedTuple(config.alpha(), config.distance()).loss(photo, tile, same);
      case INFO_NCE ->
          InfoNce.symmetric()
              .withLabelSmoothing(config.labelSmoothing())
              .loss(photo, tile, network.logScale(photo.getManager()), same);
      case TRIPLET ->
          new SoftMarginTriplet(config.alpha(), config.distance()).loss(photo, tile, same);
    };
  }

  /** The vectors of photos at their true headings. */
  @Override
  public NDArray photoVectors(Forward f, Batch batch) {
    NDArray images = batch.inputs().get(0);
    if (config.facesNorth()) {
      return network.embedPhotos(f, images);
    }
    long[] heading = batch.targets().get(1).toLongArray();
    return network.embedPhotos(f, images, heading, config.headings(), config.fieldOfView());
  }

  @Override
  public NDArray tileVectors(Forward f, Batch batch) {
    return network.embedTiles(f, batch.inputs().get(1));
  }

  /** Returns the places of the gallery; empty for a model without one. */
  public List<LatLng> places() {
    return places.middles();
  }

  /**
   * Looks photos up among other places from now on; their tiles are encoded when first needed.
   *
   * @param cells the places; the tile of each is taken around its center
   * @throws IllegalArgumentException if there is none, or more than a gallery can hold
   */
  public void setPlaces(CellPartition cells) {
    places.set(cells);
  }

  /** Returns the gallery as the present weights see it. */
  Gallery gallery() {
    return places.gallery();
  }

  /** Returns the vectors of a photo at each heading, {@code [S, D]} row-major. */
  float[] encodePhoto(BufferedImage photo) {
    return encoder.encodePhotos(encoder.photos().apply(photo), 1);
  }

  /** Returns the vectors of the map's tiles around places. */
  List<float[]> encodeTilesAround(List<LatLng> middles) {
    return places.encodeAround(middles);
  }

  @Override
  public Localizer localizer() {
    return new RecombineLocalizer(this);
  }

  @Override
  public TileEncoder tileEncoder() {
    return new RecombineTileEncoder(encoder, () -> Weights.digest(network));
  }

  @Override
  public Refiner refiner() {
    return new RecombineRefiner(this);
  }

  /**
   * Returns how well each photo fits each place.
   *
   * @param images {@code [count, 3, H, W]}, preprocessed
   * @return {@code [count][G]}, cosines
   */
  float[][] cosines(Gallery known, float[] images, int count) {
    return search.cosines(images, count, known);
  }

  /**
   * Returns what cosines are multiplied by to become logits: the learned scale, or the steepness of
   * the loss. The squared distance moves twice as fast as the cosine; the plain one, which is not
   * linear in it, is taken for the cosine.
   */
  double scale() {
    if (config.loss() == Loss.INFO_NCE) {
      return Math.exp(network.parameter("log_scale").array().toFloatArray()[0]);
    }
    return config.distance() == Distance.SQUARED_L2 ? 2 * config.alpha() : config.alpha();
  }

  /**
   * Returns the place that each photo fits best, and where it looks if several headings are tried.
   *
   * @param images upright photos
   * @throws IllegalStateException if the model knows no places
   */
  public List<PlaceMatch> bestMatches(List<BufferedImage> images) {
    Gallery known = gallery();
    List<PlaceMatch> matches = new ArrayList<>();
    for (int first = 0; first < images.size(); first += BATCH) {
      List<BufferedImage> batch = images.subList(first, Math.min(first + BATCH, images.size()));
      float[] pixels =
          VectorEncoder.pixels(encoder.photos().spec(), batch, encoder.photos()::apply);
      matches.addAll(search.best(pixels, batch.size(), known));
    }
    return matches;
  }

  @Override
  protected Function<PhotoSource.Photo, ScoredPhoto> scorer() {
    Gallery known = gallery();
    double scale = scale();
    return photo -> scored(known, scale, photo);
  }

  private ScoredPhoto scored(Gallery known, double scale, PhotoSource.Photo photo) {
    float[] cosines = cosines(known, encoder.photos().apply(photo.image()), 1)[0];
    return ScoredPhoto.of(photo.latLng(), known.places(), GallerySearch.scores(cosines, scale));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the gallery has to be encoded and there is no map
   */
  @Override
  protected void addTensors(SafetensorsWriter writer) {
    if (!places().isEmpty()) {
      gallery().write(writer);
    }
  }

  @Override
  protected void closeExtras() {
    crops.close();
  }
}
