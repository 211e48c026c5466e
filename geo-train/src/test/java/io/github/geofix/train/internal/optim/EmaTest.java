package io.github.geofix.train.internal.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmaTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void averagesAsTheDefinitionSays(long seed) {
    try (NDManager manager = TorchEngine.newManager()) {
      Linear layer = new Linear(4, 2);
      layer.initialize(manager, seed);
      layer.requireGradients(true);
      Parameter weight = Objects.requireNonNull(layer.parameters().get("weight"));
      float[] expected = weight.array().toFloatArray();
      try (Ema average = new Ema(layer, 0.3);
          NDArray tenth = manager.full(weight.shape(), 0.1f)) {
        for (int step = 0; step < 5; step++) {
          TorchEngine.noGrad(() -> weight.array().addi(tenth));
          average.update(step);
          float[] present = weight.array().toFloatArray();
          for (int i = 0; i < expected.length; i++) {
            float decay = Math.min(0.3f, (1f + step) / (10 + step));
            expected[i] = decay * expected[i] + (1 - decay) * present[i];
          }
        }
        float[] present = weight.array().toFloatArray();
        average.swap();
        assertThat(weight.array().toFloatArray()).containsExactly(expected, within(1e-6f));
        average.swap();
        assertThat(weight.array().toFloatArray()).isEqualTo(present);
      }
    }
  }
}
