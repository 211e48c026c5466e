package io.github.geofix.models.backbone;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.Floats;
import io.github.geofix.core.Precision;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A backbone alone as an encoder of photos. */
final class BackboneEncoder implements PhotoEncoder {
  private final NDManager manager = TorchEngine.newManager();
  private final Backbone backbone;
  private final ImagePreprocessor preprocessor;

  /** Of the weights before they were rounded; null if they were not. */
  private @Nullable String published;

  BackboneEncoder(Backbone backbone) {
    this.backbone = backbone;
    preprocessor = ImagePreprocessor.of(backbone.image());
  }

  static PhotoEncoder pretrained(Backbone backbone, Path weights, Precision precision) {
    BackboneEncoder encoder = new BackboneEncoder(backbone);
    try (TensorFile checkpoint = TensorFile.open(weights)) {
      backbone.initialize(encoder.manager, 1);
      Pretrained.load(new Holder(backbone), checkpoint);
      if (TorchEngine.resolved(precision) == Precision.BFLOAT16) {
        encoder.published = encoder.digest();
        backbone.toBfloat16();
      }
      return encoder;
    } catch (RuntimeException e) {
      encoder.close();
      throw e;
    }
  }

  /** A network that is nothing but its backbone. */
  private static final class Holder extends Module {
    Holder(Backbone backbone) {
      child("backbone", backbone);
    }
  }

  @Override
  public int vectors() {
    return 1;
  }

  @Override
  public int dimension() {
    return backbone.vectorWidth();
  }

  @Override
  public String digest() {
    String digest = published;
    return digest == null ? Weights.digest(backbone) : digest;
  }

  @Override
  public float[] read(BufferedImage photo, Optional<Path> file) {
    return preprocessor.apply(photo);
  }

  @Override
  public float[][][] encode(List<float[]> photos) {
    ImageSpec image = backbone.image();
    float[] pixels = Floats.concat(photos.toArray(float[][]::new));
    Shape shape = new Shape(photos.size(), 3, image.height(), image.width());
    float[] flat =
        TorchEngine.infer(
            manager,
            step -> backbone.vector(Forward.INFERENCE, step.create(pixels, shape)).toFloatArray());
    float[][][] vectors = new float[photos.size()][1][dimension()];
    for (int i = 0; i < vectors.length; i++) {
      System.arraycopy(flat, i * dimension(), vectors[i][0], 0, dimension());
    }
    return vectors;
  }

  @Override
  public void close() {
    manager.close();
  }
}
