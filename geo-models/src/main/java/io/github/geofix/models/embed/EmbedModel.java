package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.SafetensorsWriter;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.AnswerOptions;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.calibration.ScoredPhoto;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.io.NamedClass;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Scalar;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import io.github.geofix.models.weights.RenameTable;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The embed family: a photo and the S2 cells of several levels are unit vectors in one space, and
 * the photo's cells are those it lies nearest to.
 *
 * <p>After GeoSURGE (arXiv 2510.01448); {@code docs/methods.md} lists where we differ.
 *
 * <p>Training is for one thread; {@link #localizer()} is thread-safe.
 */
public final class EmbedModel extends GeoModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "embed";

  /** What a photo's cell is contrasted with. */
  public enum Negatives {
    /** All cells of the level. */
    ALL_CELLS,
    /** The cells of the other photos in the batch; photos of the same cell are masked. */
    BATCH,
    /** As {@link #BATCH}, but photos of the same cell are each other's negatives. */
    BATCH_UNMASKED
  }

  /** How a photo is compared with the cells. */
  public enum Comparison {
    /** By the cosine with one learned vector a cell, over the level's temperature. */
    EMBEDDING,
    /** By one linear layer a level, a plain classifier: what the paper compares itself with. */
    CLASSIFIER
  }

  /** What is multiplied over a finest cell and its ancestors. */
  public enum Product {
    /** The probabilities: the softmax of each level. */
    PROBABILITIES,
    /** The cosines, as the paper's text has it; below 0 they count as 0. */
    COSINES
  }

  /**
   * A hierarchy that follows the density of the training photos, see {@link
   * CellHierarchy#adaptive}.
   *
   * @param rule where splitting starts and which cells are kept
   * @param minPoints sparser cells are dropped
   * @param maxPoints the limit of each level, decreasing
   */
  public record AdaptiveCells(CellPartition.Rule rule, int minPoints, List<Integer> maxPoints) {
    /** Checks the ranges. */
    public AdaptiveCells {
      maxPoints = List.copyOf(maxPoints);
      check(minPoints > 0, "adaptiveCells.minPoints must be positive: " + minPoints);
      check(!maxPoints.isEmpty(), "adaptiveCells.maxPoints must not be empty");
    }

    /** GeoSURGE's seven levels: at least 50 points, at most 25,000 down to 500. */
    public static AdaptiveCells paper() {
      return new AdaptiveCells(
          CellPartition.Rule.GEOSURGE, 50, List.of(25_000, 10_000, 5_000, 2_000, 1_000, 750, 500));
    }

    /** Returns a copy with other limits. */
    public AdaptiveCells withMaxPoints(List<Integer> newMaxPoints) {
      return new AdaptiveCells(rule, minPoints, newMaxPoints);
    }

    /** Returns a copy with another least number of points. */
    public AdaptiveCells withMinPoints(int newMinPoints) {
      return new AdaptiveCells(rule, newMinPoints, maxPoints);
    }

    CellHierarchy hierarchy(List<LatLng> positions) {
      return CellHierarchy.adaptive(
          positions,
          CellPartition.Options.defaults().withRule(rule).withMinPoints(minPoints),
          maxPoints.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  /**
   * What the model is built from.
   *
   * @param image what the backbone reads
   * @param backbone the backbone's name, see {@link Backbone#named}
   * @param trainableBlocks how many of the backbone's last blocks are trained; -1 for all of it
   * @param width the width D of the shared space
   * @param s2Levels the S2 levels of the hierarchy, coarse to fine; empty for adaptive cells
   * @param adaptiveCells the hierarchy if there are no {@code s2Levels}
   * @param fusion how classes of pixels join the photo
   * @param comparison how a photo is compared with the cells
   * @param temperature the temperature of every level before training
   * @param negatives what a photo's cell is contrasted with
   * @param symmetric whether cells have to find their photos, too; not in the paper, and only with
   *     negatives of the batch
   * @param product what is multiplied over the levels
   * @param tenCrops 0 to look at the middle of a photo; else the shorter side in pixels to which it
   *     is resized before its corners and middle are cut out, and those of its mirror image: their
   *     scores are averaged
   * @param neighbors the answer is the spherical mean of this many training photos of the best
   *     cell, those nearest in the shared space (see {@link #fillGallery}); 0 for none
   * @param refineKm else it is the spherical mean of the score within this distance of the best
   *     cell, up to 10,007; 0 for the best cell's own position
   * @param candidates the number of candidates in a location
   */
  public record Config(
      ImageSpec image,
      String backbone,
      int trainableBlocks,
      int width,
      List<Integer> s2Levels,
      AdaptiveCells adaptiveCells,
      Fusion fusion,
      Comparison comparison,
      double temperature,
      Negatives negatives,
      boolean symmetric,
      Product product,
      int tenCrops,
      int neighbors,
      double refineKm,
      int candidates) {

    /** Checks the ranges. */
    public Config {
      s2Levels = List.copyOf(s2Levels);
      check(trainableBlocks >= -1, "trainableBlocks must be -1 or more: " + trainableBlocks);
      check(width > 0, "width must be positive: " + width);
      check(temperature > 0, "temperature must be positive: " + temperature);
      check(
          !symmetric || negatives != Negatives.ALL_CELLS,
          "symmetric needs negatives of the batch: without them cells have no photos to choose"
              + " from");
      check(
          comparison == Comparison.EMBEDDING
              || (negatives == Negatives.ALL_CELLS && product == Product.PROBABILITIES),
          "a classifier has no cosines: use negatives ALL_CELLS and the product PROBABILITIES");
      check(
          tenCrops == 0 || tenCrops >= Math.max(image.height(), image.width()),
          "tenCrops must be 0 or at least the side of the image: " + tenCrops);
      check(neighbors >= 0, "neighbors must be 0 or more: " + neighbors);
      check(
          refineKm >= 0 && refineKm <= 10_007,
          "refineKm must be 0 to 10,007, a quarter of the Earth: " + refineKm);
      check(candidates > 0, "candidates must be positive: " + candidates);
    }

    /**
     * A network of 0.25 million parameters, and 128 for each cell, for photos of 32 pixels, trained
     * on two cores in four minutes. The levels 2, 4 and 5 have cells of about 2,200, 560 and 280
     * km.
     */
    public static Config tiny() {
      return new Config(
          ImageSpec.half(32),
          "residual-small",
          Backbone.ALL_BLOCKS,
          128,
          List.of(2, 4, 5),
          AdaptiveCells.paper(),
          Fusion.tiny().withBlocks(0),
          Comparison.EMBEDDING,
          0.07,
          Negatives.ALL_CELLS,
          false,
          Product.PROBABILITIES,
          0,
          0,
          500,
          10);
    }

    /**
     * ConvNeXt-T at 224 pixels, all of it trained, seven adaptive levels, no fusion: 28 million
     * parameters and 512 for each cell.
     */
    public static Config small() {
      return tiny()
          .with(draft -> draft.image = ImageSpec.imageNet(224))
          .with(draft -> draft.backbone = "convnext-tiny")
          .withWidth(512)
          .withAdaptiveCells(AdaptiveCells.paper())
          .withFusion(Fusion.none())
          .withNegatives(Negatives.BATCH)
          .withRefineKm(0);
    }

    /**
     * GeoSURGE: CLIP ViT-L/14 at 336 pixels with its last block trained, fusion with class maps
     * that lie beside the photos, seven adaptive levels, 768 wide, negatives in the batch, ten
     * crops of photos resized to 384 pixels. The paper does not give the size before cropping; 384
     * is to 336 as ISN's 256 is to 224.
     */
    public static Config paper() {
      return tiny()
          .with(draft -> draft.image = ImageSpec.clip(336))
          .with(draft -> draft.backbone = "clip-vit-l14-336")
          .withTrainableBlocks(1)
          .withWidth(768)
          .withAdaptiveCells(AdaptiveCells.paper())
          .withFusion(Fusion.paper())
          .withNegatives(Negatives.BATCH)
          .withTenCrops(384)
          .withRefineKm(0);
    }

    /**
     * Returns a copy with another backbone.
     *
     * @param name see {@link Backbone#named}
     * @param newImage the images it is to read
     */
    public Config withBackbone(String name, ImageSpec newImage) {
      return with(
          draft -> {
            draft.backbone = name;
            draft.image = newImage;
          });
    }

    /**
     * Returns a copy with a backbone of your own, such as {@code PatchBackbone::new}. A saved model
     * names its class; loading it needs the class on the class path.
     *
     * @throws IllegalArgumentException if the class has no constructor without arguments
     */
    public Config withBackbone(Supplier<? extends Backbone> own) {
      return withBackbone(NamedClass.of(own, Backbone.class), own.get().image());
    }

    /** Returns a copy that trains another number of the backbone's last blocks; -1 for all. */
    public Config withTrainableBlocks(int newTrainableBlocks) {
      return with(draft -> draft.trainableBlocks = newTrainableBlocks);
    }

    /** Returns a copy with another width. */
    public Config withWidth(int newWidth) {
      return with(draft -> draft.width = newWidth);
    }

    /** Returns a copy with cells of these S2 levels. */
    public Config withS2Levels(List<Integer> newLevels) {
      return with(draft -> draft.s2Levels = newLevels);
    }

    /** Returns a copy with adaptive cells instead of fixed levels. */
    public Config withAdaptiveCells(AdaptiveCells newCells) {
      return with(
          draft -> {
            draft.s2Levels = List.of();
            draft.adaptiveCells = newCells;
          });
    }

    /** Returns a copy with another fusion. */
    public Config withFusion(Fusion newFusion) {
      return with(draft -> draft.fusion = newFusion);
    }

    /** Returns a copy that compares photos and cells in another way. */
    public Config withComparison(Comparison newComparison) {
      return with(draft -> draft.comparison = newComparison);
    }

    /** Returns a copy with other negatives. */
    public Config withNegatives(Negatives newNegatives) {
      return with(draft -> draft.negatives = newNegatives);
    }

    /** Returns a copy whose cells have to find their photos, or not. */
    public Config withSymmetric(boolean newSymmetric) {
      return with(draft -> draft.symmetric = newSymmetric);
    }

    /** Returns a copy that multiplies something else over the levels. */
    public Config withProduct(Product newProduct) {
      return with(draft -> draft.product = newProduct);
    }

    /** Returns a copy that looks at ten crops of photos resized to this shorter side; 0 at one. */
    public Config withTenCrops(int newTenCrops) {
      return with(draft -> draft.tenCrops = newTenCrops);
    }

    /** Returns a copy that refines by another number of training photos. */
    public Config withNeighbors(int newNeighbors) {
      return with(draft -> draft.neighbors = newNeighbors);
    }

    /** Returns a copy with another radius of refinement. */
    public Config withRefineKm(double newRefineKm) {
      return with(draft -> draft.refineKm = newRefineKm);
    }

    /** Returns a copy with another number of candidates. */
    public Config withCandidates(int newCandidates) {
      return with(draft -> draft.candidates = newCandidates);
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

    /** The floats of a pixel: its colors, and its class where there is fusion. */
    int channels() {
      return fusion.isOn() ? 4 : 3;
    }

    /** The components while a copy is made. */
    private static final class Draft {
      private final Config from;
      private ImageSpec image;
      private String backbone;
      private int trainableBlocks;
      private int width;
      private List<Integer> s2Levels;
      private AdaptiveCells adaptiveCells;
      private Fusion fusion;
      private Comparison comparison;
      private Negatives negatives;
      private boolean symmetric;
      private Product product;
      private int tenCrops;
      private int neighbors;
      private double refineKm;
      private int candidates;

      Draft(Config from) {
        this.from = from;
        image = from.image;
        backbone = from.backbone;
        trainableBlocks = from.trainableBlocks;
        width = from.width;
        s2Levels = from.s2Levels;
        adaptiveCells = from.adaptiveCells;
        fusion = from.fusion;
        comparison = from.comparison;
        negatives = from.negatives;
        symmetric = from.symmetric;
        product = from.product;
        tenCrops = from.tenCrops;
        neighbors = from.neighbors;
        refineKm = from.refineKm;
        candidates = from.candidates;
      }

      Config config() {
        return new Config(
            image,
            backbone,
            trainableBlocks,
            width,
            s2Levels,
            adaptiveCells,
            fusion,
            comparison,
            from.temperature,
            negatives,
            symmetric,
            product,
            tenCrops,
            neighbors,
            refineKm,
            candidates);
      }
    }
  }

  private static void check(boolean fits, String message) {
    if (!fits) {
      throw new IllegalArgumentException(message);
    }
  }

  /** The file of the training photos' vectors in a model folder. */
  private static final String GALLERY = "gallery.index";

  private volatile Config config;
  private final CellHierarchy hierarchy;
  private final PhotoViews views;
  private final EmbedNetwork network;
  private volatile @Nullable EmbeddingIndex gallery;
  private final PhotoScorer scorer;

  private EmbedModel(Config config, CellHierarchy hierarchy) {
    this(config, hierarchy, network(config, sizes(hierarchy)));
  }

  private EmbedModel(Config config, CellHierarchy hierarchy, EmbedNetwork network) {
    super(METHOD, network, new AnswerOptions(config.refineKm(), config.candidates()));
    this.config = config;
    this.network = network;
    this.hierarchy = hierarchy;
    this.views = new PhotoViews(config);
    this.scorer = new PhotoScorer(network, hierarchy, manager());
  }

  /**
   * Creates an untrained model.
   *
   * @param hierarchy the cells, coarse to fine
   * @param seed the parameters' first values depend on it alone
   */
  public static EmbedModel create(Config config, CellHierarchy hierarchy, long seed) {
    EmbedModel model = new EmbedModel(config, hierarchy);
    model.network.initialize(model.manager(), seed);
    return model;
  }

  /**
   * Creates an untrained model over the cells that the configuration makes of the given positions.
   *
   * @param positions where the training photos were taken
   */
  public static EmbedModel create(Config config, List<LatLng> positions, long seed) {
    if (config.s2Levels().isEmpty()) {
      return create(config, config.adaptiveCells().hierarchy(positions), seed);
    }
    int[] levels = config.s2Levels().stream().mapToInt(Integer::intValue).toArray();
    return create(config, CellHierarchy.fixedLevels(positions, levels), seed);
  }

  /**
   * Loads a trained model.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the weights do not fit the
   *     configuration, or a class that it names is missing
   */
  public static EmbedModel load(ModelFolder folder) {
    Config config = folder.config(Config.class);
    return load(folder, weights -> new EmbedModel(config, HierarchyTensors.read(weights)));
  }

  @Override
  protected RenameTable extraTensors() {
    return HierarchyTensors.LEFT_OUT;
  }

  @Override
  protected void readExtras(ModelFolder folder, Safetensors weights) {
    if (Files.exists(folder.file(GALLERY))) {
      gallery = gallery(folder.file(GALLERY), config.width());
    }
  }

  private static int[] sizes(CellHierarchy hierarchy) {
    return hierarchy.partitions().stream().mapToInt(CellPartition::size).toArray();
  }

  private static EmbeddingIndex gallery(Path file, int width) {
    EmbeddingIndex gallery = EmbeddingIndex.open(file);
    if (gallery.width() != width) {
      gallery.close();
      throw new ModelFormatException(
          file + " has vectors of " + gallery.width() + " numbers, the model of " + width);
    }
    return gallery;
  }

  static EmbedNetwork network(Config config, int[] cellCounts) {
    return new EmbedNetwork(config, cellCounts);
  }

  @Override
  public Config config() {
    return config.withAnswerOptions(answerOptions());
  }

  /**
   * Changes how answers are given, now and in the saved model: the product over levels, ten crops,
   * neighbors, the radius of refinement and the number of candidates.
   *
   * @param change returns a copy of the configuration it is given
   * @throws IllegalArgumentException if it changes anything that the network or its cells were made
   *     from
   */
  public void answerWith(UnaryOperator<Config> change) {
    Config present = config();
    Config changed = change.apply(present);
    Config asBefore =
        changed
            .withProduct(present.product())
            .withTenCrops(present.tenCrops())
            .withNeighbors(present.neighbors())
            .withRefineKm(present.refineKm())
            .withCandidates(present.candidates());
    if (!asBefore.equals(present)) {
      throw new IllegalArgumentException(
          "only product, tenCrops, neighbors, refineKm and candidates can be changed of a model"
              + " that is there; create another one for the rest");
    }
    config = changed;
    setAnswerOptions(new AnswerOptions(changed.refineKm(), changed.candidates()));
  }

  /** Returns the cells, coarse to fine. */
  public CellHierarchy hierarchy() {
    return hierarchy;
  }

  @Override
  public Module network() {
    return network;
  }

  @Override
  public List<Shape> inputShapes() {
    return List.of(new Shape(config.channels(), config.image().height(), config.image().width()));
  }

  /** The photo's pixels, and its cell on each level or -1. */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    return example(photo, Optional.empty(), latLng);
  }

  @Override
  public Example example(PhotoSource.Photo photo, SplittableRandom random) {
    return example(photo.image(), photo.file(), photo.latLng());
  }

  private Example example(BufferedImage photo, Optional<Path> file, LatLng latLng) {
    long[] labels = new long[hierarchy.levels()];
    for (int level = 0; level < labels.length; level++) {
      labels[level] = hierarchy.partition(level).labelOf(latLng.latitude(), latLng.longitude());
    }
    return new Example(new float[][] {views.middle(photo, file)}, new long[][] {labels});
  }

  /** Returns all that inference looks at of a photo: {@code [views, channels, H, W]}. */
  float[] views(BufferedImage photo, Optional<Path> file) {
    return views.all(photo, file, config.tenCrops());
  }

  /**
   * The sum over the levels of the InfoNCE loss between the photos and their cells (GeoSURGE,
   * section III). A photo outside all cells of a level does not count on that level, and a level
   * with less than two photos to contrast is left out.
   */
  @Override
  public NDArray loss(Forward f, Batch batch) {
    NDArray embedded = network.embed(f, batch.inputs().get(0));
    NDArray labels = batch.targets().get(0);
    // So that there is something to differentiate even if no photo lies in a cell.
    NDArray sum = embedded.sum().mul(Scalar.of(embedded, 0));
    int least = config.negatives() == Negatives.ALL_CELLS ? 1 : 2;
    for (int level = 0; level < network.levels(); level++) {
      NDArray cells = labels.get(":, {}", level);
      NDArray known = cells.gte(0).nonzero().reshape(-1);
      if (known.size() >= least) {
        sum = sum.add(network.loss(f, embedded.get(known), level, cells.get(known)));
      }
    }
    return sum;
  }

  @Override
  public Localizer localizer() {
    if (config.neighbors() > 0 && gallery == null) {
      throw new IllegalStateException(
          "neighbors is "
              + config.neighbors()
              + ", but the model has no training photos to choose from: call fillGallery first");
    }
    return new EmbedLocalizer(this);
  }

  @Override
  protected Function<PhotoSource.Photo, ScoredPhoto> scorer() {
    return this::scored;
  }

  private ScoredPhoto scored(PhotoSource.Photo photo) {
    float[] seen = views(photo.image(), photo.file());
    double[] scores = scorer.answers(seen, 1, config, 1).get(0).scores();
    return ScoredPhoto.of(photo.latLng(), hierarchy.finest(), scores);
  }

  /**
   * Keeps the vectors and positions of photos, in place of those kept before, for answers refined
   * by {@link Config#neighbors}; {@link #save} keeps them too. Later training makes them stale.
   *
   * @param photos the training photos, or some of them: four bytes a number of each vector are
   *     needed
   */
  public void fillGallery(PhotoSource photos) {
    EmbeddingIndex.Builder builder =
        EmbeddingIndex.builder(config.width(), EmbeddingIndex.Options.defaults());
    for (int i = 0; i < photos.size(); i++) {
      PhotoSource.Photo photo = photos.photo(0, i);
      float[] vector = answers(views(photo.image(), photo.file()), 1).get(0).vector();
      builder.add(vector, photo.latLng(), Integer.toString(i));
    }
    EmbeddingIndex before = gallery;
    gallery = builder.build();
    if (before != null) {
      before.close();
    }
  }

  /** Returns the training photos kept, or null. */
  @Nullable EmbeddingIndex gallery() {
    return gallery;
  }

  /**
   * Returns what the network says of photos, calibrated if the model is.
   *
   * @param photos {@code [count, views, channels, H, W]}, as of {@link #views}
   */
  List<PhotoScorer.Answer> answers(float[] photos, int count) {
    Config present = config;
    return scorer.answers(photos, count, present, calibration().temperature());
  }

  /**
   * Scores all finest cells for vectors of the shared space, such as those of photos kept from
   * before. Costs one product of each vector with each cell of each level, and for one vector the
   * time of reading the cells' vectors once.
   *
   * @param vectors {@code [B][D]}, of length 1
   * @return {@code [B][finest cells]}, calibrated if the model is; they add up to 1
   * @throws IllegalArgumentException if a vector has another width
   */
  public float[][] scores(float[][] vectors) {
    if (vectors.length == 0) {
      return new float[0][];
    }
    FloatBuffer flat = FloatBuffer.allocate(vectors.length * config.width());
    for (float[] vector : vectors) {
      if (vector.length != config.width()) {
        throw new IllegalArgumentException(
            "a vector has " + vector.length + " numbers, the model " + config.width());
      }
      flat.put(vector);
    }
    Config present = config;
    Shape shape = new Shape(vectors.length, present.width());
    double temperature = calibration().temperature();
    return scorer.scores(flat.flip(), shape, present.product(), temperature);
  }

  @Override
  protected void addTensors(SafetensorsWriter writer) {
    HierarchyTensors.write(hierarchy, writer);
  }

  @Override
  protected Map<String, ModelFolder.FileWriter> files() {
    EmbeddingIndex kept = gallery;
    return kept == null ? Map.of() : Map.of(GALLERY, kept::save);
  }

  @Override
  protected void closeExtras() {
    views.close();
    EmbeddingIndex kept = gallery;
    if (kept != null) {
      kept.close();
    }
  }
}
