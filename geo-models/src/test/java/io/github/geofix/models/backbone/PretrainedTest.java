package io.github.geofix.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile.DType;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.backbone.ResidualEncoder;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.ImportReport;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainedTest {
  @TempDir private Path folder;
  private final NDManager manager = TorchEngine.newManager();

  /** Two sides of a siamese network, one of them below another part. */
  private static final class TwoSides extends Module {
    TwoSides() {
      child("photos", new ConvNeXt(ConvNeXt.Options.atto()));
      child("side", new Side());
    }

    private static final class Side extends Module {
      Side() {
        child("backbone", new ConvNeXt(ConvNeXt.Options.atto()));
      }
    }
  }

  private static final class NoBackbone extends Module {
    NoBackbone() {
      child("head", new Linear(2, 2));
    }
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private <M extends Module> M initialized(M module, long seed) {
    module.initialize(manager, seed);
    return module;
  }

  /** Writes a backbone under timm's names, but for the arrays whose own names contain a text. */
  private Path timmFile(ConvNeXt backbone, String leftOut) {
    Safetensors.Writer writer = Safetensors.writer();
    backbone
        .parameters()
        .forEach(
            (name, parameter) -> {
              if (!leftOut.isEmpty() && name.contains(leftOut)) {
                return;
              }
              String theirs =
                  name.replaceFirst("^downsample_layers\\.0\\.", "stem.")
                      .replaceFirst("^downsample_layers\\.(\\d)\\.", "stages.$1.downsample.")
                      .replaceFirst("^stages\\.(\\d)\\.(\\d+)\\.", "stages.$1.blocks.$2.")
                      .replaceFirst("\\.dwconv\\.", ".conv_dw.")
                      .replaceFirst("\\.pwconv([12])\\.", ".mlp.fc$1.")
                      .replaceFirst("^norm\\.", "head.norm.");
              float[] values = parameter.array().toFloatArray();
              ByteBuffer bytes =
                  ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
              bytes.asFloatBuffer().put(values);
              writer.tensor(
                  theirs,
                  DType.F32,
                  parameter.shape().getShape(),
                  out -> out.write(bytes.duplicate()));
            });
    Path file = folder.resolve("timm.safetensors");
    writer.write(file);
    return file;
  }

  @Test
  void fillsEveryBackboneUnderTheNamesThatItFinds() {
    ConvNeXt published = initialized(new ConvNeXt(ConvNeXt.Options.atto()), 1);
    TwoSides network = initialized(new TwoSides(), 2);
    try (Safetensors file = Safetensors.open(timmFile(published, ""))) {
      Map<String, ImportReport> reports = Pretrained.load(network, file);
      assertThat(reports).containsOnlyKeys("photos", "side.backbone");
      assertThat(reports.values())
          .allSatisfy(report -> assertThat(report.loaded()).hasSize(published.parameters().size()));
    }
    published
        .parameters()
        .forEach(
            (name, parameter) -> {
              float[] wanted = parameter.array().toFloatArray();
              assertThat(network.parameter("photos." + name).array().toFloatArray())
                  .isEqualTo(wanted);
              assertThat(network.parameter("side.backbone." + name).array().toFloatArray())
                  .isEqualTo(wanted);
            });
  }

  @Test
  void needsANetworkWithValues() {
    ConvNeXt published = initialized(new ConvNeXt(ConvNeXt.Options.atto()), 1);
    try (Safetensors file = Safetensors.open(timmFile(published, ""))) {
      assertThatThrownBy(() -> Pretrained.load(new TwoSides(), file))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("initialize or load it first");
    }
  }

  @Test
  void namesWhatIsMissing() {
    Path partial = timmFile(initialized(new ConvNeXt(ConvNeXt.Options.atto()), 1), "stages.2.1.");
    try (Safetensors file = Safetensors.open(partial)) {
      assertThatThrownBy(() -> Pretrained.load(initialized(new TwoSides(), 2), file))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("missing: stages.2.1.dwconv.weight");
    }
  }

  @Test
  void refusesACheckpointOfAnotherNetwork() {
    Path other = timmFile(initialized(new ConvNeXt(ConvNeXt.Options.atto()), 1), "");
    ResidualEncoder residual = new ResidualEncoder(ConvNeXt.Options.atto().image());
    Module network =
        new Module() {
          {
            child("backbone", residual);
          }
        };
    try (Safetensors file = Safetensors.open(other)) {
      assertThatThrownBy(() -> Pretrained.load(initialized(network, 2), file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("ResidualEncoder")
          .hasMessageContaining("timm.safetensors");
      assertThatThrownBy(() -> Pretrained.load(initialized(new NoBackbone(), 2), file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("NoBackbone has no backbone");
    }
  }
}
