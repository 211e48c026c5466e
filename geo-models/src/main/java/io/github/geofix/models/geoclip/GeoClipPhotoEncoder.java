package io.github.geofix.models.geoclip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.Floats;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The vectors of a {@link GeoClipModel}: image, head for locations, head for texts. */
record GeoClipPhotoEncoder(
    GeoClipNetwork network, ImagePreprocessor preprocessor, NDManager manager)
    implements PhotoEncoder {
  @Override
  public int vectors() {
    int own = network.backbone().vectorWidth() == dimension() ? 1 : 0;
    return own + (network.head().texts() == null ? 1 : 2);
  }

  @Override
  public int dimension() {
    return network.head().locations().dimension();
  }

  @Override
  public String digest() {
    return Weights.digest(network);
  }

  @Override
  public float[] read(BufferedImage photo, Optional<Path> file) {
    return preprocessor.apply(photo);
  }

  @Override
  public float[][][] encode(List<float[]> photos) {
    ImageSpec image = preprocessor.spec();
    float[] pixels = Floats.concat(photos.toArray(float[][]::new));
    Shape shape = new Shape(photos.size(), 3, image.height(), image.width());
    float[][] flat =
        TorchEngine.infer(
            manager,
            step ->
                network.vectors(Forward.INFERENCE, step.create(pixels, shape)).stream()
                    .map(NDArray::toFloatArray)
                    .toArray(float[][]::new));
    float[][][] vectors = new float[photos.size()][flat.length][dimension()];
    for (int i = 0; i < vectors.length; i++) {
      for (int v = 0; v < flat.length; v++) {
        System.arraycopy(flat[v], i * dimension(), vectors[i][v], 0, dimension());
      }
    }
    return vectors;
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
