package io.github.geofix.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Arrays;
import java.util.List;

/**
 * An encoder of positions on the Earth: latitude and longitude to a vector, by itself or in the
 * embedding space of an image encoder, so that a photo can be searched among any positions.
 */
public interface LocationEncoder {

  /** Returns the length D of the vectors. */
  int dimension();

  /**
   * Encodes positions in one pass.
   *
   * @param manager owns the result and all intermediate arrays
   * @return {@code [B, D]}, not normalized
   */
  NDArray forward(Forward f, NDManager manager, List<LatLng> positions);

  /**
   * Encodes positions without gradients, in batches of bounded memory.
   *
   * @return {@code [B][D]}, not normalized
   */
  default float[][] encode(List<LatLng> positions) {
    int batch = 1024;
    float[][] vectors = new float[positions.size()][];
    try (NDManager manager = TorchEngine.newManager()) {
      for (int start = 0; start < vectors.length; start += batch) {
        List<LatLng> part = positions.subList(start, Math.min(vectors.length, start + batch));
        float[] joined =
            TorchEngine.infer(
                manager, step -> forward(Forward.INFERENCE, step, part).toFloatArray());
        for (int i = 0; i < part.size(); i++) {
          vectors[start + i] = Arrays.copyOfRange(joined, i * dimension(), (i + 1) * dimension());
        }
      }
    }
    return vectors;
  }
}
