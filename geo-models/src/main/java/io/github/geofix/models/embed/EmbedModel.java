package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.embed.EmbedConfig.Matching;
import io.github.geofix.models.embed.EmbedConfig.Matching.Product;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.semantics.ClassMaps;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.train.Trainable.Contrastive;
import io.github.geofix.models.weights.RenameTable;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * The embed family: photos and the S2 cells of several levels are unit vectors of one embedding
 * space, and a photo is located in the cells whose vectors are nearest.
 *
 * <p>After GeoSURGE (arXiv 2510.01448).
 *
 * <p>Training, indexing and changes of options are for one thread; {@link #localizer()} is
 * thread-safe.
 */
public final class EmbedModel extends GeoModel implements Contrastive {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "embed";

  /** The file of a model folder that holds the gallery. */
  private static final String GALLERY = "gallery.index";

  /** The file of a model folder that holds the TorchScript program of the class maps. */
  private static final String SEGMENTER = "segmenter.pt";

  private final CellHierarchy hierarchy;
  private final PhotoViews views;
  private final EmbedNetwork network;
  private final PhotoScorer scorer;
  private final EmbedGallery gallery = new EmbedGallery();
  private volatile EmbedConfig config;

  private EmbedModel(
      EmbedConfig config,
      CellHierarchy hierarchy,
      EmbedNetwork network,
      Optional<ClassMaps> classMaps) {
    super(METHOD, network, config.answer());
    this.hierarchy = hierarchy;
    this.network = network;
    this.views = new PhotoViews(config.encoder().image(), classMaps);
    this.config = views.codeFile().isPresent() ? withSegmenter(config) : config;
    this.scorer = new PhotoScorer(network, hierarchy, inputShape(), manager());
  }

  /** Returns the family of these models. */
  public static Family family() {
    return new EmbedFamily();
  }

  private static EmbedConfig withSegmenter(EmbedConfig config) {
    Fusion fusion = config.fusion();
    String source = ClassMaps.torchScript(SEGMENTER);
    return fusion
        .input()
        .map(input -> input.withSource(source, input.classes()))
        .map(input -> config.withFusion(fusion.withClassMaps(input)))
        .orElse(config);
  }

  /**
   * Creates an untrained model. Runs the code that the configuration names, a class or a
   * TorchScript file.
   *
   * @param hierarchy the cells, coarse to fine
   * @param seed determines the initial values of the parameters
   */
  public static EmbedModel create(EmbedConfig config, CellHierarchy hierarchy, long seed) {
    EmbedNetwork network = network(config, hierarchy);
    Optional<ClassMaps> classMaps =
        config.fusion().input().map(input -> ClassMaps.named(input.source()));
    EmbedModel model = new EmbedModel(config, hierarchy, network, classMaps);
    network.initialize(model.manager(), seed);
    return model;
  }

  /**
   * Creates an untrained model over the configuration's cells of the given positions.
   *
   * @param positions where the training photos were taken
   * @param seed determines the initial values of the parameters
   */
  public static EmbedModel create(EmbedConfig config, List<LatLng> positions, long seed) {
    return create(config, config.cells().hierarchy(positions), seed);
  }

  /**
   * Loads a trained model.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the weights do not fit the
   *     configuration, a class that it names is missing, or it names code and the folder does not
   *     allow it, see {@link LoadOptions}
   */
  public static EmbedModel load(ModelFolder folder) {
    return load(
        folder,
        EmbedConfig.class,
        (config, weights) -> {
          CellHierarchy hierarchy = HierarchyTensors.read(weights);
          EmbedNetwork network = network(config, hierarchy);
          Optional<ClassMaps> classMaps =
              config.fusion().input().map(input -> ClassMaps.named(input.source(), folder));
          return new EmbedModel(config, hierarchy, network, classMaps);
        });
  }

  private static EmbedNetwork network(EmbedConfig config, CellHierarchy hierarchy) {
    return new EmbedNetwork(
        config, hierarchy.partitions().stream().mapToInt(CellPartition::size).toArray());
  }

  /**
   * Returns the configuration, with the present options of inference and answers. A TorchScript
   * file of the class maps has the name of its copy in a saved folder.
   */
  @Override
  public EmbedConfig config() {
    return config.withAnswer(answerOptions());
  }

  /** Returns the cells, coarse to fine. */
  public CellHierarchy hierarchy() {
    return hierarchy;
  }

  /**
   * Changes the options of inference, in localizers that exist and in saved folders, too.
   *
   * @throws IllegalArgumentException if they do not fit the configuration
   */
  public void setInference(EmbedConfig.Inference inference) {
    config = config.withInference(inference);
  }

  /**
   * Changes the product over the levels, in localizers that exist and in saved folders, too.
   *
   * @throws IllegalStateException if the model matches by classifiers, which have no cosines
   */
  public void setProduct(Product product) {
    if (!(config.matching() instanceof Matching.Cosine cosine)) {
      throw new IllegalStateException("a model with classifiers has no product to choose");
    }
    config = config.withMatching(cosine.withProduct(product));
  }

  private Product product() {
    return config.matching() instanceof Matching.Cosine cosine
        ? cosine.product()
        : Product.PROBABILITIES;
  }

  @Override
  public List<Shape> inputShapes() {
    return List.of(inputShape());
  }

  private Shape inputShape() {
    EmbedConfig.Encoder encoder = config.encoder();
    int channels = config.fusion().input().isPresent() ? 4 : 3;
    return new Shape(channels, encoder.image().height(), encoder.image().width());
  }

  /** Returns the photo's pixels as input, and its cell on each level or -1 as target. */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    return example(photo, Optional.empty(), latLng);
  }

  @Override
  public Example example(PhotoSource.LabeledPhoto photo, SplittableRandom random) {
    return example(photo.image(), photo.file(), photo.latLng());
  }

  private Example example(BufferedImage photo, Optional<Path> file, LatLng latLng) {
    long[] labels = new long[hierarchy.levels()];
    for (int level = 0; level < labels.length; level++) {
      labels[level] = hierarchy.partition(level).labelOf(latLng.latitude(), latLng.longitude());
    }
    return new Example(new float[][] {views.center(photo, file)}, new long[][] {labels});
  }

  /**
   * Returns the sum over the levels of the InfoNCE loss between photos and their cells (GeoSURGE,
   * section III). A level ignores photos outside its cells, and is left out with fewer than two
   * photos to contrast.
   */
  @Override
  public NDArray loss(Forward f, List<NDArray> vectors, List<NDArray> targets) {
    return network.loss(f, vectors.get(0), targets.get(0));
  }

  @Override
  public List<NDArray> vectors(Forward f, Batch batch) {
    return List.of(network.embed(f, batch.inputs().get(0)));
  }

  /**
   * Returns a localizer that shares this model's arrays.
   *
   * @throws IllegalStateException if answers need neighbors and {@link #indexPhotos} was not called
   */
  @Override
  public Localizer localizer() {
    int neighbors = config.inference().neighbors();
    if (neighbors > 0 && gallery.isEmpty()) {
      throw new IllegalStateException(
          "neighbors is "
              + neighbors
              + ", but the model has no index of training photos: call indexPhotos first, or set"
              + " neighbors to 0");
    }
    return new EmbedLocalizer(this);
  }

  @Override
  protected Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
    return photo -> {
      float[] pixels = views(photo.image(), photo.file());
      double[] scores = scorer.score(pixels, 1, product(), 1).get(0).scores();
      return ScoredPhoto.of(photo.latLng(), hierarchy.finest(), scores);
    };
  }

  /**
   * Indexes the vectors and positions of photos for answers refined by {@link
   * EmbedConfig.Inference#neighbors}, in place of those indexed before; {@link #save} writes the
   * index. Call it again after further training. Needs 4 D bytes for each photo.
   *
   * @param photos the training photos, or some of them
   */
  public void indexPhotos(PhotoSource photos) {
    gallery.index(photos, network.dimension(), photo -> encoded(photo.image(), photo.file()));
  }

  /** Indexes the training photos if answers need neighbors. */
  @Override
  public void afterTraining(PhotoSource photos) {
    if (config.inference().neighbors() > 0) {
      indexPhotos(photos);
    }
  }

  /** Returns the mean of a region's photos with the nearest vectors, if answers need neighbors. */
  Optional<LatLng> meanOfNeighbors(float[] vector, Region region) {
    int neighbors = config.inference().neighbors();
    return neighbors == 0 ? Optional.empty() : gallery.meanOfNearest(vector, region, neighbors);
  }

  /** Returns the photos that {@link #meanOfNeighbors} is the mean of, most similar first. */
  List<Explanation.Neighbor> neighbors(float[] vector, Region region) {
    List<Hit> hits = gallery.nearest(vector, region, config.inference().neighbors());
    return hits.stream()
        .map(
            hit ->
                new Explanation.Neighbor(
                    hit.id(), hit.latLng(), hit.score(), 1.0 / hits.size(), Optional.empty()))
        .toList();
  }

  /**
   * Scores the cells of each level by that level alone.
   *
   * @param photo {@code [views, channels, H, W]}, as of {@link #views}
   * @return {@code [levels][cells]}, the mean over the views
   */
  double[][] ownScores(float[] photo) {
    return scorer.ownScores(photo, product());
  }

  /** Returns the views of a photo for inference, {@code [views, channels, H, W]}. */
  float[] views(BufferedImage photo, Optional<Path> file) {
    return views.all(photo, file, config.inference().tenCrops());
  }

  /**
   * Scores photos, calibrated if the model is.
   *
   * @param photos {@code [count, views, channels, H, W]}, as of {@link #views}
   */
  List<PhotoScorer.Scored> score(float[] photos, int count) {
    return scorer.score(photos, count, product(), calibration().temperature());
  }

  /**
   * Encodes photos as vectors of the embedding space, one after the other.
   *
   * @return {@code [B][D]}, of length 1 if there is one view; with ten crops the mean of their
   *     vectors
   */
  public float[][] encode(List<BufferedImage> photos) {
    return photos.stream().map(photo -> encoded(photo, Optional.empty())).toArray(float[][]::new);
  }

  /** Returns an encoder of one vector a photo, that of {@link #encode(List)}. */
  @Override
  public Optional<PhotoEncoder> photoEncoder() {
    return Optional.of(new EmbedPhotoEncoder(this));
  }

  private float[] encoded(BufferedImage photo, Optional<Path> file) {
    return score(views(photo, file), 1).get(0).vector();
  }

  /**
   * Scores the finest cells for vectors of the embedding space, such as those of {@link #encode}.
   * Costs one product of each vector with each cell of each level.
   *
   * @param vectors {@code [B][D]}, of length 1
   * @return {@code [B][finest cells]}, calibrated if the model is; each row adds up to 1
   * @throws IllegalArgumentException if a vector has another length than D
   */
  public float[][] scores(float[][] vectors) {
    return scorer.scores(vectors, product(), calibration().temperature());
  }

  @Override
  protected RenameTable extraTensors() {
    return HierarchyTensors.IGNORED;
  }

  @Override
  protected void addTensors(Safetensors.Writer writer) {
    HierarchyTensors.write(hierarchy, writer);
  }

  @Override
  protected Map<String, ModelFolder.FileWriter> files() {
    Map<String, ModelFolder.FileWriter> files = new LinkedHashMap<>();
    if (!gallery.isEmpty()) {
      files.put(GALLERY, gallery::save);
    }
    views.codeFile().ifPresent(code -> files.put(SEGMENTER, file -> Files.copy(code, file)));
    return files;
  }

  @Override
  protected void readExtras(ModelFolder folder, Safetensors weights) {
    gallery.load(folder.file(GALLERY), network.dimension());
  }

  @Override
  protected void closeExtras() {
    views.close();
    gallery.close();
  }
}
