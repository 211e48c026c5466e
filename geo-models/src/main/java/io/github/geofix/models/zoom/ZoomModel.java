package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.tile.TileAddress;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.internal.image.MapOnDemand;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Cross-view geo-localization by autoregressive zooming: compares a photo with a map of the whole
 * area, chooses the part to zoom into, and repeats until the part is small.
 *
 * <p>After Erzurumlu et al., "Just Zoom In: Cross-View Geo-Localization via Autoregressive
 * Zooming", 2026. The weights hold no places: the map is needed in training and in inference.
 *
 * <p>Training is for one thread; {@link #localizer()} is thread-safe.
 */
public final class ZoomModel extends GeoModel implements GeoModel.Refining {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "zoom";

  private final ZoomConfig config;
  private final ZoomGrid grid;
  private final ZoomNetwork network;
  private final ViewSource views;
  private final ZoomExamples examples;
  private final ZoomInference inference;

  private ZoomModel(ZoomConfig config, MapOnDemand map, ZoomNetwork network) {
    super(METHOD, network, config.answer());
    this.config = config;
    this.network = network;
    this.grid = config.grid();
    this.views = new ViewSource(grid, map, config.encoder().viewPixels());
    this.examples = new ZoomExamples(config, grid, views);
    this.inference = new ZoomInference(network, manager(), config.encoder(), grid, views);
  }

  /** Returns the family of these models. */
  public static Family family() {
    return new ZoomFamily();
  }

  /**
   * Creates an untrained model.
   *
   * @param seed determines the initial values of the parameters
   */
  public static ZoomModel create(ZoomConfig config, long seed) {
    ZoomModel model = new ZoomModel(config, MapOnDemand.of(config.map()), ZoomNetwork.of(config));
    model.network.initialize(model.manager(), seed);
    return model;
  }

  /**
   * Creates an untrained model for photos of the given places.
   *
   * @param positions where the training photos were taken
   * @param seed determines the initial values of the parameters
   * @throws IllegalArgumentException if there are positions, but none is in the area
   */
  public static ZoomModel create(ZoomConfig config, List<LatLng> positions, long seed) {
    if (!positions.isEmpty() && positions.stream().noneMatch(config.grid()::contains)) {
      throw new IllegalArgumentException(
          "none of the %s lies in the area, %s: set area"
              .formatted(Count.of(positions.size(), "photos"), config.area()));
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
    boolean isMapSet = folder.isSet(MapOnDemand.SETTING);
    return load(
        folder,
        ZoomConfig.class,
        (config, weights) ->
            new ZoomModel(config, MapOnDemand.of(config.map(), isMapSet), ZoomNetwork.of(config)));
  }

  /** {@inheritDoc} Keys in the address of the map are left out. */
  @Override
  public ZoomConfig config() {
    return config.withAnswer(answerOptions()).withMap(TileAddress.redacted(config.map()));
  }

  /** Returns the shapes of the photo and of the N views on the path to its place. */
  @Override
  public List<Shape> inputShapes() {
    return examples.inputShapes();
  }

  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    return examples.example(photo, latLng, random);
  }

  /**
   * Returns the mean cross-entropy of the next child over the steps, as in Just Zoom In, and with
   * {@link ZoomConfig.ChildCosine} the contrastive loss within the batch. Photos outside the area
   * do not count; a batch without any other has a loss of 0.
   */
  @Override
  public NDArray loss(Forward f, Batch batch) {
    return network.trainingLoss(f, batch, config.training());
  }

  @Override
  public Localizer localizer() {
    return localizer(config.search());
  }

  /** Returns a localizer with another search than that of the configuration. */
  public Localizer localizer(BeamOptions search) {
    return new ZoomLocalizer(this, search);
  }

  /**
   * Locates a photo within the given cells, as proposed by a coarser method.
   *
   * @param starts the paths to the cells with the logarithms of their scores, which need not add up
   *     to 1; no cell inside another
   * @throws IllegalArgumentException if there is no start, one is inside another, or one is not a
   *     cell of {@link #grid}
   */
  public Location locateFrom(BufferedImage photo, List<Hypothesis> starts) {
    return new ZoomLocalizer(this, config.search()).locateFrom(photo, starts);
  }

  @Override
  public Refiner refiner() {
    return new ZoomRefiner(this);
  }

  @Override
  public Optional<String> missingImagery() {
    return views.missing().note();
  }

  /**
   * Returns the teacher-forced choices: the child with the highest score at each step when the
   * model stands in the true cell of that step, whatever it chose before.
   *
   * @param photos upright, one for each place; a control passes the photos of other places
   * @param places within the grid
   * @return one path for each photo
   * @throws IllegalArgumentException if the lists differ in length or a place is outside the grid
   */
  public List<CellPath> teacherForcedChoices(List<BufferedImage> photos, List<LatLng> places) {
    if (photos.size() != places.size()) {
      throw new IllegalArgumentException(
          photos.size() + " photos do not pair with " + places.size() + " places");
    }
    return IntStream.range(0, photos.size())
        .mapToObj(i -> inference.bestChildren(photos.get(i), grid.pathOf(places.get(i))))
        .toList();
  }

  /** Returns the grid of cells that the model zooms through. */
  public ZoomGrid grid() {
    return grid;
  }

  /** Returns the encoded photo. */
  @Override
  public Optional<float[]> vector(BufferedImage photo, Optional<Path> file) {
    return Optional.of(inference.vector(photo));
  }

  ZoomInference inference() {
    return inference;
  }

  @Override
  protected Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
    return photo -> inference.scored(photo, config.search());
  }

  @Override
  protected void closeExtras() {
    views.close();
  }
}
