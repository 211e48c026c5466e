package io.github.geofix.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.backbone.DinoV2;
import io.github.geofix.models.internal.backbone.MegaLoc;
import io.github.geofix.models.internal.backbone.ResidualEncoder;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every backbone promises. */
class BackboneContractTest {
  private static final Forward F = Forward.INFERENCE;

  private final NDManager model = TorchEngine.newManager();

  @AfterEach
  void close() {
    model.close();
  }

  enum Kind {
    RESIDUAL,
    CONVNEXT,
    CLIP,
    DINO,
    DINO_HUB,
    DINO_REGISTERS,
    MEGALOC;

    Backbone create() {
      return switch (this) {
        case RESIDUAL -> new ResidualEncoder(ImageSpec.symmetric(16), 4, 6);
        case CONVNEXT ->
            new ConvNeXt(
                new ConvNeXt.Options(
                    List.of(1, 1, 2, 1), List.of(4, 6, 8, 10), ImageSpec.imageNet(64), 0));
        case CLIP ->
            new ClipVit(
                new ClipVit.Options(ImageSpec.clip(16), 8, 8, 2, 2, 6, Activation.QUICK_GELU, 0));
        case DINO -> dino(DinoV2.Variant.TRANSFORMERS);
        case DINO_HUB -> dino(DinoV2.Variant.HUB);
        case DINO_REGISTERS -> dino(DinoV2.Variant.REGISTERS);
        case MEGALOC ->
            new MegaLoc(
                new DinoV2.Options(ImageSpec.imageNet(24), 32, 8, 8, 2, 2, DinoV2.Variant.HUB, 0),
                new MegaLoc.Aggregation(4, 3, 2, 5, 6));
      };
    }

    private static DinoV2 dino(DinoV2.Variant variant) {
      return new DinoV2(new DinoV2.Options(ImageSpec.imageNet(24), 32, 8, 8, 2, 2, variant, 0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void givesTokensAVectorAndAMap(Kind kind) {
    Backbone net = kind.create();
    net.initialize(model, 1);
    int side = net.image().height();
    int parts = net.featureMapSize(side);
    int held = model.getManagedArrays().size();
    try (NDManager step = model.newSubManager()) {
      NDArray images = step.randomNormal(new Shape(3, 3, side, side));
      NDArray tokens = net.forward(F, images);
      assertThat(tokens.getShape())
          .isEqualTo(new Shape(3, net.classTokens() + parts * parts, net.width()));
      NDArray map = net.map(F, images);
      assertThat(map.getShape()).isEqualTo(new Shape(3, net.width(), parts, parts));
      NDArray vector = net.vector(F, images);
      assertThat(vector.getShape()).isEqualTo(new Shape(3, net.vectorWidth()));
      assertThat(vector.isNaN().any().getBoolean()).isFalse();
      assertThat(net.vector(F, images).toFloatArray())
          .as("inference repeats itself")
          .isEqualTo(vector.toFloatArray());
      assertThat(List.of(tokens.getManager(), map.getManager(), vector.getManager()))
          .containsOnly(step);
    }
    assertThat(model.getManagedArrays()).as("nothing leaks into the model").hasSize(held);
  }

  @ParameterizedTest
  @EnumSource
  void hasTheGradientsOfItsDefinition(Kind kind) {
    Backbone net = kind.create();
    int side = net.image().height();
    GradientCheck.check(net, net::vector, 7, 2, 3, side, side);
  }

  @ParameterizedTest
  @EnumSource
  void loadsWhatItSaved(Kind kind, @TempDir Path folder) {
    Backbone saved = kind.create();
    saved.initialize(model, 1);
    Path file = folder.resolve("weights.safetensors");
    Weights.save(saved, file, Map.of());
    Backbone loaded = kind.create();
    Weights.load(loaded, model, file);
    int side = saved.image().height();
    NDArray images = model.randomNormal(new Shape(1, 3, side, side));
    assertThat(loaded.vector(F, images).toFloatArray())
        .isEqualTo(saved.vector(F, images).toFloatArray());
  }

  @ParameterizedTest
  @EnumSource
  void givesFrozenParametersNoGradient(Kind kind) {
    Backbone net = kind.create();
    net.initialize(model, 1);
    List<String> names = List.copyOf(net.parameters().keySet());
    String last = names.get(names.size() - 1).replaceAll("\\.\\w+$", "");
    net.freeze(name -> !name.startsWith(last));
    net.requireGradients(true);
    int side = net.image().height();
    NDArray images = model.randomNormal(new Shape(2, 3, side, side));
    try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      collector.backward(net.vector(Forward.TRAINING, images).square().sum());
    }
    for (Map.Entry<String, Parameter> entry : net.parameters().entrySet()) {
      assertThat(entry.getValue().array().hasGradient())
          .as(entry.getKey())
          .isEqualTo(entry.getKey().startsWith(last) && !entry.getValue().isBuffer());
    }
  }

  @Test
  void haveThePublishedSizes() {
    // As published, less the classifier of ConvNeXt and the mask token of DINOv2.
    assertThat(new ConvNeXt(ConvNeXt.Options.tiny()).parameterCount()).isEqualTo(27_820_128);
    assertThat(new ConvNeXt(ConvNeXt.Options.small()).parameterCount()).isEqualTo(49_454_688);
    assertThat(new ConvNeXt(ConvNeXt.Options.base()).parameterCount()).isEqualTo(87_566_464);
    assertThat(new ClipVit(ClipVit.Options.b32()).parameterCount()).isEqualTo(87_849_216);
    assertThat(new ClipVit(ClipVit.Options.b16()).parameterCount()).isEqualTo(86_192_640);
    assertThat(new ClipVit(ClipVit.Options.l14()).parameterCount()).isEqualTo(303_966_208);
    assertThat(new ClipVit(ClipVit.Options.l14At336()).parameterCount()).isEqualTo(304_293_888);
    assertThat(new DinoV2(DinoV2.Options.s14()).parameterCount()).isEqualTo(22_056_576 - 384);
    assertThat(new DinoV2(DinoV2.Options.b14()).parameterCount()).isEqualTo(86_580_480 - 768);
    assertThat(new DinoV2(DinoV2.Options.l14()).parameterCount()).isEqualTo(304_368_640 - 1024);
    assertThat(new ResidualEncoder(ImageSpec.symmetric(32)).parameterCount()).isEqualTo(481_440);
  }

  @Test
  void skipsBranchesInTrainingOnly() {
    Backbone net =
        new DinoV2(
            new DinoV2.Options(
                ImageSpec.imageNet(16), 16, 8, 8, 4, 2, DinoV2.Variant.TRANSFORMERS, 0.9));
    net.initialize(model, 1);
    net.parameters().forEach((name, p) -> p.array().addi(name.endsWith("gamma") ? 1 : 0));
    NDArray images = model.ones(new Shape(1, 3, 16, 16)).repeat(0, 8);
    assertThat(distinctRows(net.vector(F, images))).isEqualTo(1);
    assertThat(distinctRows(net.vector(Forward.TRAINING, images))).isGreaterThan(1);
  }

  private static long distinctRows(NDArray rows) {
    return LongStream.range(0, rows.getShape().get(0))
        .mapToObj(i -> List.of(Arrays.toString(rows.get(i).toFloatArray())))
        .distinct()
        .count();
  }

  @Test
  void teachesWhenPositionsDoNotFit(@TempDir Path folder) {
    Module small =
        new ClipVit(
            new ClipVit.Options(ImageSpec.clip(16), 8, 8, 1, 2, 6, Activation.QUICK_GELU, 0));
    small.initialize(model, 1);
    Path file = folder.resolve("weights.safetensors");
    Weights.save(small, file, Map.of());
    Module large =
        new ClipVit(
            new ClipVit.Options(ImageSpec.clip(32), 8, 8, 1, 2, 6, Activation.QUICK_GELU, 0));
    assertThatThrownBy(() -> Weights.load(large, model, file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("1 of 20 tensors does not fit")
        .hasMessageContaining(
            "pos_embed: file [5, 8], model [17, 8]. Trained at 16 px? Use withImageSize(16).");
  }

  @Test
  void clipRefusesImagesOfAnotherSize() {
    ClipVit net =
        new ClipVit(
            new ClipVit.Options(ImageSpec.clip(16), 8, 8, 1, 2, 6, Activation.QUICK_GELU, 0));
    net.initialize(model, 1);
    assertThatThrownBy(() -> net.vector(F, model.zeros(new Shape(1, 3, 24, 24))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reads 16 x 16 pixels");
  }
}
