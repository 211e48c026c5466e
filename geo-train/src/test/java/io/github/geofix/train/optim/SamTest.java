package io.github.geofix.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Three steps against the method's released Python code, on a linear layer with squared error. */
class SamTest {
  private static final Path ORACLE = Path.of("src/test/resources/oracles/frgeo_asam.safetensors");

  @ParameterizedTest
  @CsvSource({"sam, 0.05", "asam, 2.5"})
  void followsTheReleasedCode(String method, double rho) {
    Sam.Options options = new Sam.Options(rho, method.equals("asam"));
    try (Safetensors oracle = Safetensors.open(ORACLE);
        NDManager manager = TorchEngine.newManager()) {
      Linear layer = new Linear(6, 3);
      parameter(layer, "weight").set(array(manager, oracle, method + ".w0"));
      parameter(layer, "bias").set(array(manager, oracle, method + ".b0"));
      layer.requireGradients(true);
      NDArray x = array(manager, oracle, "X");
      NDArray y = array(manager, oracle, "Y");
      AdamW.Options adamW = AdamW.Options.defaults().withLearningRate(1e-2).withWeightDecay(0.03);
      try (AdamW optimizer = AdamW.of(layer, adamW);
          Sam sharpness = new Sam(optimizer, options)) {
        for (int step = 0; step < 3; step++) {
          String at = method + ".step" + step + ".";
          assertThat(backward(layer, x, y)).isCloseTo(oracle.floats(at + "loss")[0], within(1e-5f));
          sharpness.perturb();
          assertClose(layer, "weight", oracle.floats(at + "w_perturbed"));
          assertThat(backward(layer, x, y))
              .isCloseTo(oracle.floats(at + "loss_perturbed")[0], within(1e-4f));
          sharpness.restore();
          optimizer.step(1);
          assertClose(layer, "weight", oracle.floats(at + "w"));
          assertClose(layer, "bias", oracle.floats(at + "b"));
        }
      }
    }
  }

  @Test
  void putsTheWeightsBackExactly() {
    try (NDManager manager = TorchEngine.newManager()) {
      Linear layer = new Linear(6, 3);
      layer.initialize(manager, 1);
      layer.requireGradients(true);
      float[] before = parameter(layer, "weight").array().toFloatArray();
      try (AdamW optimizer = AdamW.of(layer, AdamW.Options.defaults());
          Sam sharpness = new Sam(optimizer, Sam.Options.sam(0.1))) {
        backward(layer, manager.ones(new Shape(2, 6)), manager.ones(new Shape(2, 3)));
        sharpness.perturb();
        assertThat(parameter(layer, "weight").array().toFloatArray()).isNotEqualTo(before);
        assertThatThrownBy(sharpness::perturb).isInstanceOf(IllegalStateException.class);
        sharpness.restore();
        assertThat(parameter(layer, "weight").array().toFloatArray()).isEqualTo(before);
        assertThatThrownBy(sharpness::restore).isInstanceOf(IllegalStateException.class);
      }
    }
  }

  private static float backward(Linear layer, NDArray x, NDArray y) {
    try (NDManager step = x.getManager().newSubManager();
        GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      NDArray input = x.duplicate();
      input.attach(step);
      NDArray loss = layer.forward(Forward.TRAINING, input).sub(y).square().mean();
      collector.backward(loss);
      return loss.getFloat();
    }
  }

  private static void assertClose(Linear layer, String name, float[] expected) {
    float[] values = parameter(layer, name).array().toFloatArray();
    assertThat(values).as(name).containsExactly(expected, within(1e-5f));
  }

  private static Parameter parameter(Linear layer, String name) {
    return Objects.requireNonNull(layer.parameters().get(name));
  }

  private static NDArray array(NDManager manager, Safetensors oracle, String name) {
    return manager.create(oracle.floats(name), new Shape(oracle.shape(name)));
  }
}
