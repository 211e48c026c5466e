package io.github.geofix.models.internal.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.backbone.Fill;
import io.github.geofix.models.backbone.TorchScriptArchive;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Conv2d;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchScriptBackboneTest {
  private static final ImageSpec IMAGE = ImageSpec.symmetric(8);

  private final NDManager manager = TorchEngine.newManager();
  private final float[] weights = Fill.uniform(3, -1, 1, 2 * 3 * 4 * 4);
  private final Path file;

  TorchScriptBackboneTest(@TempDir Path folder) {
    file = folder.resolve("net.pt");
  }

  @BeforeEach
  void writeNetwork() throws IOException {
    Files.write(file, TorchScriptArchive.convolution(weights));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void computesWhatTheNetworkDoes() {
    Conv2d conv = new Conv2d(3, 2, Conv2d.Options.kernel(4).withStride(4).withoutBias());
    conv.initialize(manager, 1);
    conv.parameter("weight").write(bytes -> bytes.asFloatBuffer().put(weights));
    NDArray images = manager.randomNormal(new Shape(2, 3, 8, 8));
    float[] expected = conv.forward(Forward.INFERENCE, images).toFloatArray();
    try (TorchScriptBackbone net = TorchScriptBackbone.load(file, IMAGE)) {
      assertThat(net.parameters().keySet()).containsExactly("weight");
      assertThat(net.forward(Forward.INFERENCE, images).getShape()).isEqualTo(new Shape(2, 4, 2));
      assertThat(net.map(Forward.INFERENCE, images).toFloatArray())
          .containsExactly(expected, within(1e-5f));
    }
  }

  @Test
  void isFineTunedInPlace() {
    NDArray images = manager.randomNormal(new Shape(2, 3, 8, 8));
    try (TorchScriptBackbone net = TorchScriptBackbone.load(file, IMAGE)) {
      NDArray weight = net.parameter("weight").array();
      net.requireGradients(true);
      double before = step(net, images);
      NDArray gradient = weight.getGradient();
      TorchEngine.noGrad(() -> weight.subi(gradient.mul(manager.create(1e-3f))));
      assertThat(step(net, images)).isLessThan(before);
    }
  }

  private static double step(TorchScriptBackbone net, NDArray images) {
    try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      NDArray loss = net.vector(Forward.TRAINING, images).square().sum();
      collector.backward(loss);
      return loss.getFloat();
    }
  }

  @Test
  void staysAsItIsWhenFrozen() {
    try (TorchScriptBackbone net = TorchScriptBackbone.load(file, IMAGE)) {
      net.freeze(name -> true);
      net.requireGradients(true);
      NDArray images = manager.ones(new Shape(1, 3, 8, 8));
      assertThat(net.vector(Forward.TRAINING, images).hasGradient()).isFalse();
    }
  }

  @Test
  void savesAndLoadsItsValues(@TempDir Path folder) throws IOException {
    Path saved = folder.resolve("weights.safetensors");
    try (TorchScriptBackbone net = TorchScriptBackbone.load(file, IMAGE)) {
      Weights.save(net, saved, Map.of());
    }
    Files.write(file, TorchScriptArchive.convolution(new float[weights.length]));
    NDArray images = manager.ones(new Shape(1, 3, 8, 8));
    try (TorchScriptBackbone net = TorchScriptBackbone.load(file, IMAGE)) {
      assertThat(net.vector(Forward.INFERENCE, images).toFloatArray()).containsOnly(0);
      Weights.load(net, manager, saved);
      assertThat(net.parameter("weight").array().toFloatArray()).isEqualTo(weights);
      assertThat(net.vector(Forward.INFERENCE, images).toFloatArray()).doesNotContain(0);
    }
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    assertThatThrownBy(() -> TorchScriptBackbone.load(file.resolveSibling("none.pt"), IMAGE))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such file");
    Files.write(file, TorchScriptArchive.network(weights, "torch.repeat(x, [1, 1, 2, 2])"));
    assertThatThrownBy(() -> TorchScriptBackbone.load(file, IMAGE))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("gives (1, 3, 16, 16) for an image (1, 3, 8, 8), not a map of it");
    Files.writeString(file, "not a network");
    assertThatThrownBy(() -> TorchScriptBackbone.load(file, IMAGE))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("TorchScript");
  }
}
