package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.cascade.Refiner;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellScores;
import io.github.geofix.core.tile.ZoomGrid;
import io.github.geofix.models.AnswerOptions;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.RefiningModel;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.calibration.RegionShares;
import io.github.geofix.models.calibration.ScoredPhoto;
import io.github.geofix.models.image.Augmentation;
import io.github.geofix.models.image.Fit;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.loss.NextToken;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Scalar;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import io.github.geofix.models.zoom.ZoomSearch.Walk;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The zoom family: looks at a map of the whole area beside the photo, decides into which part to
 * zoom, looks again, and so on until the part is small.
 *
 * <p>After Erzurumlu et al., "Just Zoom In: Cross-View Geo-Localization via Autoregressive
 * Zooming", 2026; {@code docs/methods.md} lists where we differ. The model knows no places by
 * heart: it needs the map when it is trained and when it is asked.
 *
 * <p>Training is for one thread; {@link #localizer()} is thread-safe.
 */
public final class ZoomModel extends GeoModel implements RefiningModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "zoom";

  /** The smallest share of a photo that a random crop keeps, as in the paper. */
  private static final double CROP = 0.7;

  /** What the root view shows. */
  public enum Area {
    /** The square world of Web Mercator. */
    WORLD,
    /** A square of meters. */
    LOCAL
  }

  /**
   * What the model is built from.
   *
   * @param head how the children of a view are scored
   * @param backbone what encodes photos and views, as {@link Backbone#named} takes it; one of
   *     DINOv2 encodes both, of others there is one for each
   * @param trainedBlocks the number of last blocks of a DINOv2 backbone that learn, with its final
   *     norm; 0 for nothing of it. Not looked at for other backbones, which learn as a whole
   * @param photo what photos become; the decoder's head takes them as wide as high, or several
   *     times as wide
   * @param viewPixels the side of a view
   * @param width the length D of the vectors that are compared, or of the decoder's tokens
   * @param layers number of the decoder's blocks
   * @param heads number of its attention heads
   * @param dropout its rate in training, 0 to below 1
   * @param area what the root view shows
   * @param center the middle of a local area; not looked at for the world
   * @param sizeMeters the side of a local area; not looked at for the world
   * @param sides children on a side of each step, K
   * @param map where views come from, as {@link io.github.geofix.core.tile.TileSource#open} takes
   *     it; relative to the working directory. Tiles of servers are kept below {@code
   *     .cache/geofix/tiles} of the user's home
   * @param augment true to change photos and views at random in training, as the paper does; the
   *     root view is never changed
   * @param labelSmoothing of the next-child cross-entropy, 0 to below 1
   * @param contrast the weight of the contrast within a batch, for {@link ZoomHead#CHILD_COSINE}
   * @param temperature of the cosines before training
   * @param beamWidth the most walks that go on after each step of a search
   * @param beamMargin walks whose log-probability is lower than the best one's by more do not go on
   * @param meanKm the answer is the density mode of the score: the mean within this distance of the
   *     place that has most score within it; 0 for the middle of the best cell
   * @param candidates the number of candidates in a location
   */
  public record Config(
      ZoomHead head,
      String backbone,
      int trainedBlocks,
      ImageSpec photo,
      int viewPixels,
      int width,
      int layers,
      int heads,
      double dropout,
      Area area,
      LatLng center,
      double sizeMeters,
      List<Integer> sides,
      String map,
      boolean augment,
      double labelSmoothing,
      double contrast,
      double temperature,
      int beamWidth,
      double beamMargin,
      double meanKm,
      int candidates) {

    /** Checks the ranges. */
    public Config {
      sides = List.copyOf(sides);
      check(trainedBlocks >= 0, "trainedBlocks must be 0 or more: " + trainedBlocks);
      check(viewPixels > 0, "viewPixels must be positive: " + viewPixels);
      check(width > 0, "width must be positive: " + width);
      check(!sides.isEmpty(), "sides must not be empty");
      check(!map.isBlank(), "map must name a source of views");
      check(contrast >= 0, "contrast must be 0 or more: " + contrast);
      check(
          contrast == 0 || head == ZoomHead.CHILD_COSINE,
          "contrast is for the head CHILD_COSINE; " + head + " needs 0, not " + contrast);
      check(
          photo.width() == photo.height()
              || (head == ZoomHead.DECODER && photo.width() % photo.height() == 0),
          "a photo of %d x %d pixels does not fall into squares for the head %s"
              .formatted(photo.width(), photo.height(), head));
      check(temperature > 0, "temperature must be positive: " + temperature);
      check(meanKm >= 0, "meanKm must be 0 or more: " + meanKm);
      check(candidates > 0, "candidates must be positive: " + candidates);
      // These check themselves.
      NextToken unused = NextToken.defaults().withLabelSmoothing(labelSmoothing);
      ZoomSearch.Options unusedToo = new ZoomSearch.Options(beamWidth, beamMargin);
    }

    private static void check(boolean fits, String message) {
      if (!fits) {
        throw new IllegalArgumentException(message);
      }
    }

    /**
     * A network of 0.8 million parameters that zooms from the world to cells of 1.4 degrees in four
     * steps of 4 x 4, on the map of the Earth data; trained on two cores in four minutes.
     */
    public static Config tiny() {
      return new Config(
          ZoomHead.CHILD_COSINE,
          "residual-small",
          0,
          ImageSpec.half(32),
          32,
          128,
          1,
          1,
          0,
          Area.WORLD,
          new LatLng(0, 0),
          0,
          List.of(4, 4, 4, 4),
          "examples/data/earth/earth-blue-marble.jpg",
          false,
          0,
          1,
          0.07,
          16,
          20,
          500,
          10);
    }

    /**
     * The published method with DINOv2 ViT-S/14, views of 224 pixels and a decoder half as wide.
     */
    public static Config small() {
      return paper()
          .with(
              d -> {
                d.backbone = "dinov2-s14";
                d.photo = d.photo.withSize(224, 448);
                d.viewPixels = 224;
                d.width = 384;
                d.heads = 6;
                d.layers = 4;
              });
    }

    /**
     * The published configuration: DINOv2 ViT-B/14 for both sides, a decoder of 21,268,224
     * parameters, and 10 km of Washington DC in four steps of 4 x 4. The map is a folder of tiles
     * of your own.
     */
    public static Config paper() {
      ImageSpec photo = ImageSpec.imageNet(384).withSize(384, 768).withFit(Fit.STRETCH);
      ZoomDecoder.Options decoder = ZoomDecoder.Options.paper();
      return new Config(
          ZoomHead.DECODER,
          "dinov2-b14",
          4,
          photo,
          384,
          decoder.width(),
          decoder.layers(),
          decoder.heads(),
          decoder.dropout(),
          Area.LOCAL,
          new LatLng(38.89359773, -76.98851636),
          10_000,
          decoder.sides(),
          "tiles/{z}/{x}/{y}.jpg",
          true,
          0.1,
          0,
          0.07,
          16,
          20,
          0,
          10);
    }

    /** Returns a copy with another map. */
    public Config withMap(String value) {
      return with(d -> d.map = value);
    }

    /** Returns a copy with other numbers of children on a side. */
    public Config withSides(List<Integer> value) {
      return with(d -> d.sides = value);
    }

    /** Returns a copy for a square of meters. */
    public Config withLocalArea(LatLng newCenter, double newSizeMeters) {
      return with(
          d -> {
            d.area = Area.LOCAL;
            d.center = newCenter;
            d.sizeMeters = newSizeMeters;
          });
    }

    /** Returns a copy with other photos. */
    public Config withPhoto(ImageSpec value) {
      return with(d -> d.photo = value);
    }

    /** Returns a copy with another backbone. */
    public Config withBackbone(String value) {
      return with(d -> d.backbone = value);
    }

    /** Returns a copy with views of another size. */
    public Config withViewPixels(int value) {
      return with(d -> d.viewPixels = value);
    }

    /** Returns a copy with another width. */
    public Config withWidth(int value) {
      return with(d -> d.width = value);
    }

    /** Returns a copy with the decoder's head and a decoder of the given size. */
    public Config withDecoder(int newWidth, int newLayers, int newHeads, double newDropout) {
      return with(
          d -> {
            d.head = ZoomHead.DECODER;
            d.contrast = 0;
            d.width = newWidth;
            d.layers = newLayers;
            d.heads = newHeads;
            d.dropout = newDropout;
          });
    }

    /** Returns a copy with another weight of the contrast. */
    public Config withContrast(double value) {
      return with(d -> d.contrast = value);
    }

    /** Returns a copy that changes photos and views at random in training, or not. */
    public Config withAugment(boolean value) {
      return with(d -> d.augment = value);
    }

    /** Returns a copy that searches in another way. */
    public Config withSearch(ZoomSearch.Options value) {
      return with(
          d -> {
            d.beamWidth = value.width();
            d.beamMargin = Math.min(value.margin(), Double.MAX_VALUE); // JSON has no infinity
          });
    }

    /** Returns a copy with another distance of the answer's mean. */
    public Config withMeanKm(double value) {
      return with(d -> d.meanKm = value);
    }

    /** Returns a copy with another number of candidates. */
    public Config withCandidates(int value) {
      return with(d -> d.candidates = value);
    }

    /** Returns a copy with other answers. */
    Config withAnswerOptions(AnswerOptions options) {
      return with(
          d -> {
            d.meanKm = options.meanKm();
            d.candidates = options.candidates();
          });
    }

    /** Returns how a search goes. */
    public ZoomSearch.Options search() {
      return new ZoomSearch.Options(beamWidth, beamMargin);
    }

    /** Returns the grid of cells. */
    public ZoomGrid grid() {
      int[] perStep = sides.stream().mapToInt(Integer::intValue).toArray();
      return area == Area.WORLD
          ? ZoomGrid.mercatorWorld(perStep)
          : ZoomGrid.local(center, sizeMeters, perStep);
    }

    private ImageSpec view() {
      return photo.withSize(viewPixels, viewPixels);
    }

    /** Returns one of the squares that a photo is cut into. */
    private ImageSpec square() {
      return photo.withSize(photo.height(), photo.height());
    }

    /** Whether the backbone is one of DINOv2, of no use unless it was trained before. */
    private boolean isPretrained() {
      return backbone.startsWith("dinov2-");
    }

    private Config with(Consumer<Draft> change) {
      Draft draft = new Draft(this);
      change.accept(draft);
      return draft.config();
    }
  }

  /** The components of a configuration, open to change. */
  private static final class Draft {
    private ZoomHead head;
    private String backbone;
    private final int trainedBlocks;
    private ImageSpec photo;
    private int viewPixels;
    private int width;
    private int layers;
    private int heads;
    private double dropout;
    private Area area;
    private LatLng center;
    private double sizeMeters;
    private List<Integer> sides;
    private String map;
    private boolean augment;
    private final double labelSmoothing;
    private double contrast;
    private final double temperature;
    private int beamWidth;
    private double beamMargin;
    private double meanKm;
    private int candidates;

    Draft(Config c) {
      head = c.head;
      backbone = c.backbone;
      trainedBlocks = c.trainedBlocks;
      photo = c.photo;
      viewPixels = c.viewPixels;
      width = c.width;
      layers = c.layers;
      heads = c.heads;
      dropout = c.dropout;
      area = c.area;
      center = c.center;
      sizeMeters = c.sizeMeters;
      sides = c.sides;
      map = c.map;
      augment = c.augment;
      labelSmoothing = c.labelSmoothing;
      contrast = c.contrast;
      temperature = c.temperature;
      beamWidth = c.beamWidth;
      beamMargin = c.beamMargin;
      meanKm = c.meanKm;
      candidates = c.candidates;
    }

    Config config() {
      return new Config(
          head,
          backbone,
          trainedBlocks,
          photo,
          viewPixels,
          width,
          layers,
          heads,
          dropout,
          area,
          center,
          sizeMeters,
          sides,
          map,
          augment,
          labelSmoothing,
          contrast,
          temperature,
          beamWidth,
          beamMargin,
          meanKm,
          candidates);
    }
  }

  private final Config config;
  private final ZoomGrid grid;
  private final ImagePreprocessor photoPreprocessor;
  private final ImagePreprocessor viewPreprocessor;
  private final ZoomNetwork network;
  private final ViewSource views;
  private final ViewFeatures features;

  private ZoomModel(Config config) {
    this(config, network(config));
  }

  private ZoomModel(Config config, ZoomNetwork network) {
    super(METHOD, network, new AnswerOptions(config.meanKm(), config.candidates()));
    this.config = config;
    this.network = network;
    this.grid = config.grid();
    this.photoPreprocessor = ImagePreprocessor.of(config.photo());
    this.viewPreprocessor = ImagePreprocessor.of(config.view());
    this.views = new ViewSource(grid, config.map(), config.viewPixels());
    this.features = new ViewFeatures(network, views, viewPreprocessor);
  }

  /**
   * Creates an untrained model.
   *
   * @param seed the parameters' first values depend on it alone
   */
  public static ZoomModel create(Config config, long seed) {
    ZoomModel model = new ZoomModel(config);
    model.network.initialize(model.manager(), seed);
    return model;
  }

  /**
   * Creates an untrained model for photos of the given places.
   *
   * @param positions where the training photos were taken
   * @throws IllegalArgumentException if there are positions, but none lies in the area
   */
  public static ZoomModel create(Config config, List<LatLng> positions, long seed) {
    ZoomGrid grid = config.grid();
    if (!positions.isEmpty() && positions.stream().noneMatch(grid::contains)) {
      throw new IllegalArgumentException(
          "none of the %d photos lies in the area, %s"
              .formatted(
                  positions.size(),
                  config.area() == Area.WORLD
                      ? "85.05 degrees south to 85.05 degrees north"
                      : "a square of %.0f m around %s: set center and sizeMeters"
                          .formatted(config.sizeMeters(), config.center())));
    }
    return create(config, seed);
  }

  /**
   * Loads a trained model.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the weights do not fit the
   *     configuration
   */
  public static ZoomModel load(ModelFolder folder) {
    Config config = folder.config(Config.class);
    return load(folder, weights -> new ZoomModel(config));
  }

  /** Returns the network of a configuration without values, frozen where it is to be. */
  static ZoomNetwork network(Config config) {
    Backbone views = encoder(config, config.view());
    return switch (config.head()) {
      case CHILD_COSINE ->
          new ChildCosineNetwork(
              encoder(config, config.photo()),
              views,
              config.sides(),
              config.width(),
              config.temperature(),
              config.contrast());
      case DECODER -> {
        ZoomDecoder.Options decoder =
            new ZoomDecoder.Options(
                config.width(), config.heads(), config.layers(), config.sides(), config.dropout());
        yield config.isPretrained()
            ? DecoderNetwork.shared(views, decoder)
            : DecoderNetwork.apart(encoder(config, config.square()), views, decoder);
      }
    };
  }

  private static Backbone encoder(Config config, ImageSpec image) {
    Backbone encoder = Backbone.named(config.backbone(), image);
    if (config.isPretrained()) {
      encoder.trainLast(config.trainedBlocks());
    }
    return encoder;
  }

  @Override
  public Config config() {
    return config.withAnswerOptions(answerOptions());
  }

  /** Returns the grid of cells that the model zooms through. */
  public ZoomGrid grid() {
    return grid;
  }

  @Override
  public Module network() {
    return network;
  }

  /** The photo, and the N views on the way to it. */
  @Override
  public List<Shape> inputShapes() {
    Config present = config;
    int side = present.viewPixels();
    return List.of(
        new Shape(3, present.photo().height(), present.photo().width()),
        new Shape(grid.steps(), 3, side, side));
  }

  /**
   * The photo's pixels, the views on the way to its terminal cell, and the children to take; all -1
   * for a photo outside the area.
   */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    boolean inside = grid.contains(latLng);
    List<Integer> path = inside ? path(latLng) : List.of();
    long[] labels = new long[grid.steps()];
    float[] seen = new float[grid.steps() * viewPreprocessor.spec().length()];
    for (int step = 0; step < labels.length; step++) {
      labels[step] = inside ? path.get(step) : -1;
      if (inside) {
        float[] view = viewInput(path.subList(0, step), random);
        System.arraycopy(view, 0, seen, step * view.length, view.length);
      }
    }
    return new Example(new float[][] {photoInput(photo, random), seen}, new long[][] {labels});
  }

  private float[] photoInput(BufferedImage photo, SplittableRandom random) {
    if (!config.augment()) {
      return photoPreprocessor.apply(photo);
    }
    BufferedImage fitted = photoPreprocessor.fit(Augmentation.cropped(CROP).apply(photo, random));
    return photoPreprocessor.normalize(Augmentation.ground().apply(fitted, random));
  }

  private float[] viewInput(List<Integer> path, SplittableRandom random) {
    BufferedImage view = views.view(path);
    boolean changed = config.augment() && !path.isEmpty();
    return viewPreprocessor.normalize(changed ? Augmentation.aerial().apply(view, random) : view);
  }

  private List<Integer> path(LatLng place) {
    return Arrays.stream(grid.labelsOf(place)).boxed().toList();
  }

  /**
   * The mean cross-entropy of the next child over the steps (Just Zoom In), and the contrast within
   * the batch if there is one. Photos outside the area do not count; a batch of nothing else has a
   * loss of 0.
   */
  @Override
  public NDArray loss(Forward f, Batch batch) {
    NDArray labels = batch.targets().get(0);
    NDArray inside = labels.get(":, 0").gte(0).nonzero().reshape(-1);
    if (inside.size() == 0) {
      return nothing(labels.getManager());
    }
    NDArray taken = labels.get(inside);
    NDArray photos = network.photos(f, batch.inputs().get(0).get(inside));
    List<NDArray> seen = onTheWay(f, batch.inputs().get(1).get(inside), taken);
    NextToken nextChild = NextToken.defaults().withLabelSmoothing(config.labelSmoothing());
    return network.loss(f, photos, seen, taken, nextChild);
  }

  /** Returns a 0 that can be differentiated, for a batch from which there is nothing to learn. */
  private NDArray nothing(NDManager step) {
    Parameter any =
        network.parameters().values().stream()
            .filter(Parameter::isTrainable)
            .findFirst()
            .orElseThrow();
    NDArray sum = any.in(step).sum();
    return sum.mul(Scalar.of(sum, 0));
  }

  /**
   * Encodes the views on the way of each photo, those that are the same once: all photos begin with
   * the root view, and unless views are changed at random many share the next ones.
   *
   * @param images {@code [B, N, 3, V, V]}
   * @param taken {@code [B, N]}
   * @return for each step {@code [B, D]}
   */
  private List<NDArray> onTheWay(Forward f, NDArray images, NDArray taken) {
    List<SharedViews> steps =
        SharedViews.ofSteps(taken.toLongArray(), grid.steps(), config.augment());
    NDManager step = images.getManager();
    NDList different = new NDList();
    for (int n = 0; n < steps.size(); n++) {
      different.add(images.get(":, {}", n).get(step.create(steps.get(n).rows())));
    }
    NDArray encoded = network.views(f, NDArrays.concat(different, 0));
    List<NDArray> seen = new ArrayList<>();
    int first = 0;
    for (int n = 0; n < steps.size(); n++) {
      int count = steps.get(n).rows().length;
      NDArray atStep = network.atStep(f, encoded.get("{}:{}", first, first + count), n);
      seen.add(steps.get(n).ofPhotos(atStep));
      first += count;
    }
    return seen;
  }

  @Override
  public ZoomLocalizer localizer() {
    return localizer(config.search(), answerOptions().meanKm());
  }

  /**
   * Returns a localizer that searches in another way than the configuration says.
   *
   * @param meanKm as {@link Config#meanKm}
   */
  public ZoomLocalizer localizer(ZoomSearch.Options search, double meanKm) {
    return new ZoomLocalizer(this, search, meanKm);
  }

  @Override
  public Refiner refiner() {
    return new ZoomRefiner(this);
  }

  /**
   * Locates a photo that is known to lie in one of the given cells: a coarser method names them,
   * and the zoom goes on from there.
   *
   * @param starts the paths to the cells with the logarithms of their scores, which need not add up
   *     to 1; no cell inside another
   * @throws IllegalArgumentException if there is no start, one lies inside another, or one is not a
   *     cell of {@link #grid}
   */
  public Location locateFrom(BufferedImage photo, List<Walk> starts) {
    return localizer().locateFrom(photo, starts);
  }

  /**
   * Returns which child the model takes at each step when it stands in the true cell of the step:
   * its accuracy step by step, whatever went wrong before.
   *
   * @param photos upright, one for each place; a control hands over those of other places
   * @param places within the grid
   * @return for each photo one label a step
   * @throws IllegalArgumentException if the lists differ in length or a place is outside the grid
   */
  public List<int[]> choices(List<BufferedImage> photos, List<LatLng> places) {
    if (photos.size() != places.size()) {
      throw new IllegalArgumentException(
          photos.size() + " photos do not pair with " + places.size() + " places");
    }
    features.useFor(manager());
    List<int[]> choices = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      float[] photo = photoPreprocessor.apply(photos.get(i));
      List<Integer> path = path(places.get(i));
      choices.add(TorchEngine.infer(manager(), step -> choices(step, photo, path)));
    }
    return choices;
  }

  private int[] choices(NDManager step, float[] photo, List<Integer> path) {
    List<NDArray> seen = new ArrayList<>();
    for (int n = 0; n < path.size(); n++) {
      seen.add(features.of(step, List.of(path.subList(0, n))));
    }
    long[] taken = path.stream().mapToLong(Integer::longValue).toArray();
    NDArray labels = step.create(taken, new Shape(1, taken.length));
    return network.logits(Forward.INFERENCE, encode(step, photo, 1), seen, labels).stream()
        .mapToInt(logits -> (int) logits.argMax(1).getLong(0))
        .toArray();
  }

  /**
   * Searches for the terminal cells of photos.
   *
   * @param photos {@code [count, 3, H, W]}, preprocessed
   */
  List<ZoomSearch.Result> search(
      float[] photos, int count, List<Walk> starts, ZoomSearch.Options options) {
    features.useFor(manager());
    return TorchEngine.infer(
        manager(),
        batch -> {
          NDArray encoded = encode(batch, photos, count);
          List<ZoomSearch.Result> results = new ArrayList<>(count);
          for (int i = 0; i < count; i++) {
            try (NDManager step = batch.newSubManager()) {
              NDArray photo = encoded.get("{}:{}", i, i + 1);
              photo.attach(step);
              ZoomSearch.Frontier root = network.atRoot(photo, paths -> features.of(step, paths));
              results.add(ZoomSearch.search(root, grid.steps(), starts, options));
            }
          }
          return results;
        });
  }

  private NDArray encode(NDManager step, float[] photos, int count) {
    ImageSpec photo = config.photo();
    Shape shape = new Shape(count, 3, photo.height(), photo.width());
    return network.photos(Forward.INFERENCE, step.create(photos, shape));
  }

  /**
   * {@inheritDoc}
   *
   * <p>The temperature is that of the cells at which a search ends, of which one holds the photo's
   * place; the regions are made of S2 cells, so what they have to hold is measured on those.
   */
  @Override
  protected Function<PhotoSource.Photo, ScoredPhoto> scorer() {
    return this::scored;
  }

  private ScoredPhoto scored(PhotoSource.Photo photo) {
    LatLng place = photo.latLng();
    float[] input = photoPreprocessor.apply(photo.image());
    ZoomSearch.Result result = search(input, 1, List.of(Walk.atRoot()), config.search()).get(0);
    EndCells ends = EndCells.of(result, 1);
    return new ScoredPhoto(
        ends.shares(),
        grid.contains(place) ? ends.indexOf(path(place)) : -1,
        temperature -> {
          CellScores.Disjoint s2 = EndCells.of(result, temperature).spreadOverS2(grid);
          return RegionShares.needed(place, s2.cells(), s2.scores());
        });
  }

  @Override
  protected void closeExtras() {
    views.close();
  }
}
