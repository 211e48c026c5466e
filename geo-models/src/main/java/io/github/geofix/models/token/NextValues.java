package io.github.geofix.models.token;

import java.util.ArrayList;
import java.util.List;

/**
 * The log-probabilities of the next token's values for all words of a tree.
 *
 * @param logits [B * R * V]
 * @param words R
 * @param count V
 * @param temperature the logits are divided by it
 */
record NextValues(float[] logits, int words, int count, double temperature) {

  static NextValues of(PrefixTree tree, double temperature) {
    return new NextValues(tree.logits(), tree.words(), tree.valuesOfNext(), temperature);
  }

  /** Returns {@code log softmax(logits / temperature)} of one word of a photo, [V]. */
  double[] logProbabilities(int photo, int word) {
    int start = (photo * words + word) * count;
    float max = Float.NEGATIVE_INFINITY;
    for (int v = 0; v < count; v++) {
      max = Math.max(max, logits[start + v]);
    }
    double[] log = new double[count];
    double sum = 0;
    for (int v = 0; v < count; v++) {
      // First less the greatest: over a low temperature the logits themselves may be infinite.
      log[v] = ((double) logits[start + v] - max) / temperature;
      sum += Math.exp(log[v]);
    }
    double normalizer = Math.log(sum);
    for (int v = 0; v < count; v++) {
      log[v] -= normalizer;
    }
    return log;
  }

  /**
   * Returns every one of some words of a photo with every next value.
   *
   * @param first the number of the first of the words in the tree
   */
  List<Branch> branches(int photo, List<Word> some, int first) {
    List<Branch> branches = new ArrayList<>(some.size() * count);
    for (int i = 0; i < some.size(); i++) {
      double[] log = logProbabilities(photo, first + i);
      for (int v = 0; v < count; v++) {
        branches.add(new Branch(first + i, some.get(i).with(v, log[v])));
      }
    }
    return branches;
  }
}
