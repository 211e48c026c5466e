package io.github.geofix.models.internal.decode;

import io.github.geofix.core.cell.CellPath;
import java.util.Comparator;

/**
 * A path down a hierarchy of cells, complete or not yet, with its log-probability.
 *
 * @param path the children taken, from the root on
 * @param logProbability the logarithm of the probability of the cell, at most 0 but for rounding
 */
public record Hypothesis(CellPath path, double logProbability) {

  /** The empty path, with log-probability 0. */
  public static final Hypothesis ROOT = new Hypothesis(CellPath.ROOT, 0);

  /** Orders by log-probability, highest first. */
  public static final Comparator<Hypothesis> BEST_FIRST =
      Comparator.comparingDouble(Hypothesis::logProbability).reversed();

  /**
   * Returns the hypothesis that goes one step further.
   *
   * @param logProbabilityOfPath that of the longer path
   */
  public Hypothesis child(int child, double logProbabilityOfPath) {
    return new Hypothesis(path.child(child), logProbabilityOfPath);
  }
}
