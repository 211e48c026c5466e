package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.AnswerOptions;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.ResidualEncoder;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.calibration.ScoredPhoto;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.loss.NextToken;
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
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The token family: a transformer reads a photo and writes the S2 cell it was taken in, coarse to
 * fine, as a language model writes words.
 *
 * <p>After GeoToken (arXiv 2511.01082); {@code docs/methods.md} lists where we differ.
 *
 * <p>Training is for one thread; {@link #localizer()} is thread-safe.
 */
public final class TokenModel extends GeoModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "token";

  /** What the network reads of a photo. */
  public enum Input {
    /** Its pixels, through a backbone that is trained along. */
    PHOTO,
    /** Vectors computed beforehand, and neighbors from a reference database. */
    VECTORS
  }

  /** How one answer is made of the words found. */
  public enum Answer {
    /** The center of the likeliest word's cell. */
    MOST_PROBABLE,
    /** The word with the least expected distance to all others. */
    MEDOID,
    /** The mean of the score around the word that has most of it nearby. */
    DENSITY
  }

  /**
   * What the model is built from.
   *
   * @param input what the network reads
   * @param image the photos it reads, if it reads photos
   * @param stages the widths of the stages of the residual backbone, if it reads photos
   * @param vectors the number of vectors of a photo V, if it reads vectors
   * @param vectorWidth their length W
   * @param neighbors the number of neighbors K, 0 for none
   * @param level the S2 level of the answers
   * @param group S2 levels a token
   * @param width the width D of the transformer
   * @param heads attention heads
   * @param hidden width of the middle of the feed-forward layers
   * @param encoderLayers layers over the input, 0 for none
   * @param decoderLayers layers over the tokens
   * @param dropout rate in training
   * @param firstWeight weight of the first token in the loss
   * @param lastWeight weight of the last token; those between follow a line
   * @param answer how one answer is made of the words found
   * @param beamWidth the number of words found
   * @param densityKm the radius of {@link Answer#DENSITY}, above 0 to 10,007
   * @param candidates the most candidates in a location
   */
  public record Config(
      Input input,
      ImageSpec image,
      List<Integer> stages,
      int vectors,
      int vectorWidth,
      int neighbors,
      int level,
      int group,
      int width,
      int heads,
      int hidden,
      int encoderLayers,
      int decoderLayers,
      double dropout,
      double firstWeight,
      double lastWeight,
      Answer answer,
      int beamWidth,
      double densityKm,
      int candidates) {

    /** Checks the ranges. */
    public Config {
      stages = List.copyOf(stages);
      check(!stages.isEmpty(), "stages must not be empty");
      check(beamWidth > 0, "beamWidth must be positive: " + beamWidth);
      check(
          densityKm > 0 && densityKm <= 10_007,
          "densityKm must be above 0 to 10,007, a quarter of the Earth: " + densityKm);
      check(candidates > 0, "candidates must be positive: " + candidates);
    }

    /**
     * Photos of 32 pixels as 4 x 4 tokens, two decoder layers of width 128, cells of 150 km: a
     * network of 0.5 million parameters that two cores train in four minutes.
     */
    public static Config tiny() {
      return new Config(
          Input.PHOTO,
          ImageSpec.half(32),
          List.of(16, 32, 64),
          1,
          768,
          0,
          6,
          2,
          128,
          4,
          256,
          0,
          2,
          0,
          2,
          1,
          Answer.DENSITY,
          64,
          500,
          10);
    }

    /**
     * Photos of 64 pixels as 8 x 8 tokens, two encoder and four decoder layers of width 256, cells
     * of 10 km.
     */
    public static Config small() {
      return tiny()
          .with(
              d -> {
                d.image = ImageSpec.half(64);
                d.stages = List.of(64, 128, 256);
                d.level = 10;
                d.width = 256;
                d.heads = 8;
                d.hidden = 512;
                d.encoderLayers = 2;
                d.decoderLayers = 4;
                d.dropout = 0.1;
              });
    }

    /**
     * The published network: three vectors of 768 and 15 neighbors as 214 tokens, ten encoder and
     * ten decoder layers of width 512, cells of 10 m; 54.8 million parameters.
     */
    public static Config paper() {
      return tiny()
          .with(
              d -> {
                d.input = Input.VECTORS;
                d.vectors = 3;
                d.neighbors = 15;
                d.level = 20;
                d.width = 512;
                d.heads = 8;
                d.hidden = 1024;
                d.encoderLayers = 10;
                d.decoderLayers = 10;
                d.dropout = 0.1;
                d.answer = Answer.MOST_PROBABLE;
                d.beamWidth = 5;
              });
    }

    /** Returns a copy that reads so many vectors of a photo, and so many neighbors. */
    public Config withVectors(int newVectors, int newVectorWidth, int newNeighbors) {
      return with(
          d -> {
            d.input = Input.VECTORS;
            d.vectors = newVectors;
            d.vectorWidth = newVectorWidth;
            d.neighbors = newNeighbors;
          });
    }

    /** Returns a copy with answers of another S2 level. */
    public Config withLevel(int newLevel) {
      return with(d -> d.level = newLevel);
    }

    /** Returns a copy with another size of the transformer. */
    public Config withTransformer(
        int newWidth, int newHeads, int newHidden, int newEncoderLayers, int newDecoderLayers) {
      return with(
          d -> {
            d.width = newWidth;
            d.heads = newHeads;
            d.hidden = newHidden;
            d.encoderLayers = newEncoderLayers;
            d.decoderLayers = newDecoderLayers;
          });
    }

    /** Returns a copy with another way to make one answer of the words found. */
    public Config withAnswer(Answer newAnswer) {
      return with(d -> d.answer = newAnswer);
    }

    /** Returns a copy that finds another number of words. */
    public Config withBeamWidth(int newBeamWidth) {
      return with(d -> d.beamWidth = newBeamWidth);
    }

    /** Returns a copy with another radius of {@link Answer#DENSITY}. */
    public Config withDensityKm(double newDensityKm) {
      return with(d -> d.densityKm = newDensityKm);
    }

    /** Returns a copy with other answers. */
    Config withAnswerOptions(AnswerOptions options) {
      return with(
          d -> {
            d.densityKm = options.meanKm();
            d.candidates = options.candidates();
          });
    }

    CellTokenizer tokenizer() {
      return CellTokenizer.of(new CellTokenizer.Options(level, group));
    }

    private Config with(Consumer<Draft> change) {
      Draft draft = new Draft(this);
      change.accept(draft);
      return draft.config();
    }

    private static void check(boolean fits, String message) {
      if (!fits) {
        throw new IllegalArgumentException(message);
      }
    }
  }

  /** The components of a configuration, open to change. */
  private static final class Draft {
    private Input input;
    private ImageSpec image;
    private List<Integer> stages;
    private int vectors;
    private int vectorWidth;
    private int neighbors;
    private int level;
    private final int group;
    private int width;
    private int heads;
    private int hidden;
    private int encoderLayers;
    private int decoderLayers;
    private double dropout;
    private final double firstWeight;
    private final double lastWeight;
    private Answer answer;
    private int beamWidth;
    private double densityKm;
    private int candidates;

    Draft(Config c) {
      input = c.input;
      image = c.image;
      stages = c.stages;
      vectors = c.vectors;
      vectorWidth = c.vectorWidth;
      neighbors = c.neighbors;
      level = c.level;
      group = c.group;
      width = c.width;
      heads = c.heads;
      hidden = c.hidden;
      encoderLayers = c.encoderLayers;
      decoderLayers = c.decoderLayers;
      dropout = c.dropout;
      firstWeight = c.firstWeight;
      lastWeight = c.lastWeight;
      answer = c.answer;
      beamWidth = c.beamWidth;
      densityKm = c.densityKm;
      candidates = c.candidates;
    }

    Config config() {
      return new Config(
          input,
          image,
          stages,
          vectors,
          vectorWidth,
          neighbors,
          level,
          group,
          width,
          heads,
          hidden,
          encoderLayers,
          decoderLayers,
          dropout,
          firstWeight,
          lastWeight,
          answer,
          beamWidth,
          densityKm,
          candidates);
    }
  }

  private final Config config;
  private final CellTokenizer tokenizer;
  private final NextToken loss;
  private final ImagePreprocessor preprocessor;
  private final TokenNetwork network;

  private TokenModel(Config config) {
    this(config, network(config));
  }

  private TokenModel(Config config, TokenNetwork network) {
    super(METHOD, network, new AnswerOptions(config.densityKm(), config.candidates()));
    this.config = config;
    this.network = network;
    tokenizer = config.tokenizer();
    loss = NextToken.defaults().withWeights(config.firstWeight(), config.lastWeight());
    preprocessor = ImagePreprocessor.of(config.image());
  }

  /**
   * Creates an untrained model.
   *
   * @param seed the parameters' first values depend on it alone
   */
  public static TokenModel create(Config config, long seed) {
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
    Config config = folder.config(Config.class);
    return load(folder, weights -> new TokenModel(config));
  }

  static TokenNetwork network(Config config) {
    CellTokenizer tokenizer = config.tokenizer();
    MemoryInput input =
        switch (config.input()) {
          case PHOTO ->
              new PhotoInput(
                  new ResidualEncoder(
                      config.image(),
                      config.stages().stream().mapToInt(Integer::intValue).toArray()),
                  config.width());
          case VECTORS ->
              new VectorInput(
                  new VectorInput.Options(
                      config.vectors(), config.vectorWidth(), config.neighbors()),
                  tokenizer,
                  config.width());
        };
    return new TokenNetwork(
        new TokenNetwork.Options(
            config.width(),
            config.heads(),
            config.hidden(),
            config.encoderLayers(),
            config.decoderLayers(),
            config.dropout()),
        tokenizer,
        input);
  }

  @Override
  public Config config() {
    return config.withAnswerOptions(answerOptions());
  }

  /** Returns how positions are written. */
  public CellTokenizer tokenizer() {
    return tokenizer;
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
   * The photo's pixels and the tokens of its place.
   *
   * @throws IllegalStateException if the model reads vectors
   */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    requireInput(Input.PHOTO);
    return new Example(new float[][] {preprocessor.apply(photo)}, targets(latLng));
  }

  /**
   * The vectors of a photo and its neighbors, and the tokens of its place.
   *
   * @throws IllegalStateException if the model reads photos
   * @throws IllegalArgumentException if the vectors or neighbors are of another number or length
   */
  public Example example(VectorPhoto photo, LatLng latLng) {
    requireInput(Input.VECTORS);
    return new Example(inputs(photo), targets(latLng));
  }

  private long[][] targets(LatLng latLng) {
    return new long[][] {Arrays.stream(tokenizer.encode(latLng)).asLongStream().toArray()};
  }

  /** The cross-entropy of the tokens, coarse ones counting more (GeoToken, section 3). */
  @Override
  public NDArray loss(Forward f, Batch batch) {
    NDArray words = batch.targets().get(0);
    NDArray memory = network.memory(f, batch.inputs());
    return loss.loss(network.logits(f, memory, words), words);
  }

  /**
   * As the configuration says: a beam search, and the answer it names.
   *
   * @throws IllegalStateException if the model reads vectors: use {@link #localizer(PhotoVectors,
   *     Optional)}
   */
  @Override
  public Localizer localizer() {
    return localizer(decoding(), selection());
  }

  /**
   * Returns a localizer that finds and chooses in other ways; it shares this model's arrays.
   *
   * @throws IllegalStateException if the model reads vectors
   */
  public Localizer localizer(Decoding decoding, Selection selection) {
    requireInput(Input.PHOTO);
    return new TokenLocalizer(this, decoding, selection);
  }

  /**
   * Returns a localizer for photos whose vectors another network computes.
   *
   * @param reference where the neighbors are found; not needed by a model without neighbors
   * @throws IllegalStateException if the model reads photos
   * @throws IllegalArgumentException if a reference is needed
   */
  public Localizer localizer(PhotoVectors vectors, Optional<ReferenceDatabase> reference) {
    requireInput(Input.VECTORS);
    if (config.neighbors() > 0 && reference.isEmpty()) {
      throw new IllegalArgumentException(
          "the model reads " + config.neighbors() + " neighbors: give a reference database");
    }
    return new VectorLocalizer(
        this, vectors, config.neighbors() > 0 ? reference : Optional.empty());
  }

  /** Returns the location that a pool means, with an answer chosen by a selection. */
  public Location location(Pool pool, Selection selection) {
    return TokenLocalizer.location(pool, selection, this);
  }

  /** Locates photos of which there are vectors, as the configuration says. */
  public List<Location> locate(List<VectorPhoto> photos) {
    return pools(photos, decoding()).stream().map(pool -> location(pool, selection())).toList();
  }

  /**
   * Finds words for photos of which there are vectors.
   *
   * @throws IllegalStateException if the model reads photos
   * @throws IllegalArgumentException if the vectors or neighbors are of another number or length
   */
  public List<Pool> pools(List<VectorPhoto> photos, Decoding decoding) {
    requireInput(Input.VECTORS);
    List<float[][]> inputs = photos.stream().map(this::inputs).toList();
    return stacked(inputs, decoding, false);
  }

  /**
   * Finds words for photos.
   *
   * @param withStates true if a {@link RewardScorer} is to choose among them
   * @throws IllegalStateException if the model reads vectors
   */
  public List<Pool> pools(List<BufferedImage> photos, Decoding decoding, boolean withStates) {
    requireInput(Input.PHOTO);
    List<float[][]> inputs =
        photos.stream().map(photo -> new float[][] {preprocessor.apply(photo)}).toList();
    return stacked(inputs, decoding, withStates);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the model reads vectors
   */
  @Override
  protected Function<PhotoSource.Photo, ScoredPhoto> scorer() {
    requireInput(Input.PHOTO);
    return this::scored;
  }

  /**
   * As {@link #calibrate(PhotoSource)}, on photos of which there are vectors.
   *
   * @throws IllegalStateException if the model reads photos
   */
  public Calibration calibrate(VectorExamples photos) {
    requireInput(Input.VECTORS);
    return calibrate(photos.size(), i -> scored(photos.photo(i), photos.place(i)));
  }

  private ScoredPhoto scored(PhotoSource.Photo photo) {
    return scored(pools(List.of(photo.image()), decoding(), false).get(0), photo.latLng());
  }

  private ScoredPhoto scored(VectorPhoto photo, LatLng place) {
    return scored(pools(List.of(photo), decoding()).get(0), place);
  }

  private static ScoredPhoto scored(Pool pool, LatLng place) {
    ScoredCells cells = ScoredCells.of(pool, 1);
    return ScoredPhoto.of(place, cells.partition(), cells.scores());
  }

  private Decoding decoding() {
    return BeamSearch.ofWidth(config.beamWidth());
  }

  private Selection selection() {
    return switch (config.answer()) {
      case MOST_PROBABLE -> Selection.mostProbable();
      case MEDOID -> Selection.medoid();
      case DENSITY -> Selection.density(answerOptions().meanKm());
    };
  }

  private void requireInput(Input needed) {
    if (config.input() != needed) {
      throw new IllegalStateException(
          "this model reads "
              + config.input()
              + ", not "
              + needed
              + (needed == Input.PHOTO
                  ? ": give it VectorExamples to train and calibrate on, and PhotoVectors to locate"
                      + " with"
                  : ": give it the photos themselves"));
    }
  }

  /** Returns the arrays of a photo that is given as vectors, as {@link #inputShapes} says. */
  private float[][] inputs(VectorPhoto photo) {
    Config c = config;
    ReferenceDatabase.checkShape(photo.vectors(), c.vectors(), c.vectorWidth());
    if (c.neighbors() == 0) {
      return new float[][] {joined(photo.vectors())};
    }
    if (photo.neighbors().size() < c.neighbors()) {
      throw new IllegalArgumentException(
          photo.neighbors().size() + " neighbors given, " + c.neighbors() + " needed");
    }
    float[][] vectors = new float[c.neighbors()][];
    float[][] words = new float[c.neighbors()][];
    for (int k = 0; k < vectors.length; k++) {
      Neighbor neighbor = photo.neighbors().get(k);
      ReferenceDatabase.checkShape(neighbor.vectors(), c.vectors(), c.vectorWidth());
      vectors[k] = joined(neighbor.vectors());
      int[] word = tokenizer.encode(neighbor.latLng());
      words[k] = new float[word.length];
      for (int n = 0; n < word.length; n++) {
        words[k][n] = word[n];
      }
    }
    return new float[][] {joined(photo.vectors()), joined(vectors), joined(words)};
  }

  private static float[] joined(float[][] rows) {
    float[] all = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * rows[i].length, rows[i].length);
    }
    return all;
  }

  /** Finds words for photos, each given as one array for each of {@link #inputShapes}. */
  private List<Pool> stacked(List<float[][]> photos, Decoding decoding, boolean withStates) {
    if (photos.isEmpty()) {
      return List.of();
    }
    float[][] stacked = new float[inputShapes().size()][];
    for (int i = 0; i < stacked.length; i++) {
      int input = i;
      stacked[i] = joined(photos.stream().map(photo -> photo[input]).toArray(float[][]::new));
    }
    return pools(stacked, photos.size(), decoding, withStates);
  }

  /**
   * Finds words for preprocessed photos.
   *
   * @param photos {@code [B, 3, H, W]} floats
   */
  List<Pool> pools(float[] photos, int count, Decoding decoding, boolean withStates) {
    return pools(new float[][] {photos}, count, decoding, withStates);
  }

  private List<Pool> pools(float[][] inputs, int count, Decoding decoding, boolean withStates) {
    return TorchEngine.infer(
        manager(),
        step -> {
          List<NDArray> arrays = new ArrayList<>();
          for (int i = 0; i < inputs.length; i++) {
            arrays.add(step.create(inputs[i], new Shape(count).addAll(inputShapes().get(i))));
          }
          NDArray memory = network.memory(Forward.INFERENCE, arrays);
          List<Pool> pools = decoding.find(network, memory);
          return withStates ? PrefixTree.withStates(network, memory, pools) : pools;
        });
  }
}
