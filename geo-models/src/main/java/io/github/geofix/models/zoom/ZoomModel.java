package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.cascade.Refiner;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.tile.ZoomGrid;
import io.github.geofix.models.RefiningModel;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import io.github.geofix.models.weights.Weights;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Cross-view geo-localization by autoregressive zooming: compares a photo with a map of the whole
 * area, chooses the part to zoom into, and repeats until the part is small.
 *
 * <p>After Erzurumlu et al., "Just Zoom In: Cross-View Geo-Localization via Autoregressive
 * Zooming", 2026. The weights hold no places: the map is needed in training and in inference.
 *
 * <p>Training is for one thread; {@link #localizer()} is thread-safe.
 */
public final class ZoomModel implements RefiningModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "zoom";

  private final ZoomConfig config;
  private final ZoomGrid grid;
  private final NDManager manager = TorchEngine.newManager();
  private final ZoomNetwork network;
  private final ViewSource views;
  private final ZoomExamples examples;
  private final ZoomInference inference;
  private volatile Calibration calibration = Calibration.NONE;

  private ZoomModel(ZoomConfig config) {
    this.config = config;
    this.grid = config.grid();
    this.network = ZoomNetwork.of(config);
    this.views = new ViewSource(grid, config.map(), config.encoder().viewPixels());
    this.examples = new ZoomExamples(config, grid, views);
    this.inference = new ZoomInference(network, manager, config.encoder(), grid, views);
  }

  /**
   * Creates an untrained model.
   *
   * @param seed determines the initial values of the parameters
   */
  public static ZoomModel create(ZoomConfig config, long seed) {
    ZoomModel model = new ZoomModel(config);
    model.network.initialize(model.manager, seed);
    return model;
  }

  /**
   * Creates an untrained model for photos of the given places.
   *
   * @param positions where the training photos were taken
   * @param seed determines the initial values of the parameters
   * @throws IllegalArgumentException if there are positions, but none lies in the area
   */
  public static ZoomModel create(ZoomConfig config, List<LatLng> positions, long seed) {
    if (!positions.isEmpty() && positions.stream().noneMatch(config.grid()::contains)) {
      throw new IllegalArgumentException(
          "none of the %d photos lies in the area, %s: set area"
              .formatted(positions.size(), config.area()));
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
    ZoomModel model = new ZoomModel(folder.config(ZoomConfig.class));
    try {
      Weights.load(model.network, model.manager, folder.weights());
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Returns the configuration. */
  public ZoomConfig config() {
    return config;
  }

  Calibration calibration() {
    return calibration;
  }

  /** Returns the grid of cells that the model zooms through. */
  public ZoomGrid grid() {
    return grid;
  }

  @Override
  public String method() {
    return METHOD;
  }

  @Override
  public Module network() {
    return network;
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
  public ZoomLocalizer localizer() {
    return localizer(config.search(), config.answer().meanKm());
  }

  /**
   * Returns a localizer with another search than that of the configuration.
   *
   * @param meanKm as in {@link io.github.geofix.models.AnswerOptions}
   */
  public ZoomLocalizer localizer(ZoomSearch.Options search, double meanKm) {
    return new ZoomLocalizer(this, search, meanKm);
  }

  @Override
  public Refiner refiner() {
    return new ZoomRefiner(this);
  }

  ZoomInference inference() {
    return inference;
  }

  @Override
  public Calibration calibrate(PhotoSource photos) {
    calibration =
        Calibration.fit(
            photos.size(), i -> inference.scored(photos.photo(0, i), config.search()));
    return calibration;
  }

  @Override
  public void forgetCalibration() {
    calibration = Calibration.NONE;
  }

  @Override
  public void save(Path folder, ModelCard card) {
    ModelFolder.write(
        folder,
        METHOD,
        config,
        card,
        file -> Weights.add(network, Safetensors.writer()).write(file));
  }

  @Override
  public void close() {
    views.close();
    manager.close();
  }
}
