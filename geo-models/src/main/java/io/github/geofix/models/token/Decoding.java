package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** A way to find words for photos. Immutable and thread-safe. */
public abstract sealed class Decoding permits BeamSearch, DiverseBeamSearch, Sampling {

  Decoding() {}

  /**
   * Finds words. Call it under {@link io.github.geofix.models.nn.TorchEngine#noGrad}.
   *
   * @param memory of {@link TokenNetwork#memory}, {@code [B, M, D]}; what is computed belongs to
   *     its manager
   * @return a pool for each photo
   */
  public abstract List<Pool> find(TokenNetwork network, NDArray memory);

  static void checkTemperature(double temperature) {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("temperature must be above 0: " + temperature);
    }
  }
}
