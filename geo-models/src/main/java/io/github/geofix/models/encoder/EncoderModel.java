package io.github.geofix.models.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.AnswerOptions;
import io.github.geofix.models.EncodingModel;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.calibration.ScoredPhoto;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * An encoder of photos: a backbone with its weights, usually published ones. It knows no positions;
 * a {@linkplain io.github.geofix.models.gallery.GalleryModel gallery} of photos answers with it.
 *
 * <p>Thread-safe, except for closing.
 */
public final class EncoderModel extends GeoModel implements EncodingModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "encoder";

  private final EncoderConfig config;
  private final EncoderNetwork network;
  private final ImagePreprocessor preprocessor;

  private EncoderModel(EncoderConfig config) {
    this(config, new EncoderNetwork(config));
  }

  private EncoderModel(EncoderConfig config, EncoderNetwork network) {
    super(METHOD, network, AnswerOptions.defaults());
    this.config = config;
    this.network = network;
    this.preprocessor = ImagePreprocessor.of(network.backbone().image());
  }

  /**
   * Creates an encoder with random values.
   *
   * @param seed the parameters' values depend on it alone
   */
  public static EncoderModel create(EncoderConfig config, long seed) {
    EncoderModel model = new EncoderModel(config);
    model.network.initialize(model.manager(), seed);
    return model;
  }

  /**
   * Loads an encoder.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the weights do not fit the
   *     configuration
   */
  public static EncoderModel load(ModelFolder folder) {
    EncoderConfig config = folder.config(EncoderConfig.class);
    folder.checkCode(config);
    return load(folder, weights -> new EncoderModel(config));
  }

  @Override
  public EncoderConfig config() {
    return config;
  }

  @Override
  public int dimension() {
    return network.backbone().vectorWidth();
  }

  @Override
  public float[] prepare(BufferedImage photo, Optional<Path> file) {
    return preprocessor.apply(photo);
  }

  @Override
  public float[][] encode(float[] photos, int count) {
    Shape shape = new Shape(count).addAll(inputShapes().get(0));
    float[] flat =
        TorchEngine.infer(
            manager(),
            step -> {
              NDArray images = step.create(photos, shape);
              return network.backbone().vector(Forward.INFERENCE, images).toFloatArray();
            });
    float[][] vectors = new float[count][];
    for (int i = 0; i < count; i++) {
      vectors[i] = Arrays.copyOfRange(flat, i * dimension(), (i + 1) * dimension());
    }
    return vectors;
  }

  @Override
  public List<Shape> inputShapes() {
    return List.of(
        new Shape(3, preprocessor.spec().height(), preprocessor.spec().width()));
  }

  @Override
  public Localizer localizer() {
    throw new IllegalStateException(
        "an encoder knows no positions: build a gallery of photos with it, by geofix gallery build");
  }

  @Override
  protected Function<PhotoSource.Photo, ScoredPhoto> scorer() {
    throw new IllegalStateException(
        "an encoder knows no positions to calibrate: calibrate a gallery that is built with it");
  }

  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    throw untrained();
  }

  @Override
  public NDArray loss(Forward f, Batch batch) {
    throw untrained();
  }

  private static IllegalStateException untrained() {
    return new IllegalStateException(
        "an encoder has no objective of its own: train its backbone in a model of another method");
  }
}
