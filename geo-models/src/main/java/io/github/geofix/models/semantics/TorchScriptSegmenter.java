package io.github.geofix.models.semantics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.internal.backbone.TorchScriptBackbone;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Class maps by a segmentation network saved as TorchScript. It maps {@code [1, 3, 512, 512]}, the
 * whole photo stretched and normalized as for ImageNet, to class scores {@code [1, C, h, w]}; the
 * argmax is enlarged to the photo's size by nearest neighbor. Thread-safe.
 */
final class TorchScriptSegmenter implements ClassMaps {
  /** Begins the text of a configuration that names a TorchScript file. */
  static final String PREFIX = "torchscript:";

  /** The side at which segmenters of ADE20K are usually tested. */
  private static final int SIDE = 512;

  private final Path file;
  private final TorchScriptBackbone network;
  private final ImagePreprocessor preprocessor;

  private TorchScriptSegmenter(Path file, TorchScriptBackbone network) {
    this.file = file;
    this.network = network;
    this.preprocessor = ImagePreprocessor.of(network.image());
  }

  /** Returns the file that the text of a configuration names. */
  static Path fileOf(String source) {
    return Path.of(source.substring(PREFIX.length()));
  }

  /**
   * Loads a segmenter, which runs the file's code.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if it is not TorchScript or does not
   *     return score maps
   */
  static TorchScriptSegmenter load(Path file) {
    return new TorchScriptSegmenter(
        file, TorchScriptBackbone.load(file, ImageSpec.imageNet(SIDE).withFit(Fit.STRETCH)));
  }

  @Override
  public ClassMap of(BufferedImage photo) {
    try (NDManager manager = TorchEngine.newManager()) {
      return TorchEngine.infer(manager, step -> segmented(photo, step));
    }
  }

  private ClassMap segmented(BufferedImage photo, NDManager step) {
    NDArray pixels = step.create(preprocessor.apply(photo), new Shape(1, 3, SIDE, SIDE));
    NDArray best = network.map(Forward.INFERENCE, pixels).argMax(1);
    int rows = Math.toIntExact(best.getShape().get(1));
    int columns = Math.toIntExact(best.getShape().get(2));
    return enlarged(best.toLongArray(), rows, columns, photo.getWidth(), photo.getHeight());
  }

  private static ClassMap enlarged(long[] best, int rows, int columns, int width, int height) {
    byte[] classes = new byte[width * height];
    for (int y = 0; y < height; y++) {
      int row = (int) ((y + 0.5) * rows / height);
      for (int x = 0; x < width; x++) {
        long found = best[row * columns + (int) ((x + 0.5) * columns / width)];
        classes[y * width + x] = (byte) Math.min(found, ClassMap.UNKNOWN);
      }
    }
    return ClassMap.of(width, height, classes);
  }

  @Override
  public Optional<Path> codeFile() {
    return Optional.of(file);
  }

  @Override
  public void close() {
    network.close();
  }
}
