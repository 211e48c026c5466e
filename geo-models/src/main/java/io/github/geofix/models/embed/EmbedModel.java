package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.LatLng;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.SafetensorsWriter;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.Batch;
import io.github.geofix.models.Example;
import io.github.geofix.models.Temperature;
import io.github.geofix.models.backbone.ResidualEncoder;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.io.GeoModel;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.Weights;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The embed family: a photo and the S2 cells of several levels are unit vectors in one space, and
 * the photo's cells are those it lies nearest to.
 *
 * <p>After GeoSURGE (arXiv 2510.01448); {@code docs/methods.md} lists where we differ.
 *
 * <p>Training is for one thread; {@link #localizer()} is thread-safe.
 */
public final class EmbedModel implements GeoModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "embed";

  /** What a photo's cell is contrasted with. */
  public enum Negatives {
    /** All cells of the level. */
    ALL_CELLS,
    /** The cells of the other photos in the batch; photos of the same cell are masked. */
    BATCH
  }

  /**
   * What the model is built from.
   *
   * @param image what the backbone reads
   * @param backbone the backbone's name
   * @param width the width D of the shared space
   * @param s2Levels the S2 levels of the hierarchy, coarse to fine
   * @param temperature the temperature of every level before training
   * @param negatives what a photo's cell is contrasted with
   * @param refineKm the answer is the spherical mean of the score within this distance of the best
   *     cell; 0 for the best cell's own position
   * @param candidates the number of candidates in a location
   * @param scoreTemperature what {@link #calibrate} found; 1 before
   */
  public record Config(
      ImageSpec image,
      String backbone,
      int width,
      List<Integer> s2Levels,
      double temperature,
      Negatives negatives,
      double refineKm,
      int candidates,
      double scoreTemperature) {

    /** Checks the ranges. */
    public Config {
      s2Levels = List.copyOf(s2Levels);
      check(width > 0, "width must be positive: " + width);
      check(!s2Levels.isEmpty(), "s2Levels must not be empty");
      check(temperature > 0, "temperature must be positive: " + temperature);
      check(refineKm >= 0, "refineKm must be 0 or more: " + refineKm);
      check(candidates > 0, "candidates must be positive: " + candidates);
      check(scoreTemperature > 0, "scoreTemperature must be positive: " + scoreTemperature);
    }

    /**
     * A network of 0.5 million parameters for photos of 32 pixels, trained on two cores in four
     * minutes. The levels 2, 4 and 5 have cells of about 2,200, 560 and 280 km.
     */
    public static Config tiny() {
      return new Config(
          ImageSpec.half(32),
          "residual",
          128,
          List.of(2, 4, 5),
          0.07,
          Negatives.ALL_CELLS,
          500,
          10,
          1);
    }

    /** Returns a copy with another width. */
    public Config withWidth(int newWidth) {
      return new Config(
          image,
          backbone,
          newWidth,
          s2Levels,
          temperature,
          negatives,
          refineKm,
          candidates,
          scoreTemperature);
    }

    /** Returns a copy with other levels. */
    public Config withS2Levels(List<Integer> newLevels) {
      return new Config(
          image,
          backbone,
          width,
          newLevels,
          temperature,
          negatives,
          refineKm,
          candidates,
          scoreTemperature);
    }

    /** Returns a copy with other negatives. */
    public Config withNegatives(Negatives newNegatives) {
      return new Config(
          image,
          backbone,
          width,
          s2Levels,
          temperature,
          newNegatives,
          refineKm,
          candidates,
          scoreTemperature);
    }

    /** Returns a copy with another radius of refinement. */
    public Config withRefineKm(double newRefineKm) {
      return new Config(
          image,
          backbone,
          width,
          s2Levels,
          temperature,
          negatives,
          newRefineKm,
          candidates,
          scoreTemperature);
    }

    /** Returns a copy with another temperature of the answers' scores. */
    public Config withScoreTemperature(double newTemperature) {
      return new Config(
          image,
          backbone,
          width,
          s2Levels,
          temperature,
          negatives,
          refineKm,
          candidates,
          newTemperature);
    }

    private static void check(boolean fits, String message) {
      if (!fits) {
        throw new IllegalArgumentException(message);
      }
    }
  }

  private volatile Config config;
  private final CellHierarchy hierarchy;
  private final ImagePreprocessor preprocessor;
  private final NDManager manager;
  private final EmbedNetwork network;

  private EmbedModel(Config config, CellHierarchy hierarchy) {
    this.config = config;
    this.hierarchy = hierarchy;
    this.preprocessor = ImagePreprocessor.of(config.image());
    this.network =
        network(config, hierarchy.partitions().stream().mapToInt(CellPartition::size).toArray());
    this.manager = TorchEngine.newManager();
  }

  /**
   * Creates an untrained model.
   *
   * @param hierarchy the cells, coarse to fine
   * @param seed the parameters' first values depend on it alone
   */
  public static EmbedModel create(Config config, CellHierarchy hierarchy, long seed) {
    EmbedModel model = new EmbedModel(config, hierarchy);
    model.network.initialize(model.manager, seed);
    return model;
  }

  /**
   * Creates an untrained model over the cells that hold at least one of the given positions.
   *
   * @param positions where the training photos were taken
   */
  public static EmbedModel create(Config config, List<LatLng> positions, long seed) {
    int[] levels = config.s2Levels().stream().mapToInt(Integer::intValue).toArray();
    return create(config, CellHierarchy.fixedLevels(positions, levels), seed);
  }

  /**
   * Loads a trained model.
   *
   * @throws io.github.geofix.core.ModelFormatException if the weights do not fit the configuration
   */
  public static EmbedModel load(ModelFolder folder) {
    Config config = folder.config(Config.class);
    try (Safetensors file = Safetensors.open(folder.weights())) {
      EmbedModel model = new EmbedModel(config, HierarchyTensors.read(file));
      try {
        Weights.load(model.network, model.manager, file, HierarchyTensors.LEFT_OUT).requireExact();
        return model;
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
    }
  }

  static EmbedNetwork network(Config config, int[] cellCounts) {
    if (!config.backbone().equals("residual")) {
      throw new IllegalArgumentException(
          "no backbone " + config.backbone() + " for embed; there is residual");
    }
    ResidualEncoder backbone = new ResidualEncoder(config.image());
    return new EmbedNetwork(backbone, config.width(), config.temperature(), cellCounts);
  }

  /** Returns the configuration. */
  public Config config() {
    return config;
  }

  /** Returns the cells, coarse to fine. */
  public CellHierarchy hierarchy() {
    return hierarchy;
  }

  @Override
  public String method() {
    return METHOD;
  }

  @Override
  public Module network() {
    return network;
  }

  @Override
  public List<Shape> inputShapes() {
    return List.of(new Shape(3, config.image().height(), config.image().width()));
  }

  /** The photo's pixels, and its cell on each level or -1. */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    long[] labels = new long[hierarchy.levels()];
    for (int level = 0; level < labels.length; level++) {
      labels[level] = hierarchy.partition(level).labelOf(latLng.latitude(), latLng.longitude());
    }
    return new Example(new float[][] {preprocessor.apply(photo)}, new long[][] {labels});
  }

  /**
   * The sum over the levels of the InfoNCE loss between the photos and their cells (GeoSURGE,
   * section III). A photo outside all cells of a level does not count on that level.
   */
  @Override
  public NDArray loss(Forward f, Batch batch) {
    NDArray embedded = network.embed(f, batch.inputs().get(0));
    NDArray labels = batch.targets().get(0);
    NDList losses = new NDList();
    for (int level = 0; level < network.levels(); level++) {
      NDArray cells = labels.get(":, {}", level);
      NDArray known = cells.gte(0).nonzero().reshape(-1);
      losses.add(network.loss(embedded.get(known), level, cells.get(known), config.negatives()));
    }
    return NDArrays.add(losses.toArray(new NDArray[0]));
  }

  @Override
  public Localizer localizer() {
    return new EmbedLocalizer(this);
  }

  @Override
  public double calibrate(PhotoSource photos) {
    config = config.withScoreTemperature(1);
    int[] truths = new int[photos.size()];
    List<double[]> scores = new ArrayList<>();
    for (int i = 0; i < truths.length; i++) {
      PhotoSource.Photo photo = photos.photo(0, i);
      truths[i] = hierarchy.finest().labelOf(photo.latLng().latitude(), photo.latLng().longitude());
      scores.add(scores(preprocessor.apply(photo.image()), 1)[0]);
    }
    double found = Temperature.fit(scores, truths);
    config = config.withScoreTemperature(found);
    return found;
  }

  /**
   * Returns the score of each finest cell for each photo, calibrated if the model is.
   *
   * @param photos {@code [B, 3, H, W]} floats, preprocessed
   */
  @SuppressWarnings("try") // The scope is there to be closed.
  double[][] scores(float[] photos, int count) {
    try (TorchEngine.Scope noGrad = TorchEngine.noGrad();
        NDManager step = manager.newSubManager()) {
      return Arrays.stream(logits(step, photos, count))
          .map(photo -> HierarchicalScores.combine(hierarchy, photo))
          .map(scores -> Temperature.apply(scores, config.scoreTemperature()))
          .toArray(double[][]::new);
    }
  }

  /** Returns the logits of every photo and level. */
  private float[][][] logits(NDManager step, float[] photos, int count) {
    ImageSpec image = config.image();
    Shape shape = new Shape(count, 3, image.height(), image.width());
    NDArray embedded = network.embed(Forward.INFERENCE, step.create(photos, shape));
    float[][][] logits = new float[count][network.levels()][];
    for (int level = 0; level < network.levels(); level++) {
      float[] flat = network.logits(embedded, level).toFloatArray();
      int cells = flat.length / count;
      for (int i = 0; i < count; i++) {
        logits[i][level] = Arrays.copyOfRange(flat, i * cells, (i + 1) * cells);
      }
    }
    return logits;
  }

  @Override
  public void save(Path folder, ModelCard card) {
    ModelFolder.write(
        folder,
        METHOD,
        config,
        card,
        file -> {
          SafetensorsWriter writer = Safetensors.writer();
          HierarchyTensors.write(hierarchy, writer);
          Weights.add(network, writer).write(file);
        });
  }

  @Override
  public void close() {
    manager.close();
  }
}
