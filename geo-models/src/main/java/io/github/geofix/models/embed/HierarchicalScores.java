package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * Hierarchical inference: the score of a finest cell is the product of its own score and those of
 * its ancestors, one for each level (GeoSURGE, section III). Products are accumulated down the
 * tree, so each cell of each level is read once. Arrays change in place: not for training, whose
 * loss treats each level alone.
 */
final class HierarchicalScores {

  private HierarchicalScores() {}

  /**
   * Multiplies the softmax probabilities of the levels. The paper's text multiplies similarities,
   * but cosines may be negative.
   *
   * @param logits for each level {@code [B, C]}; changed
   * @param parents for each level the labels of its cells' parents, {@code [1, C]} of int64; those
   *     of the first level are not read
   * @param temperature the products are raised to the power 1 / temperature; above 0
   * @return {@code [B, finest cells]}; the scores of a photo add up to 1
   */
  static NDArray ofLogits(List<NDArray> logits, List<NDArray> parents, double temperature) {
    // The softmax denominators of a level are the same for all finest cells, so they cancel out.
    NDArray sums = logits.get(0);
    for (int level = 1; level < logits.size(); level++) {
      NDArray own = logits.get(level);
      try (NDArray above = parents.get(level).broadcast(own.getShape())) {
        sums = own.addi(sums.gather(above, 1));
      }
    }
    return sums.divi(scalar(sums, temperature)).softmax(1);
  }

  /**
   * Multiplies the cosines of the levels, as in the paper's text. A negative cosine counts as 0; if
   * all products are 0, all cells score the same.
   *
   * @param cosines for each level {@code [B, C]}; changed
   * @param parents as above
   * @param temperature as above
   * @return {@code [B, finest cells]}; the scores of a photo add up to 1
   */
  static NDArray ofCosines(List<NDArray> cosines, List<NDArray> parents, double temperature) {
    NDArray products = cosines.get(0).maximum(0);
    for (int level = 1; level < cosines.size(); level++) {
      NDArray own = cosines.get(level).maximum(0);
      try (NDArray above = parents.get(level).broadcast(own.getShape())) {
        products = own.muli(products.gather(above, 1));
      }
    }
    NDArray powers = products.powi(scalar(products, 1 / temperature));
    NDArray sum = powers.sum(new int[] {1}, true);
    NDArray nothing = sum.eq(0).toType(powers.getDataType(), false);
    NDArray cells = scalar(sum, (double) powers.getShape().get(1));
    return powers.addi(nothing).divi(sum.addi(nothing.mul(cells)));
  }

  private static NDArray scalar(NDArray like, double value) {
    return like.getManager().full(new Shape(), (float) value, like.getDataType());
  }
}
