package io.github.geofix.eval;

import com.google.common.primitives.Floats;
import java.util.Arrays;

/**
 * The average precision of each query, from the number of rows above each of its positives. Filled
 * by several threads, each for queries of its own.
 */
final class AveragePrecisions {
  /** The scores of each query's positives, best first. */
  private final float[][] scores;

  private final RetrievalEvaluator.Ties ties;

  AveragePrecisions(int queries, RetrievalEvaluator.Ties ties) {
    this.scores = new float[queries][];
    this.ties = ties;
  }

  /** Takes the scores of a query's positives, in any order. */
  void add(int query, float[] positives) {
    float[] sorted = positives.clone();
    Floats.sortDescending(sorted);
    scores[query] = sorted;
  }

  /** Returns for the i-th best positive of each query the score above which rows are counted. */
  float[][] limits() {
    int most = Arrays.stream(scores).mapToInt(positives -> positives.length).max().orElse(0);
    float[][] limits = new float[most][scores.length];
    for (int i = 0; i < most; i++) {
      for (int q = 0; q < scores.length; q++) {
        limits[i][q] =
            i < scores[q].length
                ? BestPositives.limit(scores[q][i], ties)
                : Float.POSITIVE_INFINITY;
      }
    }
    return limits;
  }

  /**
   * Returns the average precision of each query, 0 for one without positives: the area under its
   * curve of precision over recall by the trapezoidal rule, as in the evaluation of
   * University-1652.
   *
   * @param above the number of rows above each of {@link #limits}
   */
  double[] of(int[][] above) {
    double[] precisions = new double[scores.length];
    for (int q = 0; q < precisions.length; q++) {
      int positives = scores[q].length;
      for (int i = 0; i < positives; i++) {
        int wrong = above[i][q] - positivesAbove(q, BestPositives.limit(scores[q][i], ties));
        int place = wrong + i;
        double before = place == 0 ? 1 : (double) i / place;
        precisions[q] += (before + (i + 1.0) / (place + 1)) / (2 * positives);
      }
    }
    return precisions;
  }

  private int positivesAbove(int query, float limit) {
    int count = 0;
    while (count < scores[query].length && scores[query][count] > limit) {
      count++;
    }
    return count;
  }
}
