package io.github.geofix.models.embed;

import io.github.geofix.core.partition.CellHierarchy;

/**
 * Hierarchical inference: the score of a finest cell is the product of the softmax probabilities of
 * itself and its ancestors, one for each level (GeoSURGE, section III; the text says product of
 * similarities, but cosines may be negative, so probabilities are multiplied).
 */
final class HierarchicalScores {

  private HierarchicalScores() {}

  /**
   * Combines the levels.
   *
   * @param logits one row of {@code partition(level).size()} logits for each level
   * @return one score for each finest cell; they sum to 1
   */
  static double[] combine(CellHierarchy hierarchy, float[][] logits) {
    int finest = hierarchy.finest().size();
    double[] scores = new double[finest];
    for (int level = 0; level < logits.length; level++) {
      double logSum = logSumExp(logits[level]);
      for (int cell = 0; cell < finest; cell++) {
        scores[cell] += logits[level][hierarchy.ancestorOf(cell, level)] - logSum;
      }
    }
    double max = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      max = Math.max(max, score);
    }
    double sum = 0;
    for (int cell = 0; cell < finest; cell++) {
      scores[cell] = Math.exp(scores[cell] - max);
      sum += scores[cell];
    }
    for (int cell = 0; cell < finest; cell++) {
      scores[cell] /= sum;
    }
    return scores;
  }

  private static double logSumExp(float[] logits) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    return max + Math.log(sum);
  }
}
