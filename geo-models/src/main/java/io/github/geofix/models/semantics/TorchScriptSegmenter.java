package io.github.geofix.models.semantics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.Floats;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.internal.backbone.TorchScriptBackbone;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.image.StretchedClasses;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    return together(List.of(photo)).get(0);
  }

  @Override
  public List<ClassMap> ofAll(List<BufferedImage> photos, List<Path> files) {
    return photos.isEmpty() ? List.of() : together(photos);
  }

  private List<ClassMap> together(List<BufferedImage> photos) {
    try (NDManager manager = TorchEngine.newManager()) {
      return TorchEngine.infer(manager, step -> segmented(photos, step));
    }
  }

  private List<ClassMap> segmented(List<BufferedImage> photos, NDManager step) {
    int count = photos.size();
    float[] pixels =
        Floats.concat(photos.stream().map(preprocessor::apply).toArray(float[][]::new));
    NDArray input = step.create(pixels, new Shape(count, 3, SIDE, SIDE));
    NDArray best = network.map(Forward.INFERENCE, input).argMax(1);
    if (best.getShape().get(0) != count) {
      throw new ModelFormatException(
          "%s gives %d maps for %d photos: it takes one at a time"
              .formatted(file, best.getShape().get(0), count));
    }
    int rows = Math.toIntExact(best.getShape().get(1));
    int columns = Math.toIntExact(best.getShape().get(2));
    long[] all = best.toLongArray();
    List<ClassMap> maps = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long[] own = Arrays.copyOfRange(all, i * rows * columns, (i + 1) * rows * columns);
      BufferedImage photo = photos.get(i);
      maps.add(StretchedClasses.of(own, rows, columns, photo));
    }
    return maps;
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
