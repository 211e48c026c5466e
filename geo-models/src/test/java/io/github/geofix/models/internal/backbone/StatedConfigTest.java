package io.github.geofix.models.internal.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.backbone.Pretrained;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Interpolation;
import io.github.geofix.models.image.ImageSpec.Rgb;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.ImportReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that publishers put beside weights: what they state must be what the network is. */
class StatedConfigTest {
  private static final Path ORACLES = Path.of("src/test/resources/oracles");
  private static final ImageSpec IMAGE = ImageSpec.clip(56);
  private static final String PREPROCESSOR =
      """
      {"do_center_crop": true, "crop_size": {"height": 56, "width": 56}, "resample": 3,
       "image_mean": [0.48145466, 0.4578275, 0.40821073],
       "image_std": [0.26862954, 0.26130258, 0.27577711]}
      """;

  @TempDir private Path folder;
  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @BeforeEach
  void copyWeights() throws IOException {
    Files.copy(ORACLES.resolve("clip_hf_gelu/model.safetensors"), weights());
  }

  private Path weights() {
    return folder.resolve("model.safetensors");
  }

  private void beside(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private void config(String oracle) throws IOException {
    Files.copy(ORACLES.resolve(oracle), folder.resolve("config.json"));
  }

  private Module around(Backbone backbone) {
    Module network =
        new Module() {
          {
            child("photos", backbone);
          }
        };
    network.initialize(manager, 1);
    return network;
  }

  private ImportReport load(Activation activation, ImageSpec image, @Nullable Activation stated) {
    ClipVit.Options options = new ClipVit.Options(image, 14, 64, 3, 4, 32, activation, 0);
    try (TensorFile file = TensorFile.open(weights())) {
      return Objects.requireNonNull(
          Pretrained.load(around(new ClipVit(options)), file, Map.of(), stated).get("photos"));
    }
  }

  private void assertRefused(Activation activation, String... parts) {
    assertThatThrownBy(() -> load(activation, IMAGE, null))
        .isInstanceOf(ModelFormatException.class)
        .message()
        .contains(parts);
  }

  @ParameterizedTest
  @CsvSource({
    "clip_hf_gelu/config.json, GELU, QUICK_GELU",
    "clip_hf_gelu/config_nested_like_laion.json, GELU, QUICK_GELU",
    "clip_hf_quick_gelu/config.json, QUICK_GELU, GELU",
  })
  void takesTheActivationOfTransformers(String oracle, Activation right, Activation wrong)
      throws IOException {
    config(oracle);
    ImportReport report = load(right, IMAGE, null);
    assertThat(report.loaded()).hasSize(44);
    assertThat(report.notes())
        .contains("its names are those of huggingface")
        .anyMatch(note -> note.startsWith("nothing beside the weights states how photos are"));
    assertRefused(wrong, "config.json states the activation", "the network has " + wrong);
    assertThatThrownBy(() -> load(right, IMAGE, wrong))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("are said to need " + wrong);
  }

  @Test
  void takesTheActivationOfOpenClip() throws IOException {
    String config = "{\"model_cfg\": {%s\"vision_cfg\": {\"layers\": %d}}, \"preprocess_cfg\": {}}";
    beside("open_clip_config.json", config.formatted("", 3));
    load(Activation.GELU, IMAGE, null);
    assertRefused(Activation.QUICK_GELU, "open_clip_config.json states the activation gelu");
    beside("open_clip_config.json", config.formatted("\"quick_gelu\": true, ", 3));
    load(Activation.QUICK_GELU, IMAGE, null);
    beside("open_clip_config.json", config.formatted("\"quick_gelu\": true, ", 24));
    assertRefused(Activation.QUICK_GELU, "states layers 24, the model has 3");
  }

  @Test
  void takesTheActivationOfTimm() throws IOException {
    beside("config.json", "{\"architecture\": \"vit_tiny_patch14_clip_quickgelu_56\"}");
    load(Activation.QUICK_GELU, IMAGE, null);
    assertRefused(Activation.GELU, "states the activation quick_gelu");
    beside("config.json", "{\"architecture\": \"vit_small_patch14_dinov2\"}");
    assertRefused(Activation.GELU, "states architecture \"vit_small_patch14_dinov2\"");
  }

  @Test
  void asksForTheActivationThatNothingStates() {
    assertRefused(
        Activation.GELU,
        "which activation they need",
        "OpenAI's need quick_gelu",
        "or state the activation");
    assertThat(load(Activation.GELU, IMAGE, Activation.GELU).missing()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "num_attention_heads, 8",
    "num_hidden_layers, 4",
    "patch_size, 16",
    "image_size, 224",
    "layer_norm_eps, 0.001",
  })
  void refusesAnotherNetwork(String name, String value) throws IOException {
    String config = Files.readString(ORACLES.resolve("clip_hf_gelu/config.json"));
    beside(
        "config.json",
        config.replaceFirst("\"" + name + "\": [\\d.e-]+", "\"" + name + "\": " + value));
    assertRefused(Activation.GELU, "states " + name + " " + value);
  }

  @Test
  void refusesAnotherKindOfNetwork() throws IOException {
    beside("config.json", "{\"model_type\": \"siglip_vision_model\"}");
    assertRefused(Activation.GELU, "states model_type \"siglip_vision_model\"", "clip");
  }

  @Test
  void leavesConfigurationsOfOtherProgramsAlone() throws IOException {
    beside("config.json", "{\"method\": \"embed\", \"heads\": 7}");
    load(Activation.GELU, IMAGE, Activation.GELU);
    beside("config.json", "no JSON");
    assertRefused(Activation.GELU, "config.json beside the weights cannot be read");
  }

  @Test
  void takesOnlyTheStatedNormalization() throws IOException {
    config("clip_hf_gelu/config.json");
    beside("preprocessor_config.json", PREPROCESSOR);
    assertThat(load(Activation.GELU, IMAGE, null).notes())
        .containsExactly("its names are those of huggingface");
    Rgb half = Rgb.all(0.5f);
    ImageSpec other = new ImageSpec(56, 56, IMAGE.fit(), IMAGE.interpolation(), half, IMAGE.std());
    assertThatThrownBy(() -> load(Activation.GELU, other, null))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("preprocessor_config.json states image_mean [0.48145466");
    assertThatThrownBy(
            () -> load(Activation.GELU, IMAGE.withInterpolation(Interpolation.BILINEAR), null))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("states the interpolation bicubic, the model has bilinear");
    beside("preprocessor_config.json", PREPROCESSOR.replace("\"height\": 56", "\"height\": 48"));
    assertThat(load(Activation.GELU, IMAGE, null).notes())
        .contains("photos were cut to 48 pixels for the weights; the model reads 56 x 56");
  }

  @Test
  void dinoV2HasThePublishedForm() throws IOException {
    DinoV2.Options options =
        new DinoV2.Options(
            ImageSpec.imageNet(28).withInterpolation(Interpolation.BICUBIC),
            28,
            14,
            8,
            1,
            2,
            DinoV2.Variant.REGISTERS,
            0);
    DinoV2 published = new DinoV2(options);
    published.initialize(manager, 3);
    Files.delete(weights());
    Weights.save(published, weights(), Map.of());
    String config = "{\"model_type\": \"%s\", \"num_attention_heads\": 2}";
    beside("config.json", config.formatted("dinov2_with_registers"));
    try (TensorFile file = TensorFile.open(weights())) {
      Pretrained.load(around(new DinoV2(options)), file);
      beside("config.json", config.formatted("dinov2"));
      assertThatThrownBy(() -> Pretrained.load(around(new DinoV2(options)), file))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("states model_type \"dinov2\"");
      Files.delete(folder.resolve("config.json"));
      DinoV2 without = new DinoV2(options.withVariant(DinoV2.Variant.HUB));
      assertThatThrownBy(() -> Pretrained.load(around(without), file))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("is for another network than DinoV2")
          .hasMessageContaining("register_tokens");
    }
  }

  @Test
  void refusesWeightsOfADeeperNetwork() {
    ConvNeXt.Options deep =
        new ConvNeXt.Options(List.of(1, 1, 2, 1), List.of(4, 6, 8, 10), IMAGE, 0);
    ConvNeXt published = new ConvNeXt(deep);
    published.initialize(manager, 3);
    Path file = folder.resolve("deep.safetensors");
    Weights.save(published, file, Map.of());
    Module network =
        around(
            new ConvNeXt(
                new ConvNeXt.Options(List.of(1, 1, 1, 1), List.of(4, 6, 8, 10), IMAGE, 0)));
    try (TensorFile weights = TensorFile.open(file)) {
      assertThatThrownBy(() -> Pretrained.load(network, weights))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("is for another network than ConvNeXt")
          .hasMessageContaining("stages.2.1.");
    }
  }

  @ParameterizedTest
  @CsvSource({"module.", "model.", "_orig_mod.", "visual.trunk.", "module._orig_mod.backbone."})
  void findsThePrefixOfAWrapper(String prefix) {
    ConvNeXt published = new ConvNeXt(ConvNeXt.Options.atto());
    published.initialize(manager, 3);
    Safetensors.Writer writer = Safetensors.writer().floats("logit_scale", new float[1]);
    published
        .parameters()
        .forEach(
            (name, parameter) ->
                writer.floats(
                    prefix + name, parameter.array().toFloatArray(), parameter.shape().getShape()));
    Path file = folder.resolve("wrapped.safetensors");
    writer.write(file);
    Module network = around(new ConvNeXt(ConvNeXt.Options.atto()));
    try (TensorFile weights = TensorFile.open(file)) {
      ImportReport report = Objects.requireNonNull(Pretrained.load(network, weights).get("photos"));
      assertThat(report.notes().get(0)).isEqualTo("its names are those of geofix after " + prefix);
      assertThat(report.ignored()).containsExactly("logit_scale");
    }
    assertThat(network.parameter("photos.norm.weight").array())
        .isEqualTo(published.parameter("norm.weight").array());
  }
}
