package io.github.geofix.models.embed;

import static io.github.geofix.models.embed.FusionDefinition.array;
import static io.github.geofix.models.embed.FusionDefinition.assertClose;
import static io.github.geofix.models.embed.FusionDefinition.attended;
import static io.github.geofix.models.embed.FusionDefinition.mlp;
import static io.github.geofix.models.embed.FusionDefinition.normal;
import static io.github.geofix.models.embed.FusionDefinition.normalized;
import static io.github.geofix.models.embed.FusionDefinition.self;
import static io.github.geofix.models.embed.FusionDefinition.semanticTokens;
import static io.github.geofix.models.embed.FusionDefinition.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.embed.Fusion.SemanticStream;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fusion against the definition in loops over doubles, and its gradients. */
final class SemanticStreamNetworkTest {
  private static final int DIMENSION = 6;
  private static final int CONTEXT = 5;
  private static final int LATENT = 3;
  private static final int HEADS = 2;
  private static final int CLASSES = 4;
  private static final ImageSpec IMAGE = ImageSpec.symmetric(5);

  private static final Fusion.Sizes SIZES = new Fusion.Sizes(DIMENSION, LATENT, HEADS, 8);

  private static SemanticStream options(Fusion.Encoding encoding, Fusion.Norm norm) {
    Fusion.Input classMaps = new Fusion.Input("water", CLASSES, encoding);
    return new SemanticStream(2, classMaps, 2, SIZES, norm, true, false);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void attendsAsTheDefinitionReads(long seed) {
    LatentCrossAttention attention =
        new LatentCrossAttention(DIMENSION, CONTEXT, LATENT, DIMENSION, HEADS);
    try (NDManager manager = TorchEngine.newManager()) {
      attention.initialize(manager, seed, DataType.FLOAT64);
      Random random = new Random(seed);
      double[][] x = normal(random, 3, DIMENSION);
      double[][] context = normal(random, 4, CONTEXT);
      NDArray result =
          attention.forward(
              Forward.INFERENCE,
              array(manager, x).expandDims(0),
              array(manager, context).expandDims(0));
      assertThat(result.getShape()).isEqualTo(new Shape(1, 3, DIMENSION));
      assertClose(result, attended(attention, "", HEADS, x, context));
    }
  }

  @ParameterizedTest
  @CsvSource({"ONE_HOT, BEFORE", "ONE_HOT, AFTER", "INDEX, BEFORE", "INDEX, AFTER"})
  void fusesAsTheDefinitionReads(Fusion.Encoding encoding, Fusion.Norm norm) {
    SemanticStreamNetwork fusion =
        new SemanticStreamNetwork(options(encoding, norm), IMAGE, CONTEXT);
    try (NDManager manager = TorchEngine.newManager()) {
      fusion.initialize(manager, 5, DataType.FLOAT64);
      Random random = new Random(5);
      for (int photo = 0; photo < 3; photo++) {
        double[][] classes = new double[5][5];
        for (double[] row : classes) {
          for (int x = 0; x < row.length; x++) {
            row[x] = random.nextInt(CLASSES + 1) - 1;
          }
        }
        double[][] context = normal(random, 7, CONTEXT);
        NDArray result =
            fusion.forward(
                Forward.INFERENCE,
                array(manager, classes).expandDims(0),
                array(manager, context).expandDims(0));
        assertThat(result.getShape()).isEqualTo(new Shape(1, DIMENSION));
        assertClose(result, new double[][] {fused(fusion, encoding, norm, classes, context)});
      }
    }
  }

  @Test
  void attentionGradientsAgreeWithFiniteDifferences() {
    LatentCrossAttention attention =
        new LatentCrossAttention(DIMENSION, CONTEXT, LATENT, DIMENSION, HEADS);
    GradientCheck.check(
        attention,
        (f, both) ->
            attention.forward(
                f, both.get(":, :, :" + DIMENSION), both.get(":, :, " + DIMENSION + ":")),
        7,
        2,
        4,
        DIMENSION + CONTEXT);
  }

  @ParameterizedTest
  @EnumSource
  void fusionGradientsAgreeWithFiniteDifferences(Fusion.Norm norm) {
    SemanticStreamNetwork fusion =
        new SemanticStreamNetwork(options(Fusion.Encoding.ONE_HOT, norm), IMAGE, CONTEXT);
    GradientCheck.check(
        fusion,
        (f, context) -> {
          double[] classes = new double[2 * 5 * 5];
          for (int i = 0; i < classes.length; i++) {
            classes[i] = i * 7 % (CLASSES + 1) - 1;
          }
          return fusion.forward(
              f, context.getManager().create(classes, new Shape(2, 5, 5)), context);
        },
        8,
        2,
        7,
        CONTEXT);
  }

  /** Why there is self-attention at all: a query to the photo does not see the other queries. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void classTokenLearnsOfTheMapThroughSelfAttentionAlone(boolean selfAttention) {
    Fusion.Input classMaps = new Fusion.Input("water", CLASSES, Fusion.Encoding.ONE_HOT);
    SemanticStream options =
        new SemanticStream(2, classMaps, 2, SIZES, Fusion.Norm.BEFORE, selfAttention, false);
    SemanticStreamNetwork fusion = new SemanticStreamNetwork(options, IMAGE, CONTEXT);
    try (NDManager manager = TorchEngine.newManager()) {
      fusion.initialize(manager, 1);
      NDArray photo = manager.randomNormal(new Shape(1, 7, CONTEXT));
      NDArray water = manager.zeros(new Shape(1, 5, 5));
      float[] one = fusion.forward(Forward.INFERENCE, water, photo).toFloatArray();
      float[] other = fusion.forward(Forward.INFERENCE, water.add(1), photo).toFloatArray();
      assertThat(Arrays.equals(one, other)).isEqualTo(!selfAttention);
    }
  }

  @Test
  void refusesPatchesLargerThanTheImage() {
    assertThatThrownBy(
            () -> new SemanticStreamNetwork(SemanticStream.defaults(), ImageSpec.symmetric(8), 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("patch of 14 px")
        .hasMessageContaining("8 px");
    assertThatThrownBy(() -> new Fusion.Sizes(10, 4, 3, 8))
        .hasMessageContaining("3 heads do not divide");
  }

  // The definition, one photo at a time.

  private static double[] fused(
      SemanticStreamNetwork fusion,
      Fusion.Encoding encoding,
      Fusion.Norm norm,
      double[][] classes,
      double[][] photoTokens) {
    double[][] x = semanticTokens(fusion, encoding, CLASSES, 2, classes);
    boolean before = norm == Fusion.Norm.BEFORE;
    double[][] context = before ? normalized(fusion, "context_norm.", photoTokens) : photoTokens;
    for (int block = 0; block < 2; block++) {
      String name = "blocks." + block + ".";
      if (before) {
        x = sum(x, self(fusion, name + "self.", HEADS, normalized(fusion, name + "norm0.", x)));
        double[][] queries = normalized(fusion, name + "norm1.", x);
        x = sum(x, attended(fusion, name + "attn.", HEADS, queries, context));
        x = sum(x, mlp(fusion, name + "mlp.", normalized(fusion, name + "norm2.", x)));
      } else {
        x = normalized(fusion, name + "norm0.", sum(x, self(fusion, name + "self.", HEADS, x)));
        x = sum(x, attended(fusion, name + "attn.", HEADS, x, context));
        x = normalized(fusion, name + "norm1.", x);
        x = normalized(fusion, name + "norm2.", sum(x, mlp(fusion, name + "mlp.", x)));
      }
    }
    return x[0];
  }
}
