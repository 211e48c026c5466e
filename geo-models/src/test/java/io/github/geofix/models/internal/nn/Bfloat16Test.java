package io.github.geofix.models.internal.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.Precision;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.backbone.DinoV2;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class Bfloat16Test {
  /** Half the distance of two neighbors among the numbers of 8 bits of precision. */
  private static final double ROUNDING = 1.0 / 256;

  private static Stream<Backbone> backbones() {
    return Stream.of(
        new ClipVit(
            new ClipVit.Options(ImageSpec.clip(28), 14, 32, 4, 2, 16, Activation.QUICK_GELU, 0)),
        new DinoV2(
            new DinoV2.Options(
                ImageSpec.imageNet(28), 28, 14, 32, 4, 2, DinoV2.Variant.TRANSFORMERS, 0)),
        new ConvNeXt(
            new ConvNeXt.Options(
                List.of(1, 1, 2, 1), List.of(8, 16, 32, 64), ImageSpec.imageNet(64), 0)));
  }

  private static NDArray images(Backbone net, NDManager step) {
    ImageSpec image = net.image();
    return step.arange(0, 2f * image.length(), 1)
        .toType(DataType.FLOAT32, false)
        .sin()
        .reshape(new Shape(2, 3, image.height(), image.width()));
  }

  private static float[] vectors(Backbone net, Forward f, NDManager manager) {
    return TorchEngine.infer(
        manager, step -> net.vector(f, images(net, step)).normalize(2, 1).toFloatArray());
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }

  /** Gives the factors that start near zero a size that lets the blocks count. */
  private static void openBranches(Backbone net) {
    net.parameters()
        .forEach(
            (name, parameter) -> {
              if (name.endsWith("gamma")) {
                TorchEngine.noGrad(() -> parameter.array().addi(0.5f));
              }
            });
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void vectorsOfRoundedWeightsPointAlmostWhereTheyDid(Backbone net) {
    try (NDManager manager = TorchEngine.newManager()) {
      net.initialize(manager, 1);
      openBranches(net);
      float[] full = vectors(net, Forward.INFERENCE, manager);
      net.toBfloat16();
      float[] rounded = vectors(net, Forward.INFERENCE, manager);
      assertThat(rounded).isNotEqualTo(full);
      assertThat(cosine(rounded, full)).isGreaterThan(0.9999);
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void anMlpIsThatOfRoundedNumbers(Activation activation) {
    Mlp mlp = new Mlp(8, 16, activation);
    try (NDManager manager = TorchEngine.newManager()) {
      mlp.initialize(manager, 1);
      NDArray x = manager.randomNormal(new Shape(3, 8));
      NDArray full = TorchEngine.noGrad(() -> mlp.forward(Forward.INFERENCE, x));
      NDArray mixed =
          TorchEngine.noGrad(() -> mlp.forward(Forward.INFERENCE.in(Precision.BFLOAT16), x));
      double error = mixed.sub(full).abs().max().getFloat();
      assertThat(error).isPositive().isLessThan(3 * ROUNDING);
    }
  }

  @Test
  void attentionIsThatOfRoundedNumbers() {
    MultiHeadAttention attention = new MultiHeadAttention(8, 2);
    try (NDManager manager = TorchEngine.newManager()) {
      attention.initialize(manager, 1);
      NDArray x = manager.randomNormal(new Shape(2, 5, 8));
      NDArray full = TorchEngine.noGrad(() -> attention.forward(Forward.INFERENCE, x));
      NDArray mixed =
          TorchEngine.noGrad(() -> attention.forward(Forward.INFERENCE.in(Precision.BFLOAT16), x));
      assertThat(mixed.getDataType()).isEqualTo(DataType.FLOAT32);
      double error = mixed.sub(full).abs().max().getFloat();
      assertThat(error).isPositive().isLessThan(3 * ROUNDING);
    }
  }

  private static Map<String, float[]> gradients(Backbone net, Forward f, NDManager manager) {
    net.requireGradients(true);
    Map<String, float[]> gradients = new LinkedHashMap<>();
    try (NDManager step = manager.newSubManager();
        GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      collector.zeroGradients();
      NDArray weights = step.arange(0, (float) net.vectorWidth(), 1).sin();
      collector.backward(net.vector(f, images(net, step)).mul(weights).sum());
      f.completeBackward();
      net.parameters()
          .forEach(
              (name, parameter) -> {
                try (NDArray gradient = parameter.array().getGradient()) {
                  gradients.put(name, gradient.toFloatArray());
                }
              });
    }
    net.requireGradients(false);
    return gradients;
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void mixedPrecisionHasTheGradientsOfFloat32(Backbone net) {
    try (NDManager manager = TorchEngine.newManager()) {
      net.initialize(manager, 1);
      openBranches(net);
      Map<String, float[]> full = gradients(net, Forward.TRAINING, manager);
      for (Forward f : List.of(Forward.TRAINING, Forward.checkpointed(1))) {
        Map<String, float[]> mixed = gradients(net, f.in(Precision.BFLOAT16), manager);
        assertThat(mixed.keySet()).isEqualTo(full.keySet());
        full.forEach(
            (name, gradient) -> {
              // The keys' bias adds the same to all scores of a query: its gradient is rounding.
              if (!name.endsWith("qkv.bias")) {
                assertThat(cosine(Objects.requireNonNull(mixed.get(name)), gradient))
                    .as(name)
                    .isGreaterThan(0.99);
              }
            });
      }
    }
  }

  @Test
  void roundedWeightsAreNeitherTrainedNorSaved() {
    Mlp mlp = new Mlp(8, 16, Activation.GELU);
    try (NDManager manager = TorchEngine.newManager()) {
      mlp.initialize(manager, 1);
      mlp.requireFloat32("saved");
      mlp.toBfloat16();
      mlp.toBfloat16();
      assertThatThrownBy(() -> mlp.requireFloat32("saved"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "a model loaded in bfloat16 has rounded weights and cannot be saved: load it in"
                  + " float32");
    }
  }

  @Test
  void autoIsOneOfTheOthers() {
    assertThat(TorchEngine.resolved(Precision.AUTO)).isNotEqualTo(Precision.AUTO);
    assertThat(TorchEngine.resolved(Precision.BFLOAT16)).isEqualTo(Precision.BFLOAT16);
    assertThat(TorchEngine.resolved(Precision.FLOAT32)).isEqualTo(Precision.FLOAT32);
  }
}
