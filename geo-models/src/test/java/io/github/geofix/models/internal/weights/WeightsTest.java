package io.github.geofix.models.internal.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.models.internal.nn.BatchNorm2d;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter.Init;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.ImportReport;
import io.github.geofix.models.weights.RenameTable;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WeightsTest {
  private final NDManager manager = TorchEngine.newManager();
  private final Path file;

  WeightsTest(@TempDir Path folder) {
    file = folder.resolve("weights.safetensors");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static final class Net extends Module {
    Net(int width) {
      child("norm", new BatchNorm2d(3));
      child("head", new Linear(width, 2));
      parameter("position", Init.normal(1), 5, width);
    }

    @Override
    protected String advice(String parameter, Shape given) {
      return parameter.equals("position") ? "Use withWidth(" + given.get(1) + ")." : "";
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void loadsWhatItSaved(DataType type) {
    Net saved = new Net(4);
    saved.initialize(manager, 1, type);
    Weights.save(saved, file, Map.of("step", "7"));
    Net loaded = new Net(4);
    ImportReport report = Weights.load(loaded, manager, file);
    assertThat(report.loaded()).containsExactlyElementsOf(saved.parameters().keySet());
    saved
        .parameters()
        .forEach(
            (name, parameter) ->
                assertThat(loaded.parameter(name).array().toFloatArray())
                    .isEqualTo(parameter.array().toType(DataType.FLOAT32, true).toFloatArray()));
    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.metadata()).isEqualTo(Map.of("step", "7"));
      assertThat(read.names()).contains("norm.running_mean", "head.weight", "position");
    }
  }

  @Test
  void writesIntoArraysThatAreThereAlready() {
    Net saved = new Net(4);
    saved.initialize(manager, 1);
    Weights.save(saved, file, Map.of());
    Net loaded = new Net(4);
    loaded.initialize(manager, 2, DataType.FLOAT64);
    var held = loaded.parameter("position").array();
    Weights.load(loaded, manager, file);
    assertThat(loaded.parameter("position").array()).isSameAs(held);
    assertThat(held.toType(DataType.FLOAT32, true).toFloatArray())
        .isEqualTo(saved.parameter("position").array().toFloatArray());
  }

  @Test
  void saysWhatDoesNotFitAndWhatToDo() {
    Net saved = new Net(6);
    saved.initialize(manager, 1);
    Weights.save(saved, file, Map.of());
    assertThatThrownBy(() -> Weights.load(new Net(4), manager, file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(
            """
            cannot load weights.safetensors into Net: 2 of 7 tensors do not fit
              head.weight: file [2, 6], model [2, 4]
              position: file [5, 6], model [5, 4]. Use withWidth(6).""");
  }

  @ParameterizedTest
  @CsvSource({"NaN,FLOAT32", "Infinity,FLOAT32", "NaN,FLOAT64", "-Infinity,FLOAT64"})
  void refusesNumbersThatAreNotFinite(float number, DataType type) {
    Net saved = new Net(4);
    saved.initialize(manager, 1, type);
    saved.parameter("position").array().set(new NDIndex(2, 3), number);
    Weights.save(saved, file, Map.of());
    Net loaded = new Net(4);
    loaded.initialize(manager, 2, type);
    assertThatThrownBy(() -> Weights.load(loaded, manager, file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage("position in " + file + " has " + (double) number + " at element 11");
  }

  @Test
  void saysWhatIsMissingAndWhatIsUnknown() {
    Safetensors.writer()
        .floats("head.weight", new float[8], 2, 4)
        .floats("fc.bias", new float[2], 2)
        .write(file);
    assertThatThrownBy(() -> Weights.load(new Net(4), manager, file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("6 of 7 tensors are missing, 1 is unknown to the model")
        .hasMessageContaining("unknown: fc.bias")
        .hasMessageContaining("rename table");
  }

  @Test
  void renamesTransposesAndStacks() {
    Safetensors.writer()
        .floats("q.weight", new float[] {1, 2, 3, 4}, 1, 4)
        .floats("k.weight", new float[] {5, 6, 7, 8}, 1, 4)
        .floats("projection", new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2)
        .longs("step", new long[] {3})
        .floats("text.weight", new float[] {1}, 1)
        .write(file);
    RenameTable table =
        RenameTable.builder()
            .stack("stacked.$1", "q\\.(\\w+)", "k\\.(\\w+)")
            .transpose("projection", "head.weight")
            .ignore("text\\..*")
            .build();
    Module module =
        new Module() {
          {
            child("stacked", new Linear(4, 2, false));
            child("head", new Linear(4, 2));
          }
        };
    try (Safetensors weights = Safetensors.open(file)) {
      ImportReport report = Weights.load(module, manager, weights, table);
      assertThat(report.loaded()).containsExactly("stacked.weight", "head.weight");
      assertThat(report.missing()).containsExactly("head.bias");
      assertThat(report.unexpected()).containsExactly("step");
      assertThat(report.ignored()).containsExactly("text.weight");
      assertThat(report.toText())
          .contains("2 loaded, 1 missing, 1 unexpected, 1 ignored, 0 misfit");
    }
    assertThat(module.parameter("stacked.weight").array().toFloatArray())
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(module.parameter("head.weight").array().toFloatArray())
        .containsExactly(1, 3, 5, 7, 2, 4, 6, 8);
  }

  @Test
  void countsHalfAStackAsMissing() {
    Safetensors.writer().floats("q.weight", new float[4], 1, 4).write(file);
    RenameTable table = RenameTable.builder().stack("weight", "q\\.weight", "k\\.weight").build();
    try (Safetensors weights = Safetensors.open(file)) {
      ImportReport report = Weights.load(new Linear(4, 2, false), manager, weights, table);
      assertThat(report.missing()).containsExactly("weight");
      assertThatThrownBy(report::requireComplete).hasMessageContaining("1 of 1 tensors is missing");
    }
  }
}
