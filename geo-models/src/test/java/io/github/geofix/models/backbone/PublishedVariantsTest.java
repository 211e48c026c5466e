package io.github.geofix.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.backbone.DinoV2;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.NoGradExtension;
import io.github.geofix.models.nn.TorchEngine;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What published weights of one architecture differ in, against numbers from their authors' code.
 */
@ExtendWith(NoGradExtension.class)
class PublishedVariantsTest {
  private static final Forward F = Forward.INFERENCE;
  private static final ClipVit.Options SMALL_CLIP =
      new ClipVit.Options(ImageSpec.clip(56), 14, 64, 3, 4, 32, Activation.GELU, 0);
  private static final DinoV2.Options SMALL_DINO =
      new DinoV2.Options(ImageSpec.imageNet(70), 70, 14, 48, 2, 4, DinoV2.Variant.REGISTERS, 0);

  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  /** The two activations differ by 0.024 at most and by 3e-5 in the cosine: compared absolutely. */
  @ParameterizedTest
  @EnumSource(names = {"GELU", "QUICK_GELU"})
  void clipWithEitherActivation(Activation activation) {
    Oracle oracle = Oracle.of("clip_gelu_pair");
    ClipVit net = new ClipVit(SMALL_CLIP.withActivation(activation));
    Oracle.of("clip_vit_small").load(net, manager, ClipVit.openAiVisualNames());
    NDArray images = oracle.array(manager, "input");
    String name = activation.name().toLowerCase(java.util.Locale.ROOT);
    assertWithin(1e-5, net.vector(F, images), oracle, name + "/output");
    assertWithin(2e-5, net.forward(F, images), oracle, name + "/tokens_after_transformer");
  }

  @Test
  void clipUnderTheNamesOfTransformers() {
    Oracle oracle = Oracle.of("clip_gelu_pair");
    ClipVit net = new ClipVit(SMALL_CLIP);
    try (TensorFile file =
        TensorFile.open(Path.of("src/test/resources/oracles/clip_hf_gelu/model.safetensors"))) {
      Weights.load(net, manager, file, ClipVit.huggingFaceNames()).requireExact();
    }
    assertWithin(1e-5, net.vector(F, oracle.array(manager, "input")), oracle, "gelu/output");
  }

  @Test
  void clipUnderTheNamesOfTransformersFive() {
    Map<String, long[]> theirs = Fill.shapes("/oracles/clip_hf_visiononly_v5_names.json");
    ClipVit net = new ClipVit(SMALL_CLIP);
    assertThat(theirs.keySet())
        .allSatisfy(
            name ->
                assertThat(net.parameters())
                    .containsKey(ClipVit.huggingFaceNames().target(name).orElseThrow().name()));
    // All but the projection, which such a file does not hold; q, k and v are one array here.
    assertThat(theirs).hasSize(net.parameters().size() - 1 + 2 * 2 * 3);
  }

  @ParameterizedTest
  @CsvSource({"70, 70", "56, 84", "98, 140", "42, 42", "28, 112"})
  void dinoV2WithRegisters(int height, int width) {
    Oracle oracle = Oracle.of("dinov2_reg_small");
    DinoV2 net = new DinoV2(SMALL_DINO);
    oracle.load(net, manager, DinoV2.facebookNames());
    NDArray images =
        manager.create(
            Fill.uniform(2500 + 7L * height + width, -2, 2, 3 * height * width),
            new Shape(1, 3, height, width));
    String key = height + "x" + width + "/";
    NDArray positions = net.positions(images, height / 14, width / 14).expandDims(0);
    assertWithin(2e-6, positions, oracle, key + "pos");
    NDArray tokens = net.forward(F, images);
    assertWithin(2e-5, net.vector(F, images), oracle, key + "cls");
    assertWithin(2e-5, tokens.get(":, 1:5"), oracle, key + "registers");
    assertWithin(2e-5, tokens.get(":, 5:"), oracle, key + "patches");
    NDArray map = net.map(F, images).reshape(1, 48, -1).transpose(0, 2, 1);
    assertWithin(2e-5, map, oracle, key + "patches");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"518x518", "224x224", "322x322", "336x336", "280x420", "644x644", "14x700"})
  void dinoV2ResizesPositionsAsTheAuthorsDo(String size) {
    Oracle oracle = Oracle.of("dinov2_positions");
    int rows = Integer.parseInt(size.substring(0, size.indexOf('x'))) / 14;
    int columns = Integer.parseInt(size.substring(size.indexOf('x') + 1)) / 14;
    DinoV2.Options options =
        new DinoV2.Options(ImageSpec.imageNet(518), 518, 14, 6, 1, 1, DinoV2.Variant.HUB, 0);
    NDArray learned = oracle.array(manager, "pos_embed").reshape(1370, 6);
    Map.of(
            DinoV2.Variant.HUB, "/scale_offset0.1",
            DinoV2.Variant.REGISTERS, "/size_antialias")
        .forEach(
            (variant, key) -> {
              DinoV2 net = new DinoV2(options.withVariant(variant));
              net.parameter("pos_embed").set(learned.duplicate());
              NDArray positions = net.positions(learned, rows, columns).expandDims(0);
              assertWithin(5e-6, positions, oracle, size + key);
            });
  }

  @Test
  void theNamesOfDinoV2LargeWithRegistersAreAllTaken() {
    Map<String, long[]> theirs = Fill.shapes("/oracles/dinov2_vitl14_reg_names.json");
    DinoV2 net = new DinoV2(DinoV2.Options.l14().withVariant(DinoV2.Variant.REGISTERS));
    assertThat(theirs.keySet()).hasSize(net.parameters().size() + 1).contains("mask_token");
    theirs.forEach(
        (name, shape) ->
            DinoV2.facebookNames()
                .target(name)
                .ifPresent(
                    target ->
                        assertThat(net.parameter(target.name()).shape().size())
                            .as(name)
                            .isEqualTo(new Shape(shape).size())));
  }

  private static void assertWithin(double most, NDArray actual, Oracle oracle, String tensor) {
    float[] expected = oracle.floats(tensor);
    float[] given = actual.toFloatArray();
    assertThat(actual.getShape()).as(tensor).isEqualTo(new Shape(oracle.shape(tensor)));
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((double) expected[i] - given[i]));
    }
    assertThat(largest).as(tensor).isLessThan(most);
  }
}
