package io.github.geofix.models.token;

import io.github.geofix.models.internal.decode.Hypothesis;
import java.util.List;

/**
 * The scores of the next token's values for all prefixes of a tree.
 *
 * @param logits {@code [B * R * V]}
 * @param prefixes R
 * @param count V
 * @param temperature the logits are divided by it
 */
record NextTokens(float[] logits, int prefixes, int count, double temperature) {

  static NextTokens of(PrefixTree tree, double temperature) {
    return new NextTokens(tree.logits(), tree.prefixes(), tree.valuesOfNext(), temperature);
  }

  /**
   * Returns {@code log softmax(logits / temperature)} of one prefix of a photo, [V].
   *
   * @throws IllegalStateException if the logits are not numbers
   */
  double[] logProbabilities(int photo, int prefix) {
    int start = (photo * prefixes + prefix) * count;
    float max = Float.NEGATIVE_INFINITY;
    for (int v = 0; v < count; v++) {
      max = Math.max(max, logits[start + v]);
    }
    double[] log = new double[count];
    double sum = 0;
    for (int v = 0; v < count; v++) {
      // The maximum is subtracted first: at a low temperature the quotients may be infinite.
      log[v] = ((double) logits[start + v] - max) / temperature;
      sum += Math.exp(log[v]);
    }
    double normalizer = Math.log(sum);
    if (!Double.isFinite(normalizer)) {
      throw new IllegalStateException(
          "the network scores tokens with numbers that are not finite: its weights or the photo's"
              + " values are damaged");
    }
    for (int v = 0; v < count; v++) {
      log[v] -= normalizer;
    }
    return log;
  }

  /**
   * Returns the log-probabilities of some hypotheses of a photo with each next value, {@code
   * [some.size() * V]}.
   *
   * @param first the row of the first of them in the tree
   */
  double[] logProbabilities(int photo, int first, List<Hypothesis> some) {
    double[] sums = new double[some.size() * count];
    for (int i = 0; i < some.size(); i++) {
      double[] log = logProbabilities(photo, first + i);
      for (int v = 0; v < count; v++) {
        sums[i * count + v] = some.get(i).logProbability() + log[v];
      }
    }
    return sums;
  }
}
