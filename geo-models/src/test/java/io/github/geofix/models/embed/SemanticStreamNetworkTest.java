package io.github.geofix.models.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.embed.Fusion.SemanticStream;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.Module;
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
  private static final ImageSpec IMAGE = ImageSpec.half(5);

  private static final Fusion.Sizes SIZES = new Fusion.Sizes(DIMENSION, LATENT, HEADS, 8);

  private static SemanticStream options(Fusion.Encoding encoding, Fusion.Norm norm) {
    Fusion.Input classMaps = new Fusion.Input("water", CLASSES, encoding);
    return new SemanticStream(2, classMaps, 2, SIZES, norm, true, false);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void attendsAsTheDefinitionReads(long seed) {
    LatentCrossAttention attention = new LatentCrossAttention(SIZES, CONTEXT);
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
      assertClose(result, attended(attention, "", x, context));
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
    LatentCrossAttention attention = new LatentCrossAttention(SIZES, CONTEXT);
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
    SemanticStream options =
        options(Fusion.Encoding.ONE_HOT, Fusion.Norm.BEFORE).withSelfAttention(selfAttention);
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
            () -> new SemanticStreamNetwork(SemanticStream.defaults(), ImageSpec.half(8), 4))
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
    double[] kernel = values(fusion, "patches.weight");
    double[] bias = values(fusion, "patches.bias");
    double[] position = values(fusion, "pos_embed");
    int channels = encoding == Fusion.Encoding.ONE_HOT ? CLASSES : 1;
    double[][] x = new double[5][DIMENSION]; // A class token and 2 x 2 patches of 2 x 2 pixels.
    x[0] = values(fusion, "cls_token");
    for (int patch = 0; patch < 4; patch++) {
      for (int out = 0; out < DIMENSION; out++) {
        double sum = bias[out];
        for (int channel = 0; channel < channels; channel++) {
          for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
              double seen = classes[2 * (patch / 2) + i][2 * (patch % 2) + j];
              double pixel =
                  encoding == Fusion.Encoding.ONE_HOT
                      ? (seen == channel ? 1 : 0)
                      : (seen + 1) / CLASSES;
              sum += kernel[((out * channels + channel) * 2 + i) * 2 + j] * pixel;
            }
          }
        }
        x[1 + patch][out] = sum;
      }
    }
    for (int token = 0; token < 5; token++) {
      for (int d = 0; d < DIMENSION; d++) {
        x[token][d] += position[token * DIMENSION + d];
      }
    }
    boolean before = norm == Fusion.Norm.BEFORE;
    double[][] context = before ? normalized(fusion, "context_norm.", photoTokens) : photoTokens;
    for (int block = 0; block < 2; block++) {
      String name = "blocks." + block + ".";
      if (before) {
        x = sum(x, self(fusion, name + "self.", normalized(fusion, name + "norm0.", x)));
        double[][] asking = normalized(fusion, name + "norm1.", x);
        x = sum(x, attended(fusion, name + "attn.", asking, context));
        x = sum(x, mlp(fusion, name + "mlp.", normalized(fusion, name + "norm2.", x)));
      } else {
        x = normalized(fusion, name + "norm0.", sum(x, self(fusion, name + "self.", x)));
        x = sum(x, attended(fusion, name + "attn.", x, context));
        x = normalized(fusion, name + "norm1.", x);
        x = normalized(fusion, name + "norm2.", sum(x, mlp(fusion, name + "mlp.", x)));
      }
    }
    return x[0];
  }

  private static double[][] attended(Module module, String name, double[][] x, double[][] context) {
    double[][] query = product(x, values(module, name + "query.weight"));
    double[][] latent = product(context, values(module, name + "down.weight"));
    double[][] key = product(latent, values(module, name + "key.weight"));
    double[][] value = product(latent, values(module, name + "value.weight"));
    return product(mixed(query, key, value), values(module, name + "proj.weight"));
  }

  /** Each token looks at all tokens; queries, keys and values come from one matrix. */
  private static double[][] self(Module module, String name, double[][] x) {
    double[][] all =
        plus(product(x, values(module, name + "qkv.weight")), values(module, name + "qkv.bias"));
    double[][][] parts = new double[3][x.length][];
    for (int n = 0; n < x.length; n++) {
      for (int part = 0; part < 3; part++) {
        parts[part][n] = Arrays.copyOfRange(all[n], part * DIMENSION, (part + 1) * DIMENSION);
      }
    }
    return plus(
        product(mixed(parts[0], parts[1], parts[2]), values(module, name + "proj.weight")),
        values(module, name + "proj.bias"));
  }

  /** In each head the values, weighted by the softmax of the queries with the keys. */
  private static double[][] mixed(double[][] query, double[][] key, double[][] value) {
    int each = DIMENSION / HEADS;
    double[][] mixed = new double[query.length][DIMENSION];
    for (int head = 0; head < HEADS; head++) {
      for (int n = 0; n < query.length; n++) {
        double[] weights = new double[key.length];
        double total = 0;
        for (int m = 0; m < key.length; m++) {
          double dot = 0;
          for (int d = head * each; d < (head + 1) * each; d++) {
            dot += query[n][d] * key[m][d];
          }
          weights[m] = Math.exp(dot / Math.sqrt(each));
          total += weights[m];
        }
        for (int m = 0; m < key.length; m++) {
          for (int d = head * each; d < (head + 1) * each; d++) {
            mixed[n][d] += weights[m] / total * value[m][d];
          }
        }
      }
    }
    return mixed;
  }

  private static double[][] mlp(Module module, String name, double[][] x) {
    double[][] wide =
        plus(product(x, values(module, name + "fc1.weight")), values(module, name + "fc1.bias"));
    for (double[] row : wide) {
      for (int d = 0; d < row.length; d++) {
        row[d] = row[d] * 0.5 * (1 + erf(row[d] / Math.sqrt(2)));
      }
    }
    return plus(
        product(wide, values(module, name + "fc2.weight")), values(module, name + "fc2.bias"));
  }

  /** The Taylor series, exact enough for the small numbers here. */
  private static double erf(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private static double[][] normalized(Module module, String name, double[][] x) {
    double[] weight = values(module, name + "weight");
    double[] bias = values(module, name + "bias");
    double[][] result = new double[x.length][];
    for (int n = 0; n < x.length; n++) {
      double mean = 0;
      for (double v : x[n]) {
        mean += v / x[n].length;
      }
      double variance = 0;
      for (double v : x[n]) {
        variance += (v - mean) * (v - mean) / x[n].length;
      }
      result[n] = new double[x[n].length];
      for (int d = 0; d < x[n].length; d++) {
        result[n][d] = (x[n][d] - mean) / Math.sqrt(variance + 1e-5) * weight[d] + bias[d];
      }
    }
    return result;
  }

  /** Returns x W', for W as PyTorch keeps it, [out, in]. */
  private static double[][] product(double[][] x, double[] weight) {
    int in = x[0].length;
    int out = weight.length / in;
    double[][] result = new double[x.length][out];
    for (int n = 0; n < x.length; n++) {
      for (int o = 0; o < out; o++) {
        for (int i = 0; i < in; i++) {
          result[n][o] += x[n][i] * weight[o * in + i];
        }
      }
    }
    return result;
  }

  private static double[][] plus(double[][] x, double[] bias) {
    for (double[] row : x) {
      for (int d = 0; d < row.length; d++) {
        row[d] += bias[d];
      }
    }
    return x;
  }

  private static double[][] sum(double[][] x, double[][] y) {
    double[][] result = new double[x.length][x[0].length];
    for (int n = 0; n < x.length; n++) {
      for (int d = 0; d < x[n].length; d++) {
        result[n][d] = x[n][d] + y[n][d];
      }
    }
    return result;
  }

  private static double[] values(Module module, String name) {
    return module.parameter(name).array().toDoubleArray();
  }

  private static double[][] normal(Random random, int rows, int columns) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int d = 0; d < columns; d++) {
        row[d] = random.nextGaussian();
      }
    }
    return values;
  }

  private static NDArray array(NDManager manager, double[][] rows) {
    double[] flat = new double[rows.length * rows[0].length];
    for (int n = 0; n < rows.length; n++) {
      System.arraycopy(rows[n], 0, flat, n * rows[n].length, rows[n].length);
    }
    return manager.create(flat, new Shape(rows.length, rows[0].length));
  }

  private static void assertClose(NDArray actual, double[][] expected) {
    double[] flat = actual.toDoubleArray();
    for (int i = 0; i < flat.length; i++) {
      assertThat(flat[i])
          .isCloseTo(expected[i / expected[0].length][i % expected[0].length], within(1e-8));
    }
  }
}
