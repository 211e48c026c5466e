package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import io.github.geofix.core.partition.CellHierarchy;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Hierarchical inference: the score of a finest cell is the product of what itself and its
 * ancestors, one for each level, have in common with the photo (GeoSURGE, section III). Products
 * are carried down the tree, so each cell of each level is looked at once.
 */
final class HierarchicalScores {

  private HierarchicalScores() {}

  /**
   * Multiplies the softmax probabilities of the levels. The paper's text says product of
   * similarities, but cosines may be negative.
   *
   * @param logits for each level the logits of all photos, {@code [B, cells of the level]}
   * @param photo which of the photos
   * @return one score for each finest cell; they sum to 1
   */
  static double[] ofLogits(CellHierarchy hierarchy, FloatBuffer[] logits, int photo) {
    // The sum over a level's cells is the same for all finest cells, so it drops out in the end.
    double[] sums = {0};
    for (int level = 0; level < logits.length; level++) {
      double[] next = new double[hierarchy.partition(level).size()];
      int first = photo * next.length;
      for (int cell = 0; cell < next.length; cell++) {
        double above = level == 0 ? 0 : sums[hierarchy.parentOf(level, cell)];
        next[cell] = logits[level].get(first + cell) + above;
      }
      sums = next;
    }
    double max = Double.NEGATIVE_INFINITY;
    for (double sum : sums) {
      max = Math.max(max, sum);
    }
    for (int cell = 0; cell < sums.length; cell++) {
      sums[cell] = Math.exp(sums[cell] - max);
    }
    return normalized(sums);
  }

  /**
   * As above, of all photos together.
   *
   * @param logits for each level {@code [B, cells of the level]}; changed
   * @param parents for each level the labels of its cells' parents, {@code [1, cells]} of int64;
   *     that of the first is not read
   * @return {@code [B, finest cells]}
   */
  static NDArray ofLogits(List<NDArray> logits, List<NDArray> parents) {
    NDArray sums = logits.get(0);
    for (int level = 1; level < logits.size(); level++) {
      NDArray own = logits.get(level);
      try (NDArray above = parents.get(level).broadcast(own.getShape())) {
        sums = own.addi(sums.gather(above, 1));
      }
    }
    return sums.softmax(1);
  }

  /**
   * Multiplies the cosines of the levels, as the paper's text has it. A cosine below 0 counts as 0;
   * where no cell is left, all score the same.
   *
   * @param cosines for each level the cosines of all photos, {@code [B, cells of the level]}
   * @param photo which of the photos
   * @return one score for each finest cell; they sum to 1
   */
  static double[] ofCosines(CellHierarchy hierarchy, FloatBuffer[] cosines, int photo) {
    double[] products = {1};
    for (int level = 0; level < cosines.length; level++) {
      double[] next = new double[hierarchy.partition(level).size()];
      int first = photo * next.length;
      for (int cell = 0; cell < next.length; cell++) {
        double above = level == 0 ? 1 : products[hierarchy.parentOf(level, cell)];
        next[cell] = Math.max(0, cosines[level].get(first + cell)) * above;
      }
      products = next;
    }
    return normalized(products);
  }

  private static double[] normalized(double[] scores) {
    double sum = 0;
    for (double score : scores) {
      sum += score;
    }
    for (int cell = 0; cell < scores.length; cell++) {
      scores[cell] = sum > 0 ? scores[cell] / sum : 1.0 / scores.length;
    }
    return scores;
  }
}
