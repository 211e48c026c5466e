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
    double[] scaled = new double[count];
    double max = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < count; v++) {
      scaled[v] = logits[start + v] / temperature;
      max = Math.max(max, scaled[v]);
    }
    double sum = 0;
    for (double s : scaled) {
      sum += Math.exp(s - max);
    }
    double normalizer = max + Math.log(sum);
    for (int v = 0; v < count; v++) {
      scaled[v] -= normalizer;
    }
    return scaled;
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
