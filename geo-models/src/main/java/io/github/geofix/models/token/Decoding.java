package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.decode.Hypotheses;
import java.util.List;

/** How token sequences are found for photos. */
public sealed interface Decoding permits BeamSearch, DiverseBeamSearch, Sampling {

  /**
   * Finds token sequences. Call it under {@link io.github.geofix.models.nn.TorchEngine#noGrad}.
   *
   * @param memory the encoder's output {@code [B, M, D]}; what is computed belongs to its manager
   * @return for each photo its hypotheses
   * @throws IllegalStateException if the network's scores are not numbers
   */
  List<Hypotheses> decode(TokenNetwork network, NDArray memory);

  /** Checks a divisor of the logits. */
  static void checkTemperature(double temperature) {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("temperature must be above 0: " + temperature);
    }
  }
}
