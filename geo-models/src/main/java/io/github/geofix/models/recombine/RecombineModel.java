package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.TileEncoder.ImagePair;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.tile.TileAddress;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.internal.StoredVectors;
import io.github.geofix.models.internal.image.MapOnDemand;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.models.train.Trainable.Contrastive;
import io.github.geofix.models.weights.RenameTable;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A cross-view retrieval model: photos and map tiles are embedded as unit vectors in one space,
 * each joined of one vector for every direction, and a photo is located at the tile of the highest
 * cosine.
 *
 * <p>After FRGeo (Zhang and Zhu, AAAI 2024) and Sample4Geo (Deuser, Habel and Oswald, ICCV 2023).
 *
 * <p>Photos are looked up in a gallery: the S2 cells of one level that hold a training position,
 * each with the vector of the tile around its middle. The gallery is encoded when it is first
 * needed, and again after training. It is saved with the weights, so that a loaded model needs no
 * imagery. A model that learns from pairs of files alone needs no gallery; it matches photos
 * through {@link #tileEncoder()}.
 *
 * <p>Training is for one thread, {@link #example} aside; the localizer and the encoder are
 * thread-safe.
 */
public final class RecombineModel extends GeoModel
    implements Contrastive, Trainable.CrossView, GeoModel.Refining {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "recombine";

  private final RecombineConfig config;
  private final RecombineNetwork network;
  private final MapCrops crops;
  private final VectorEncoder encoder;
  private final RecombineObjective objective;
  private final RecombineMatcher matcher;
  private final PairReader pairs;

  private RecombineModel(RecombineConfig config, MapOnDemand map) {
    this(config, map, RecombineNetwork.of(config));
  }

  private RecombineModel(RecombineConfig config, MapOnDemand map, RecombineNetwork network) {
    super(METHOD, network, config.answer());
    this.config = config;
    this.network = network;
    this.crops = new MapCrops(map, config.tiles().tileMeters(), TileReader.side(config));
    this.encoder = new VectorEncoder(config, network, manager());
    this.objective = new RecombineObjective(config, network);
    this.matcher =
        new RecombineMatcher(config.loss(), network, manager(), encoder, crops, this::digest);
    this.pairs = new PairReader(config.photos(), encoder);
  }

  /** Returns the family of these models. */
  public static Family family() {
    return new RecombineFamily();
  }

  /**
   * Creates an untrained model.
   *
   * @param positions where the training photos were taken: their cells make the gallery; empty for
   *     a model without one
   * @param seed the parameters' first values depend on it alone
   * @throws IllegalArgumentException if there are more cells than a gallery can hold
   */
  public static RecombineModel create(RecombineConfig config, List<LatLng> positions, long seed) {
    return of(config, positions, (network, manager) -> network.initialize(manager, seed));
  }

  /**
   * Creates a model of the given values, such as published weights. Closes it if they do not fit.
   */
  static RecombineModel of(
      RecombineConfig config,
      List<LatLng> positions,
      BiConsumer<RecombineNetwork, NDManager> fill) {
    RecombineModel model = new RecombineModel(config, MapOnDemand.of(config.map()));
    try {
      fill.accept(model.network, model.manager());
      if (!positions.isEmpty()) {
        model.setGallery(CellPartition.fixedLevel(positions, config.tiles().galleryS2Level()));
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
    boolean isMapSet = folder.isSet(MapOnDemand.SETTING);
    return load(
        folder,
        RecombineConfig.class,
        (config, weights) -> new RecombineModel(config, MapOnDemand.of(config.map(), isMapSet)));
  }

  /** {@inheritDoc} Keys in the address of the map are left out. */
  @Override
  public RecombineConfig config() {
    return config.withAnswer(answerOptions()).withMap(TileAddress.redacted(config.map()));
  }

  /** Returns the shapes of a photo and of a tile, {@code [3, H, W]} each. */
  @Override
  public List<Shape> inputShapes() {
    RecombineConfig.Encoder images = config.encoder();
    return List.of(VectorEncoder.shape(images.photo()), VectorEncoder.shape(images.tile()));
  }

  /**
   * Returns a photo and the tile of its place, from the map.
   *
   * @throws IllegalStateException if the configuration names no map
   * @throws java.io.UncheckedIOException if the map cannot be read, or has no imagery for the first
   *     tiles or for most of them
   */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    LatLng middle = MapCrops.near(latLng, config.tiles().jitterMeters(), random);
    return pairs.example(
        photo, crops.trainingTile(middle), FalseNegativeMask.target(latLng, middle), random);
  }

  /**
   * Returns a photo and its tile, for data that give both as images.
   *
   * @param tile square, north up
   * @param number the number of the tile: pairs of one tile are no negatives of each other
   */
  public Example example(
      BufferedImage photo, BufferedImage tile, long number, SplittableRandom random) {
    return example(photo, tile, new long[] {number}, random);
  }

  /**
   * Returns a photo and its tile.
   *
   * @param numbers the number of the tile, then of others that are no negatives of the photo
   */
  Example example(
      BufferedImage photo, BufferedImage tile, long[] numbers, SplittableRandom random) {
    return pairs.example(photo, tile, FalseNegativeMask.target(numbers), random);
  }

  @Override
  public Examples examples(List<ImagePair> pairs, UnaryOperator<BufferedImage> prepare) {
    return new PairExamples(this, pairs, prepare);
  }

  /**
   * Returns the configured loss between the photos and the tiles of a batch, a scalar. Tiles that
   * show the place of a photo are no negatives of it: see {@link
   * RecombineConfig.MapTiles#samePlaceMeters} and {@link ImagePair#semiPositives}.
   *
   * @throws IllegalArgumentException if the batch holds one photo, which has no negative
   */
  @Override
  public List<NDArray> vectors(Forward f, Batch batch) {
    return List.of(photoVectors(f, batch), tileVectors(f, batch));
  }

  @Override
  public NDArray loss(Forward f, List<NDArray> vectors, List<NDArray> targets) {
    return objective.loss(vectors.get(0), vectors.get(1), targets);
  }

  @Override
  public NDArray photoVectors(Forward f, Batch batch) {
    return objective.photoVectors(f, batch);
  }

  @Override
  public NDArray tileVectors(Forward f, Batch batch) {
    return objective.tileVectors(f, batch);
  }

  /** Returns the places of the gallery; empty for a model without one. */
  public List<LatLng> places() {
    return matcher.places();
  }

  /**
   * Replaces the gallery; its tiles are encoded when they are first needed.
   *
   * @param cells the places; the tile of each is taken around its center
   * @throws IllegalArgumentException if there is none, or more than a gallery can hold
   */
  public void setGallery(CellPartition cells) {
    matcher.setGallery(cells);
  }

  /** Returns the gallery of the present weights. */
  Gallery gallery() {
    return matcher.gallery();
  }

  /**
   * Returns the place of the gallery that each photo fits best, and the heading there.
   *
   * @param images upright photos
   * @throws IllegalStateException if the model has no gallery
   */
  public List<PlaceMatch> bestMatches(List<BufferedImage> images) {
    return matcher.bestMatches(images);
  }

  @Override
  public Localizer localizer() {
    return new RecombineLocalizer(this, matcher);
  }

  @Override
  public TileEncoder tileEncoder() {
    return new RecombineTileEncoder(encoder, this::digest, photoLimits());
  }

  /** Returns an encoder of one vector for each heading considered. */
  @Override
  public Optional<PhotoEncoder> photoEncoder() {
    return Optional.of(new RecombinePhotoEncoder(encoder, this::digest));
  }

  @Override
  public Refiner refiner() {
    return new RecombineRefiner(this, matcher);
  }

  @Override
  public Optional<String> missingImagery() {
    return crops.missing().note();
  }

  @Override
  protected Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
    return matcher.scorer();
  }

  @Override
  protected RenameTable extraTensors() {
    return StoredVectors.LEFT_OUT;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the gallery has to be encoded and there is no map
   */
  @Override
  protected void addTensors(Safetensors.Writer writer) {
    if (!places().isEmpty()) {
      gallery().write(writer);
    }
  }

  @Override
  protected void readExtras(ModelFolder folder, Safetensors weights) {
    if (Gallery.isIn(weights)) {
      matcher.setGallery(Gallery.read(weights, network.dimension()));
    }
  }

  @Override
  protected void closeExtras() {
    crops.close();
  }

  /**
   * The best match of a photo in a gallery.
   *
   * @param place the index of the place in {@link RecombineModel#places}
   * @param similarity the cosine of photo and tile, -1 to 1
   * @param heading the heading of the middle of the photo there, degrees clockwise from north, 0 to
   *     below 360; 0 where one heading alone is tried
   */
  public record PlaceMatch(int place, double similarity, double heading) {}
}
