package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.internal.decode.Beam;
import io.github.geofix.models.internal.decode.Extension;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Beam search from the root view to terminal cells. Just Zoom In takes the best child of each step,
 * which is a search of width 1.
 *
 * <p>At each step the children share out the probability of the hypotheses that are kept. Where
 * scores are log-probabilities of the children of one cell, that of a path is the product of
 * theirs, as in the paper; where they can be compared across cells, a path into a part of the map
 * that has nothing like the photo loses probability to the others.
 *
 * <p>Encodes no more than {@link BeamOptions#beamWidth} views a step, and the views on the way to
 * its starts. Stateless and thread-safe.
 */
final class ZoomSearch {

  /** The encoded views of cells. */
  @FunctionalInterface
  interface Views {
    /**
     * Returns the encoded views of cells, {@code [n, D]}.
     *
     * @param paths from the root view to each cell; all of one length
     */
    NDArray of(List<CellPath> paths);
  }

  /** The cells of hypotheses of one length, and how a network scores their children. */
  interface Frontier {
    /**
     * Returns the scores of the children of each cell, {@code [R, K K]}. They are compared across
     * cells: a network that can only compare the children of one cell returns their
     * log-probabilities.
     */
    NDArray scores();

    /**
     * Returns the frontier of children.
     *
     * @param rows the cell that each child belongs to; some cells may have no child and others
     *     several
     * @param children the index of each child, 0 to K K - 1
     * @param paths from the root view to each child
     */
    Frontier into(long[] rows, long[] children, List<CellPath> paths);
  }

  /**
   * One step of a search.
   *
   * @param compared the cells whose children were compared
   * @param logProbabilities those of the paths into their children, {@code [compared * K K]}
   */
  record Step(List<Hypothesis> compared, double[] logProbabilities) {}

  private ZoomSearch() {}

  /**
   * Searches below the given cells.
   *
   * @param root the frontier of the root view
   * @param steps the number of steps from the root view to a terminal cell
   * @param starts where to start, {@link Hypothesis#ROOT} for the whole square; none inside another
   * @return every terminal cell below the views of the last step, best first, and the cells that
   *     were dropped; the cells are disjoint and fill the starts, and their probabilities add up to
   *     those of the starts
   * @throws IllegalArgumentException if there is no start, one is inside another, or one is not a
   *     cell or has no finite log-probability
   * @throws IllegalStateException if scores are not numbers
   */
  static Hypotheses search(Frontier root, int steps, List<Hypothesis> starts, BeamOptions options) {
    return search(root, steps, starts, options, path -> 0, step -> {});
  }

  /**
   * As {@link #search(Frontier, int, List, BeamOptions)}, with some cells less welcome.
   *
   * @param penalty what a cell loses in log-probability when it is compared, and only then
   * @param observer receives each step
   */
  static Hypotheses search(
      Frontier root,
      int steps,
      List<Hypothesis> starts,
      BeamOptions options,
      ToDoubleFunction<CellPath> penalty,
      Consumer<Step> observer) {
    Beam beam = new Beam(options, steps, starts);
    Frontier frontier = root;
    while (true) {
      NDArray scores = frontier.scores();
      int children = Math.toIntExact(scores.getShape().get(1));
      double[] logProbabilities = logProbabilities(beam.hypotheses(), scores);
      observer.accept(new Step(beam.hypotheses(), logProbabilities));
      List<Extension> rows = beam.step(children, logProbabilities, penalty);
      if (beam.isDone()) {
        return beam.result();
      }
      frontier =
          frontier.into(
              rows.stream().mapToLong(Extension::parent).toArray(),
              rows.stream().mapToLong(Extension::child).toArray(),
              rows.stream().map(Extension::path).toList());
    }
  }

  /**
   * Returns the log-probabilities of the paths into all children of all hypotheses. The children
   * share out the probability that the hypotheses have, by the sum of a hypothesis's score and its
   * child's.
   */
  private static double[] logProbabilities(List<Hypothesis> hypotheses, NDArray scores) {
    if (hypotheses.isEmpty()) {
      return new double[0];
    }
    float[] ofChildren = scores.toFloatArray();
    int children = Math.toIntExact(scores.getShape().get(1));
    double[] sums = new double[hypotheses.size() * children];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = hypotheses.get(i / children).logProbability() + ofChildren[i];
    }
    double[] shared = hypotheses.stream().mapToDouble(Hypothesis::logProbability).toArray();
    double toProbability = logSum(shared) - logSum(sums);
    if (!Double.isFinite(toProbability)) {
      throw new IllegalStateException(
          "the network scores children with numbers that are not finite: its weights or the photo's"
              + " values are damaged");
    }
    return Arrays.stream(sums).map(sum -> sum + toProbability).toArray();
  }

  /** Returns the logarithm of the sum of the numbers with the given logarithms. */
  private static double logSum(double[] logs) {
    double max = Arrays.stream(logs).max().orElseThrow();
    return max + Math.log(Arrays.stream(logs).map(log -> Math.exp(log - max)).sum());
  }
}
