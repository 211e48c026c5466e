package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.token.TokenConfig.SelectionRule;
import io.github.geofix.models.token.VectorExamples.VectorPhoto;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

  private static final String REWARD_FILE = "reward.safetensors";
  private static final String REFERENCE_FILE = "reference.index";
  private static final String ENCODER_FOLDER = "encoder";

  private final TokenConfig config;
  private final TokenNetwork network;
  private final TokenInference inference;
  private @Nullable RewardScorer rewardScorer;
  private @Nullable ReferenceDatabase reference;
  private @Nullable TokenEncoder encoder;

  private TokenModel(TokenConfig config, TokenNetwork network) {
    super(METHOD, network, config.answer());
    this.config = config;
    this.network = network;
    this.inference = new TokenInference(network, manager());
  }

  /** Returns the family of these models. */
  public static Family family() {
    return new TokenFamily();
  }

  /**
   * Creates an untrained model.
   *
   * @param seed the initial parameters depend on it alone
   */
  public static TokenModel create(TokenConfig config, long seed) {
    TokenModel model = new TokenModel(config, network(config));
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
    return load(
        folder, TokenConfig.class, (config, weights) -> new TokenModel(config, network(config)));
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
    return example(network.input().ofPixels().read(photo), latLng);
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
    return reader().read(photo);
  }

  private PhotoReader reader() {
    return encoder == null ? network.input().ofPixels() : vectorReader(encoder);
  }

  private VectorReader vectorReader(PhotoVectors vectors) {
    return new VectorReader(network.input().ofVectors(), vectors, reference());
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

  /** Returns the scorer that the selections of rewards use; empty if there is none. */
  public Optional<RewardScorer> rewardScorer() {
    return Optional.ofNullable(rewardScorer);
  }

  /**
   * Sets the scorer that the selections of rewards use. It is saved and closed with the model.
   *
   * @param scorer of this model
   */
  public void setRewardScorer(RewardScorer scorer) {
    rewardScorer = scorer;
  }

  /** Returns the database in which neighbors are searched; empty if there is none. */
  public Optional<ReferenceDatabase> reference() {
    return Optional.ofNullable(reference);
  }

  /**
   * Sets the database in which neighbors are searched. It is saved and closed with the model.
   *
   * @throws IllegalStateException if the model reads pixels
   * @throws IllegalArgumentException if its vectors are of another length than the model's
   */
  public void setReference(ReferenceDatabase reference) {
    network.input().ofVectors().check(reference);
    this.reference = reference;
  }

  /** Returns the encoder that makes vectors of photos; empty if there is none. */
  public Optional<PhotoEncoder> encoder() {
    return Optional.ofNullable(encoder).map(TokenEncoder::encoder);
  }

  /**
   * Sets the encoder that makes vectors of photos, so that the model locates photos as those do
   * that read pixels. It is saved, as a copy of its folder, and closed with the model.
   *
   * @param folder a trained model whose {@link GeoModel#photoEncoder} gives vectors as this model
   *     reads them; of more vectors the first are read
   * @throws IllegalStateException if the model reads pixels
   * @throws IllegalArgumentException if it gives other vectors, or others than those of the
   *     reference
   */
  public void setEncoder(ModelFolder folder) {
    TokenEncoder loaded = TokenEncoder.load(folder, network.input().ofVectors().options());
    String madeBy = reference().map(ReferenceDatabase::encoder).orElse("");
    if (!madeBy.isEmpty() && !madeBy.equals(loaded.encoder().digest())) {
      loaded.close();
      throw new IllegalArgumentException(
          "another encoder than " + folder.path() + " made the vectors of the reference");
    }
    if (encoder != null) {
      encoder.close();
    }
    encoder = loaded;
  }

  /**
   * Returns a localizer that decodes and selects as configured.
   *
   * @throws IllegalStateException if the model reads vectors and has no {@link #setEncoder
   *     encoder}: use {@link #localizer(PhotoVectors)}; or if a reward is to select and there is no
   *     scorer
   */
  @Override
  public Localizer localizer() {
    return localizer(config.decoding(), selection());
  }

  /**
   * Returns a localizer with another decoding and selection; it shares this model's arrays.
   *
   * @throws IllegalStateException if the model reads vectors and has no encoder
   */
  public Localizer localizer(Decoding decoding, Selection selection) {
    return new TokenLocalizer(this, reader(), decoding, selection);
  }

  /**
   * Returns a localizer for photos whose vectors are computed elsewhere, which decodes and selects
   * as configured.
   *
   * @throws IllegalStateException if the model reads pixels, if it has neighbors and no {@link
   *     #setReference reference}, or if a reward is to select and there is no scorer
   */
  public Localizer localizer(PhotoVectors vectors) {
    return localizer(vectors, config.decoding(), selection());
  }

  /** As {@link #localizer(PhotoVectors)}, with another decoding and selection. */
  public Localizer localizer(PhotoVectors vectors, Decoding decoding, Selection selection) {
    return new TokenLocalizer(this, vectorReader(vectors), decoding, selection);
  }

  /**
   * Locates photos that are given as vectors, decoded and selected as configured.
   *
   * @throws IllegalStateException if the model reads pixels
   * @throws IllegalArgumentException if the vectors or neighbors are of another number or length
   */
  public List<Location> locate(List<VectorPhoto> photos) {
    Selection selection = selection();
    List<TokenPhoto> read = photos.stream().map(this::read).toList();
    return inference.decode(read, config.decoding(), selection.readsStates()).stream()
        .map(photo -> TokenLocalizer.location(photo, selection, this))
        .toList();
  }

  /** Returns the mean of what the decoder attends to; empty if the model reads vectors alone. */
  @Override
  public Optional<float[]> vector(BufferedImage photo, Optional<Path> file) {
    boolean readsPhotos = encoder != null || config.input() instanceof TokenConfig.Photo;
    return readsPhotos ? Optional.of(inference.vector(read(photo))) : Optional.empty();
  }

  TokenInference inference() {
    return inference;
  }

  /** Returns the configured selection. */
  private Selection selection() {
    Selection reward = Selection.mostProbable();
    if (config.selection().readsStates()) {
      RewardScorer scorer =
          rewardScorer()
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "the model has no reward scorer to select with: train one, or set another"
                              + " selection"));
      reward =
          config.selection() == SelectionRule.REWARD_AS_PUBLISHED ? scorer.asPublished() : scorer;
    }
    return new ConfiguredSelection(config.selection(), this::answerOptions, reward);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the model reads vectors and has no encoder
   */
  @Override
  protected Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
    TokenEncoder vectors = encoder;
    Function<PhotoSource.LabeledPhoto, TokenPhoto> read;
    if (vectors == null) {
      PhotoInput input = network.input().ofPixels();
      read = photo -> input.read(photo.image());
    } else {
      VectorReader reader = vectorReader(vectors);
      read = photo -> reader.read(vectors.of(photo.image(), photo.file()));
    }
    return photo -> inference.scored(read.apply(photo), photo.latLng(), config.decoding());
  }

  /**
   * As {@link #calibrate(PhotoSource)}, on photos that are given as vectors.
   *
   * @throws IllegalStateException if the model reads pixels
   */
  public Calibration calibrate(VectorExamples photos) {
    VectorInput input = network.input().ofVectors();
    return calibrate(
        photos.size(),
        i -> inference.scored(input.read(photos.photo(i)), photos.place(i), config.decoding()));
  }

  @Override
  protected Map<String, ModelFolder.FileWriter> files() {
    Map<String, ModelFolder.FileWriter> files = new LinkedHashMap<>();
    rewardScorer().ifPresent(scorer -> files.put(REWARD_FILE, scorer::save));
    reference().ifPresent(database -> files.put(REFERENCE_FILE, database::save));
    if (encoder != null) {
      files.put(ENCODER_FOLDER, encoder::save);
    }
    return files;
  }

  @Override
  protected void readExtras(ModelFolder folder, Safetensors weights) {
    if (Files.exists(folder.file(REWARD_FILE))) {
      folder.verify(folder.file(REWARD_FILE));
      setRewardScorer(RewardScorer.load(this, folder.file(REWARD_FILE)));
    }
    if (Files.exists(folder.file(REFERENCE_FILE))) {
      setReference(ReferenceDatabase.open(folder.file(REFERENCE_FILE)));
    }
    if (Files.exists(folder.file(ENCODER_FOLDER))) {
      setEncoder(folder.part(ENCODER_FOLDER));
    }
  }

  @Override
  protected void closeExtras() {
    rewardScorer().ifPresent(RewardScorer::close);
    reference().ifPresent(ReferenceDatabase::close);
    if (encoder != null) {
      encoder.close();
    }
  }

  /** A source of the vectors of photos. Called from several threads at once. */
  @FunctionalInterface
  public interface PhotoVectors {

    /** Returns the photo's V vectors of W values; neighbors are searched by the first. */
    float[][] of(BufferedImage photo);

    /**
     * Returns the vectors of a photo file, which a source of precomputed vectors need not read.
     *
     * @throws java.io.UncheckedIOException if the file is missing, truncated or not an image
     */
    default float[][] of(Path photo) {
      return of(Photos.read(photo));
    }
  }
}
