package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellScores;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.calibration.RegionShares;
import io.github.geofix.models.calibration.ScoredPhoto;
import io.github.geofix.models.decode.Hypotheses;
import io.github.geofix.models.decode.SearchOutcome;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * The token family: an encoder-decoder transformer that writes the S2 cell of a photo token by
 * token, coarse to fine, as a language model writes words.
 *
 * <p>After GeoToken (arXiv 2511.01082).
 *
 * <p>A model reads either pixels or precomputed vectors, see {@link TokenConfig.Input}; methods for
 * the other kind throw an {@link IllegalStateException}. Training is for one thread; localizers are
 * thread-safe.
 */
public final class TokenModel extends GeoModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "token";

  private final TokenConfig config;
  private final TokenNetwork network;

  private TokenModel(TokenConfig config) {
    this(config, network(config));
  }

  private TokenModel(TokenConfig config, TokenNetwork network) {
    super(METHOD, network, config.answer());
    this.config = config;
    this.network = network;
  }

  /**
   * Creates an untrained model.
   *
   * @param seed the initial parameters depend on it alone
   */
  public static TokenModel create(TokenConfig config, long seed) {
    TokenModel model = new TokenModel(config);
    model.network.initialize(model.manager(), seed);
    return model;
  }

  /**
   * Loads a trained model.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the weights do not fit the
   *     configuration
   */
  public static TokenModel load(ModelFolder folder) {
    TokenConfig config = folder.config(TokenConfig.class);
    if (config.input() instanceof TokenConfig.Photo photo
        && photo.encoder() instanceof TokenConfig.Named named) {
      folder.checkClass(named.backbone());
    }
    return load(folder, weights -> new TokenModel(config));
  }

  static TokenNetwork network(TokenConfig config) {
    return new TokenNetwork(
        config.transformer(), CellTokenizer.of(config.cells()), MemoryInput.of(config));
  }

  @Override
  public TokenConfig config() {
    return config.withAnswer(answerOptions());
  }

  /** Returns the tokenizer of cells. */
  public CellTokenizer tokenizer() {
    return network.tokenizer();
  }

  @Override
  public TokenNetwork network() {
    return network;
  }

  @Override
  public List<Shape> inputShapes() {
    return network.inputShapes();
  }

  /**
   * Returns the photo's pixels and the tokens of its cell.
   *
   * @throws IllegalStateException if the model reads vectors
   */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    return example(read(photo), latLng);
  }

  /**
   * Returns the vectors of a photo and its neighbors, and the tokens of its cell.
   *
   * @throws IllegalStateException if the model reads pixels
   * @throws IllegalArgumentException if the vectors or neighbors are of another number or length
   */
  public Example example(VectorPhoto photo, LatLng latLng) {
    return example(read(photo), latLng);
  }

  private Example example(TokenPhoto photo, LatLng latLng) {
    long[] tokens = Arrays.stream(tokenizer().encode(latLng)).asLongStream().toArray();
    return new Example(photo.inputs(), new long[][] {tokens});
  }

  TokenPhoto read(BufferedImage photo) {
    return network.input().ofPixels().read(photo);
  }

  TokenPhoto read(VectorPhoto photo) {
    return network.input().ofVectors().read(photo);
  }

  /** Returns the cross-entropy of the tokens, coarse ones weighted more (GeoToken, section 3). */
  @Override
  public NDArray loss(Forward f, Batch batch) {
    NDArray tokens = batch.targets().get(0);
    NDArray memory = network.memory(f, batch.inputs());
    return config.loss().loss(network.logits(f, memory, tokens), tokens);
  }

  /**
   * Returns a localizer that decodes and selects as configured.
   *
   * @throws IllegalStateException if the model reads vectors: use {@link #localizer(PhotoVectors,
   *     Optional)}
   */
  @Override
  public Localizer localizer() {
    return localizer(config.decoding(), this::select);
  }

  /**
   * Returns a localizer with another decoding and selection; it shares this model's arrays.
   *
   * @throws IllegalStateException if the model reads vectors
   */
  public Localizer localizer(Decoding decoding, Selection selection) {
    return new TokenLocalizer(this, network.input().ofPixels(), decoding, selection);
  }

  /**
   * Returns a localizer for photos whose vectors are computed elsewhere, which decodes and selects
   * as configured.
   *
   * @param reference searched for the neighbors; not needed by a model without neighbors
   * @throws IllegalStateException if the model reads pixels
   * @throws IllegalArgumentException if a reference is needed
   */
  public Localizer localizer(PhotoVectors vectors, Optional<ReferenceDatabase> reference) {
    return localizer(vectors, reference, config.decoding(), this::select);
  }

  /** As {@link #localizer(PhotoVectors, Optional)}, with another decoding and selection. */
  public Localizer localizer(
      PhotoVectors vectors,
      Optional<ReferenceDatabase> reference,
      Decoding decoding,
      Selection selection) {
    VectorReader reader = new VectorReader(network.input().ofVectors(), vectors, reference);
    return new TokenLocalizer(this, reader, decoding, selection);
  }

  /**
   * Locates photos that are given as vectors, decoded and selected as configured.
   *
   * @throws IllegalStateException if the model reads pixels
   * @throws IllegalArgumentException if the vectors or neighbors are of another number or length
   */
  public List<Location> locate(List<VectorPhoto> photos) {
    List<TokenPhoto> read = photos.stream().map(this::read).toList();
    return decode(read, config.decoding(), false).stream()
        .map(photo -> location(photo, this::select))
        .toList();
  }

  /**
   * Decodes photos.
   *
   * @param withStates whether a selection reads {@link DecodedPhoto#states}
   */
  List<DecodedPhoto> decode(List<TokenPhoto> photos, Decoding decoding, boolean withStates) {
    if (photos.isEmpty()) {
      return List.of();
    }
    return TorchEngine.infer(
        manager(),
        step -> {
          List<NDArray> inputs = new ArrayList<>();
          for (int i = 0; i < inputShapes().size(); i++) {
            Shape shape = new Shape(photos.size()).addAll(inputShapes().get(i));
            inputs.add(step.create(joined(photos, i), shape));
          }
          NDArray memory = network.memory(Forward.INFERENCE, inputs);
          List<Hypotheses> found = decoding.decode(network, memory);
          List<List<float[]>> states =
              withStates ? PrefixTree.statesAfter(network, memory, found) : List.of();
          List<DecodedPhoto> decoded = new ArrayList<>();
          for (int b = 0; b < found.size(); b++) {
            decoded.add(
                new DecodedPhoto(
                    tokenizer(),
                    found.get(b),
                    withStates ? states.get(b) : List.of(),
                    photos.get(b).neighbors()));
          }
          return decoded;
        });
  }

  private static float[] joined(List<TokenPhoto> photos, int input) {
    int length = photos.get(0).inputs()[input].length;
    float[] all = new float[photos.size() * length];
    for (int b = 0; b < photos.size(); b++) {
      System.arraycopy(photos.get(b).inputs()[input], 0, all, b * length, length);
    }
    return all;
  }

  /** Returns the location of a decoded photo, with the answer of a selection. */
  Location location(DecodedPhoto photo, Selection selection) {
    return TokenLocalizer.location(photo, selection, answerOptions(), calibration());
  }

  /** Returns the answer as configured. */
  private LatLng select(DecodedPhoto photo) {
    double meanKm = answerOptions().meanKm();
    if (meanKm == 0) {
      return switch (config.selection()) {
        case MOST_PROBABLE, DENSITY -> Selection.mostProbable().choose(photo);
        case MEDOID -> Selection.medoid().choose(photo);
      };
    }
    return switch (config.selection()) {
      case DENSITY -> Selection.density(meanKm).choose(photo);
      case MOST_PROBABLE ->
          photo.points().meanAround(Selection.mostProbable().choose(photo), meanKm);
      case MEDOID -> photo.points().meanAround(Selection.medoid().choose(photo), meanKm);
    };
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the model reads vectors
   */
  @Override
  protected Function<PhotoSource.Photo, ScoredPhoto> scorer() {
    PhotoInput input = network.input().ofPixels();
    return photo -> scored(input.read(photo.image()), photo.latLng());
  }

  /**
   * As {@link #calibrate(PhotoSource)}, on photos that are given as vectors.
   *
   * @throws IllegalStateException if the model reads pixels
   */
  public Calibration calibrate(VectorExamples photos) {
    VectorInput input = network.input().ofVectors();
    return calibrate(photos.size(), i -> scored(input.read(photos.photo(i)), photos.place(i)));
  }

  private ScoredPhoto scored(TokenPhoto photo, LatLng place) {
    DecodedPhoto decoded = decode(List.of(photo), config.decoding(), false).get(0);
    SearchOutcome outcome = SearchOutcome.of(decoded.hypotheses(), 1);
    return new ScoredPhoto(
        outcome.shares(),
        outcome.indexOf(CellPath.of(tokenizer().encode(place))),
        temperature -> {
          CellScores.Disjoint cells =
              TokenLocalizer.onS2(decoded, SearchOutcome.of(decoded.hypotheses(), temperature));
          return RegionShares.needed(place, cells.cells(), cells.scores());
        });
  }
}
