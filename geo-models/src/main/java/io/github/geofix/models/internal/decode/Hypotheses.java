package io.github.geofix.models.internal.decode;

import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.cell.CellPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The hypotheses that decoding one photo ended with.
 *
 * <p>After a beam search the cells of both lists are disjoint and cover the cells that the search
 * started from.
 *
 * @param complete hypotheses of full length, at least one
 * @param dropped hypotheses that a search left behind; empty where a decoding has no such
 * @param sampled whether the complete ones were drawn at random: a likely one is then there several
 *     times
 */
public record Hypotheses(List<Hypothesis> complete, List<Hypothesis> dropped, boolean sampled) {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if no hypothesis is complete
   */
  public Hypotheses {
    complete = List.copyOf(complete);
    dropped = List.copyOf(dropped);
    if (complete.isEmpty()) {
      throw new IllegalArgumentException("no hypothesis is complete");
    }
  }

  /** Returns the complete hypotheses followed by the dropped ones. */
  public List<Hypothesis> all() {
    return Stream.concat(complete.stream(), dropped.stream()).toList();
  }

  /** Returns a copy in which only the first complete hypotheses stay; the others are dropped. */
  public Hypotheses first(int count) {
    if (count >= complete.size()) {
      return this;
    }
    List<Hypothesis> more = new ArrayList<>(dropped);
    more.addAll(complete.subList(count, complete.size()));
    return new Hypotheses(complete.subList(0, count), more, sampled);
  }

  /**
   * Returns the hypotheses given a region, in the same order: the score of a cell is multiplied by
   * the share of it that is there. Drawn hypotheses are kept or not.
   *
   * @param shares returns the share of a cell, 0 to 1
   * @param temperature that of {@link SearchOutcome#of} later
   * @throws NoAnswerException if no complete hypothesis is left
   */
  public Hypotheses within(ToDoubleFunction<CellPath> shares, double temperature) {
    List<Hypothesis> inside = within(complete, shares, temperature);
    if (inside.isEmpty()) {
      throw new NoAnswerException("the model found no place in the region given");
    }
    return new Hypotheses(inside, within(dropped, shares, temperature), sampled);
  }

  private static List<Hypothesis> within(
      List<Hypothesis> some, ToDoubleFunction<CellPath> shares, double temperature) {
    List<Hypothesis> inside = new ArrayList<>();
    for (Hypothesis hypothesis : some) {
      double share = shares.applyAsDouble(hypothesis.path());
      if (share > 0 && hypothesis.logProbability() > Double.NEGATIVE_INFINITY) {
        // Scores are raised to the power 1 / temperature, shares are not.
        double log = hypothesis.logProbability() + temperature * Math.log(share);
        inside.add(new Hypothesis(hypothesis.path(), log));
      }
    }
    return inside;
  }

  /** Returns the index of the most probable complete hypothesis; of equals, the first. */
  public int mostProbable() {
    int best = 0;
    for (int i = 1; i < complete.size(); i++) {
      if (complete.get(i).logProbability() > complete.get(best).logProbability()) {
        best = i;
      }
    }
    return best;
  }

  /**
   * Returns the weights of some of these hypotheses: their probabilities relative to the most
   * probable of them, so that long paths do not all weigh 0. Sampled hypotheses weigh 1 each,
   * because a likely one is there more often.
   */
  public double[] weights(List<Hypothesis> some) {
    double[] weights = new double[some.size()];
    if (sampled) {
      Arrays.fill(weights, 1);
      return weights;
    }
    double best = some.stream().mapToDouble(Hypothesis::logProbability).max().orElse(0);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.exp(some.get(i).logProbability() - best);
    }
    return weights;
  }
}
