package io.github.geofix.onnx;

import io.github.geofix.models.Family;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.internal.family.ImportedModel;
import io.github.geofix.models.internal.family.PositionlessModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * An encoder in an ONNX file as a model: saved as a folder, of which galleries of photos are built.
 *
 * <pre>{@code
 * try (OnnxModel model = OnnxModel.of(Path.of("model.onnx"), config)) {
 *   model.save(folder, card);
 * }
 * GalleryModel.build(folder, photos, gallery);
 * }</pre>
 */
public final class OnnxModel extends PositionlessModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "onnx";

  private static final String FILE = "encoder.onnx";

  /** ONNX Runtime holds the arrays. */
  private static final class NoArrays extends Module {}

  private final Path file;
  private final OnnxEncoder.Config config;
  private final OnnxEncoder encoder;

  private OnnxModel(Path file, OnnxEncoder.Config config) {
    super(METHOD, new NoArrays());
    this.file = file;
    this.config = config;
    encoder = OnnxEncoder.open(file, config);
  }

  /** Returns the family of these models. */
  public static Family family() {
    return new OnnxFamily();
  }

  /**
   * Opens a file as a model. It must stay where it is until the model is closed.
   *
   * @param config how photos are read and which numbers are the vector
   * @throws io.github.geofix.core.format.ModelFormatException as {@link OnnxEncoder#open}
   */
  public static OnnxModel of(Path file, OnnxEncoder.Config config) {
    return new OnnxModel(file, config);
  }

  /** Loads a model folder. */
  static OnnxModel load(ModelFolder folder) {
    Path file = folder.file(FILE);
    folder.verify(file);
    OnnxModel model = new OnnxModel(file, folder.config(OnnxEncoder.Config.class));
    model.readBesides(folder);
    return model;
  }

  @Override
  public OnnxEncoder.Config config() {
    return config;
  }

  /** Returns the encoder, which the model closes. */
  @Override
  public Optional<PhotoEncoder> photoEncoder() {
    return Optional.of(encoder.shared());
  }

  @Override
  protected UnsupportedOperationException untrained() {
    return ImportedModel.notTrained(METHOD);
  }

  @Override
  protected Optional<ModelFolder.FileWriter> weights() {
    return Optional.empty();
  }

  @Override
  protected Map<String, ModelFolder.FileWriter> files() {
    return Map.of(FILE, copy -> Files.copy(file, copy));
  }

  @Override
  protected void closeExtras() {
    encoder.close();
  }
}
