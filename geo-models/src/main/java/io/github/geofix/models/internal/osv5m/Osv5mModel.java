package io.github.geofix.models.internal.osv5m;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.BoxPartition;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.Family;
import io.github.geofix.models.Release;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.internal.Answer;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.calibration.Temperature;
import io.github.geofix.models.internal.family.ImportedModel;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.ImportReport;
import io.github.geofix.models.weights.RenameTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The baseline of OpenStreetView-5M: a classifier of the boxes of a quadtree, and a position within
 * each. A photo is located in the box of the highest score.
 *
 * <p>Astruc et al., "OpenStreetView-5M: The Many Roads to Global Visual Geolocation", CVPR 2024. It
 * is imported by {@link Release} and not trained here. Regions consist of S2 cells, one for the
 * mean of each box. Localizers are thread-safe.
 */
public final class Osv5mModel extends ImportedModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "osv5m";

  private final Osv5mConfig config;
  private final Osv5mNetwork network;
  private final Boxes boxes;
  private final ImagePreprocessor preprocessor;

  private Osv5mModel(Osv5mConfig config, Boxes boxes) {
    this(config, boxes, new Osv5mNetwork(config, boxes.size()));
  }

  private Osv5mModel(Osv5mConfig config, Boxes boxes, Osv5mNetwork network) {
    super(METHOD, network, config.answer());
    this.config = config;
    this.network = network;
    this.boxes = boxes;
    this.preprocessor = ImagePreprocessor.of(config.backbone().image());
  }

  /** Returns the family of these models. */
  public static Family family() {
    return new Osv5mFamily();
  }

  /** Creates a model of published weights. Closes it if they do not fit. */
  static Release.Imported of(
      Osv5mConfig config,
      BoxPartition partition,
      BiFunction<Osv5mNetwork, NDManager, Map<String, ImportReport>> fill) {
    Osv5mModel model = new Osv5mModel(config, new Boxes(partition));
    return model.filled(() -> fill.apply(model.network, model.manager()));
  }

  /**
   * Loads a model.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the weights do not fit the
   *     configuration
   */
  public static Osv5mModel load(ModelFolder folder) {
    return load(
        folder,
        Osv5mConfig.class,
        (config, weights) -> new Osv5mModel(config, Boxes.read(weights)));
  }

  @Override
  public Osv5mConfig config() {
    return config.withAnswer(answerOptions());
  }

  /** Returns the shape of a photo, {@code [3, H, W]}. */
  @Override
  public List<Shape> inputShapes() {
    int side = config.backbone().image().height();
    return List.of(new Shape(3, side, side));
  }

  /**
   * The network's output for a photo.
   *
   * @param logits of the boxes, {@code [N]}
   * @param offsets within them, {@code [2 N]}
   */
  private record Output(float[] logits, float[] offsets) {}

  private List<Output> outputs(float[] photos, int count) {
    return TorchEngine.infer(
        manager(),
        step -> {
          NDArray images = step.create(photos, new Shape(count).addAll(inputShapes().get(0)));
          NDArray tokens = network.tokens(Forward.INFERENCE, images);
          float[] logits = network.head().logits(Forward.INFERENCE, tokens).toFloatArray();
          float[] offsets = network.head().offsets(Forward.INFERENCE, tokens).toFloatArray();
          int n = boxes.size();
          List<Output> outputs = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            outputs.add(
                new Output(
                    Arrays.copyOfRange(logits, i * n, (i + 1) * n),
                    Arrays.copyOfRange(offsets, 2 * i * n, 2 * (i + 1) * n)));
          }
          return outputs;
        });
  }

  private LatLng position(Output output, int label) {
    return BoxOffsets.position(
        boxes.box(label), output.offsets()[2 * label], output.offsets()[2 * label + 1]);
  }

  @Override
  public Localizer localizer() {
    return new BatchLocalizer(config.backbone().image(), photoLimits()) {
      @Override
      protected List<Location> locate(float[] photos, int count) {
        return outputs(photos, count).stream()
            .map(output -> location(output, Optional.empty()))
            .toList();
      }

      @Override
      protected Answer answer(float[] pixels, Photo photo, Explanation.Options options) {
        return Answer.of(location(outputs(pixels, 1).get(0), photo.region()));
      }

      private Location location(Output output, Optional<Region> region) {
        return locationWithin(
            region,
            label -> position(output, label),
            boxes.cells(),
            Temperature.softmax(output.logits(), 1 / calibration().temperature()),
            answerOptions(),
            calibration());
      }
    };
  }

  @Override
  protected Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
    return photo -> {
      Output output = outputs(preprocessor.apply(photo.image()), 1).get(0);
      double[] scores = Temperature.softmax(output.logits(), 1);
      return boxes.cells().scored(scores, boxes.labelOf(photo.latLng()), photo.latLng());
    };
  }

  @Override
  protected RenameTable extraTensors() {
    return Boxes.LEFT_OUT;
  }

  @Override
  protected void addTensors(Safetensors.Writer writer) {
    boxes.write(writer);
  }
}
