package io.github.geofix.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.backbone.DinoV2;
import io.github.geofix.models.internal.backbone.ResidualEncoder;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NamedBackbonesTest {

  @ParameterizedTest
  @CsvSource({
    "residual-small, 32, 120912, 3",
    "residual, 32, 481440, 3",
    "convnext-tiny, 224, 27820128, 18",
    "dinov2-b14, 518, 86579712, 12",
    "clip-vit-l14-336, 336, 304293888, 24"
  })
  void hasTheSizeOfItsName(String name, int side, long parameters, int blocks) {
    Backbone backbone = Backbone.named(name, ImageSpec.symmetric(side));
    assertThat(backbone.parameterCount()).isEqualTo(parameters);
    assertThat(backbone.blocks()).isEqualTo(blocks);
  }

  static List<String> names() {
    return Backbone.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void trainsTheLastBlocksAndWhatFollowsThem(String name) {
    Backbone backbone = Backbone.named(name, ImageSpec.symmetric(224));
    int blocks = backbone.blocks();
    for (int last : new int[] {1, 2, blocks}) {
      backbone.trainLast(last);
      Map<Boolean, List<Integer>> blocksOf =
          backbone.parameters().entrySet().stream()
              .collect(
                  Collectors.partitioningBy(
                      p -> p.getValue().isBuffer() || p.getValue().isTrainable(),
                      Collectors.mapping(p -> backbone.blockOf(p.getKey()), Collectors.toList())));
      assertThat(blocksOf.get(true)).contains(blocks - last, blocks - 1);
      assertThat(blocksOf.get(false)).allMatch(block -> block < blocks - last);
    }
    backbone.trainLast(0);
    assertThat(backbone.parameters().values()).noneMatch(Parameter::isTrainable);
    backbone.trainLast(Backbone.ALL_BLOCKS);
    assertThat(backbone.parameters().values())
        .allMatch(parameter -> parameter.isTrainable() || parameter.isBuffer());
    assertThatThrownBy(() -> backbone.trainLast(blocks + 1))
        .hasMessageContaining("has " + blocks + " blocks");
  }

  /** What is frozen has no influence on the tokens: NaN in its place does not show. */
  @ParameterizedTest
  @MethodSource("small")
  void whatOnlyTheVectorNeedsDoesNotMatterToTheTokens(Backbone backbone) {
    try (NDManager manager = TorchEngine.newManager()) {
      backbone.initialize(manager, 1);
      backbone.freezeVectorPart();
      ImageSpec image = backbone.image();
      NDArray images = manager.randomNormal(new Shape(2, 3, image.height(), image.width()));
      NDArray tokens = backbone.forward(Forward.INFERENCE, images);
      boolean clip = backbone instanceof ClipVit;
      int frozen = 0;
      for (Parameter parameter : backbone.parameters().values()) {
        if (!parameter.isTrainable() && !parameter.isBuffer()) {
          frozen++;
          parameter.set(manager.full(parameter.shape(), Float.NaN));
        }
      }
      assertThat(frozen > 0).isEqualTo(clip);
      assertThat(backbone.forward(Forward.INFERENCE, images)).isEqualTo(tokens);
      assertThat(backbone.vector(Forward.INFERENCE, images).isNaN().any().getBoolean())
          .isEqualTo(clip);
    }
  }

  @ParameterizedTest
  @MethodSource("small")
  void featuresAreTheTokensAndTheVector(Backbone backbone) {
    try (NDManager manager = TorchEngine.newManager()) {
      backbone.initialize(manager, 1);
      ImageSpec image = backbone.image();
      NDArray images = manager.randomNormal(new Shape(2, 3, image.height(), image.width()));
      Backbone.Features features = backbone.features(Forward.INFERENCE, images);
      assertThat(features.tokens()).isEqualTo(backbone.forward(Forward.INFERENCE, images));
      assertThat(features.vector()).isEqualTo(backbone.vector(Forward.INFERENCE, images));
    }
  }

  static List<Backbone> small() {
    return List.of(
        new ResidualEncoder(ImageSpec.symmetric(16), 4, 8),
        new ClipVit(
            new ClipVit.Options(ImageSpec.clip(16), 8, 12, 2, 2, 5, Activation.QUICK_GELU, 0)),
        new DinoV2(
            new DinoV2.Options(
                ImageSpec.symmetric(16), 16, 8, 12, 2, 2, DinoV2.Variant.TRANSFORMERS, 0)),
        new ConvNeXt(
            new ConvNeXt.Options(
                List.of(1, 1, 1, 1), List.of(4, 8, 8, 8), ImageSpec.symmetric(32), 0)));
  }

  @Test
  void saysWhichNamesThereAre() {
    assertThatThrownBy(() -> Backbone.named("resnet", ImageSpec.symmetric(32)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no backbone resnet")
        .hasMessageContaining("clip-vit-l14-336");
    assertThatThrownBy(() -> Backbone.named("com.example.Missing", ImageSpec.symmetric(32)))
        .hasMessageContaining("the class com.example.Missing is missing");
    assertThatThrownBy(() -> Backbone.named("java.lang.String", ImageSpec.symmetric(32)))
        .hasMessageContaining("java.lang.String is not a " + Backbone.class.getName());
    assertThatThrownBy(
            () -> Backbone.named("clip-vit-b16", ImageSpec.symmetric(32).withSize(32, 64)))
        .hasMessageContaining("32 x 64");
  }

  @Test
  void saysWhenImagesAreTooSmall() {
    assertThatThrownBy(
            () -> Backbone.named("convnext-tiny", ImageSpec.symmetric(32).withSize(64, 31)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("64 x 31 pixels are too small for convnext-tiny");
    assertThatThrownBy(() -> Backbone.named("dinov2-s14", ImageSpec.symmetric(13)))
        .hasMessageContaining("13 x 13 pixels are too small");
  }
}
