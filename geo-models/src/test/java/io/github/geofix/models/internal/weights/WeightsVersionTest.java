package io.github.geofix.models.internal.weights;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import org.junit.jupiter.api.Test;

final class WeightsVersionTest {

  @Test
  void weightsAreOthersOnceWrittenOrReplaced() {
    try (NDManager manager = TorchEngine.newManager()) {
      Linear layer = new Linear(3, 2);
      layer.initialize(manager, 1);
      Parameter weight = layer.parameter("weight");
      WeightsVersion first = WeightsVersion.of(layer, manager);
      assertThat(first.isOf(layer, manager)).isTrue();
      weight.write(bytes -> bytes.asFloatBuffer().put(0, 9));
      assertThat(first.isOf(layer, manager)).isFalse();
      WeightsVersion written = WeightsVersion.of(layer, manager);
      assertThat(written.isOf(layer, manager)).isTrue();
      weight.set(weight.array().duplicate());
      assertThat(written.isOf(layer, manager)).isFalse();
    }
  }

  @Test
  void aStepOfTrainingMakesOtherWeights() {
    try (NDManager manager = TorchEngine.newManager()) {
      Linear layer = new Linear(3, 2);
      layer.initialize(manager, 1);
      WeightsVersion before = WeightsVersion.of(layer, manager);
      layer.requireGradients(true);
      assertThat(before.isOf(layer, manager)).isFalse();
      WeightsVersion learning = WeightsVersion.of(layer, manager);
      assertThat(learning.isOf(layer, manager)).isTrue();
      layer.requireGradients(false);
      assertThat(learning.isOf(layer, manager)).isTrue();
      try (NDArray bias = layer.parameter("bias").array().onesLike()) {
        layer.parameter("bias").array().addi(bias);
      }
      assertThat(learning.isOf(layer, manager)).isFalse();
    }
  }
}
