package io.github.geofix.models.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Module;
import java.util.Arrays;
import java.util.Random;

/** The parts of the fusion by their definition, in loops over doubles, one photo at a time. */
final class FusionDefinition {
  private FusionDefinition() {}

  /**
   * Returns the semantic tokens of a class map, class tokens first.
   *
   * @param classes a square; numbers outside 0 to {@code count - 1} are unknown
   */
  static double[][] semanticTokens(
      Module module, Fusion.Encoding encoding, int count, int patch, double[][] classes) {
    double[] kernel = values(module, "patches.weight");
    double[] bias = values(module, "patches.bias");
    double[] position = values(module, "pos_embed");
    int dimension = bias.length;
    int side = classes.length / patch;
    int first = position.length / dimension - side * side;
    int channels = encoding == Fusion.Encoding.ONE_HOT ? count : 1;
    double[][] x = new double[first + side * side][dimension];
    for (int token = 0; token < first; token++) {
      double[] classTokens = values(module, "cls_token");
      x[token] = Arrays.copyOfRange(classTokens, token * dimension, (token + 1) * dimension);
    }
    for (int square = 0; square < side * side; square++) {
      for (int out = 0; out < dimension; out++) {
        double sum = bias[out];
        for (int channel = 0; channel < channels; channel++) {
          for (int i = 0; i < patch; i++) {
            for (int j = 0; j < patch; j++) {
              double seen = classes[patch * (square / side) + i][patch * (square % side) + j];
              double pixel =
                  encoding == Fusion.Encoding.ONE_HOT
                      ? (seen == channel ? 1 : 0)
                      : (seen + 1) / count;
              sum += kernel[((out * channels + channel) * patch + i) * patch + j] * pixel;
            }
          }
        }
        x[first + square][out] = sum;
      }
    }
    for (int token = 0; token < x.length; token++) {
      for (int d = 0; d < dimension; d++) {
        x[token][d] += position[token * dimension + d];
      }
    }
    return x;
  }

  static double[][] attended(
      Module module, String name, int heads, double[][] x, double[][] context) {
    double[][] query = product(x, values(module, name + "query.weight"));
    double[][] latent = product(context, values(module, name + "down.weight"));
    double[][] key = product(latent, values(module, name + "key.weight"));
    double[][] value = product(latent, values(module, name + "value.weight"));
    return product(mixed(heads, query, key, value), values(module, name + "proj.weight"));
  }

  /** Self-attention: queries, keys and values come from one matrix. */
  static double[][] self(Module module, String name, int heads, double[][] x) {
    int dimension = x[0].length;
    double[][] all =
        plus(product(x, values(module, name + "qkv.weight")), values(module, name + "qkv.bias"));
    double[][][] parts = new double[3][x.length][];
    for (int n = 0; n < x.length; n++) {
      for (int part = 0; part < 3; part++) {
        parts[part][n] = Arrays.copyOfRange(all[n], part * dimension, (part + 1) * dimension);
      }
    }
    return plus(
        product(mixed(heads, parts[0], parts[1], parts[2]), values(module, name + "proj.weight")),
        values(module, name + "proj.bias"));
  }

  /** In each head the values, weighted by the softmax of the queries with the keys. */
  private static double[][] mixed(int heads, double[][] query, double[][] key, double[][] value) {
    int each = query[0].length / heads;
    int eachValue = value[0].length / heads;
    double[][] mixed = new double[query.length][value[0].length];
    for (int head = 0; head < heads; head++) {
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
          for (int d = head * eachValue; d < (head + 1) * eachValue; d++) {
            mixed[n][d] += weights[m] / total * value[m][d];
          }
        }
      }
    }
    return mixed;
  }

  static double[][] mlp(Module module, String name, double[][] x) {
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
  static double erf(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  static double[][] normalized(Module module, String name, double[][] x) {
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
  static double[][] product(double[][] x, double[] weight) {
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

  static double[][] plus(double[][] x, double[] bias) {
    for (double[] row : x) {
      for (int d = 0; d < row.length; d++) {
        row[d] += bias[d];
      }
    }
    return x;
  }

  static double[][] sum(double[][] x, double[][] y) {
    double[][] result = new double[x.length][x[0].length];
    for (int n = 0; n < x.length; n++) {
      for (int d = 0; d < x[n].length; d++) {
        result[n][d] = x[n][d] + y[n][d];
      }
    }
    return result;
  }

  static double[] values(Module module, String name) {
    return module.parameter(name).array().toDoubleArray();
  }

  static double[][] normal(Random random, int rows, int columns) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int d = 0; d < columns; d++) {
        row[d] = random.nextGaussian();
      }
    }
    return values;
  }

  static NDArray array(NDManager manager, double[][] rows) {
    double[] flat = new double[rows.length * rows[0].length];
    for (int n = 0; n < rows.length; n++) {
      System.arraycopy(rows[n], 0, flat, n * rows[n].length, rows[n].length);
    }
    return manager.create(flat, new Shape(rows.length, rows[0].length));
  }

  static void assertClose(NDArray actual, double[][] expected) {
    double[] flat = actual.toDoubleArray();
    for (int i = 0; i < flat.length; i++) {
      assertThat(flat[i])
          .isCloseTo(expected[i / expected[0].length][i % expected[0].length], within(1e-8));
    }
  }
}
