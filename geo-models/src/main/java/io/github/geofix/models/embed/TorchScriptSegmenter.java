package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.TorchScriptBackbone;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.image.Fit;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/**
 * Class maps by any segmenter that was saved as TorchScript: it reads {@code [1, 3, 512, 512]}, the
 * whole photo stretched and normalized as for ImageNet, and gives class scores {@code [1, C, h,
 * w]}; the best class of each part is spread over the photo. Thread-safe. Run only files you trust:
 * a TorchScript file is a program.
 */
final class TorchScriptSegmenter implements ClassMaps {
  /** The side at which segmenters of ADE20K are usually tested. */
  private static final int SIDE = 512;

  private final TorchScriptBackbone network;
  private final ImagePreprocessor preprocessor;

  private TorchScriptSegmenter(TorchScriptBackbone network) {
    this.network = network;
    this.preprocessor = ImagePreprocessor.of(network.image());
  }

  static TorchScriptSegmenter load(Path file) {
    return new TorchScriptSegmenter(
        TorchScriptBackbone.load(file, ImageSpec.imageNet(SIDE).withFit(Fit.STRETCH)));
  }

  @Override
  public ClassMap of(BufferedImage photo) {
    return TorchEngine.noGrad(() -> segment(photo));
  }

  private ClassMap segment(BufferedImage photo) {
    try (NDManager step = TorchEngine.newManager()) {
      NDArray pixels = step.create(preprocessor.apply(photo), new Shape(1, 3, SIDE, SIDE));
      NDArray best = network.map(Forward.INFERENCE, pixels).argMax(1);
      int rows = Math.toIntExact(best.getShape().get(1));
      int columns = Math.toIntExact(best.getShape().get(2));
      return spread(best.toLongArray(), rows, columns, photo.getWidth(), photo.getHeight());
    }
  }

  private static ClassMap spread(long[] best, int rows, int columns, int width, int height) {
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
  public void close() {
    network.close();
  }
}
