package io.github.geofix.models.internal.encoder;

import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.Family;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.family.PositionlessModel;
import io.github.geofix.models.io.ModelFolder;
import java.util.List;
import java.util.Optional;

/**
 * An encoder of photos: a backbone with its weights, usually published ones. It has no positions; a
 * {@linkplain io.github.geofix.models.gallery.GalleryModel gallery} of photos answers with it.
 *
 * <p>Thread-safe, except for closing.
 */
public final class EncoderModel extends PositionlessModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "encoder";

  private final EncoderConfig config;
  private final EncoderNetwork network;

  private EncoderModel(EncoderConfig config) {
    this(config, new EncoderNetwork(config));
  }

  private EncoderModel(EncoderConfig config, EncoderNetwork network) {
    super(METHOD, network);
    this.config = config;
    this.network = network;
  }

  /** Returns the family of these models. */
  public static Family family() {
    return new EncoderFamily();
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
    return load(folder, EncoderConfig.class, (config, weights) -> new EncoderModel(config));
  }

  @Override
  public EncoderConfig config() {
    return config;
  }

  @Override
  public Optional<PhotoEncoder> photoEncoder() {
    return Optional.of(PhotoEncoder.of(network.backbone()));
  }

  @Override
  public List<Shape> inputShapes() {
    ImageSpec image = network.backbone().image();
    return List.of(new Shape(3, image.height(), image.width()));
  }

  @Override
  protected IllegalStateException untrained() {
    return new IllegalStateException(
        "an encoder has no objective of its own: train its backbone in a model of another method");
  }
}
