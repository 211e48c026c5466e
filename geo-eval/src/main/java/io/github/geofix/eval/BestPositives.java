package io.github.geofix.eval;

import java.util.function.IntFunction;

/**
 * The score of the best positive of each query, and what is counted against it. Filled by several
 * threads, each for queries of its own.
 */
final class BestPositives {
  private static final int[] NONE = {};

  private final IntFunction<int[]> positives;
  private final IntFunction<int[]> others;

  /** Rows above the limit rank above the best positive, or level with it. */
  private final float[] limits;

  /** Positives above the limit, which do not count against the query. */
  private final int[] own;

  /** The same for rows that are neither right nor wrong. */
  private final int[] other;

  private final boolean[] lost;

  /** Counts all rows but the positives against a query. */
  BestPositives(int queries, IntFunction<int[]> positives) {
    this(queries, positives, query -> NONE);
  }

  /**
   * Also counts without some other rows.
   *
   * @param others the rows of a query that are neither right nor wrong
   */
  BestPositives(int queries, IntFunction<int[]> positives, IntFunction<int[]> others) {
    this.positives = positives;
    this.others = others;
    limits = new float[queries];
    own = new int[queries];
    other = new int[queries];
    lost = new boolean[queries];
  }

  int[] positives(int query) {
    return positives.apply(query);
  }

  int[] others(int query) {
    return others.apply(query);
  }

  /** Returns for each query the score above which rows are counted. */
  float[] limits() {
    return limits;
  }

  /**
   * Finds the limit of a query.
   *
   * @param right the scores of its positives; if there is none, the query is lost
   * @param neither the scores of the other rows
   */
  void find(int query, float[] right, float[] neither, RetrievalEvaluator.Ties ties) {
    lost[query] = right.length == 0;
    if (lost[query]) {
      // Nothing is above this, so nothing is counted.
      limits[query] = Float.POSITIVE_INFINITY;
      return;
    }
    float best = max(right);
    float limit = limit(best, ties);
    limits[query] = limit;
    own[query] = countAbove(right, limit);
    other[query] = countAbove(neither, limit);
  }

  /** Returns the score that rows above the best positive exceed. */
  static float limit(float best, RetrievalEvaluator.Ties ties) {
    // More than the number just below is as much or more.
    return ties == RetrievalEvaluator.Ties.AGAINST_QUERY && best != Float.POSITIVE_INFINITY
        ? Math.nextDown(best)
        : best;
  }

  /**
   * Returns the number of rows, positives aside, above the best positive; the size of the gallery
   * for a query that is lost.
   *
   * @param above the number of rows above the limit of each query
   */
  int[] ranks(int[] above, int gallery) {
    int[] ranks = new int[limits.length];
    for (int q = 0; q < ranks.length; q++) {
      ranks[q] = lost[q] ? gallery : above[q] - own[q];
    }
    return ranks;
  }

  /** Returns the ranks without the rows that are neither right nor wrong. */
  int[] ranksBesideOthers(int[] ranks) {
    int[] beside = new int[ranks.length];
    for (int q = 0; q < ranks.length; q++) {
      beside[q] = lost[q] ? ranks[q] : ranks[q] - other[q];
    }
    return beside;
  }

  private static float max(float[] scores) {
    float max = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = Math.max(score, max);
    }
    return max;
  }

  private static int countAbove(float[] scores, float limit) {
    int count = 0;
    for (float score : scores) {
      count += score > limit ? 1 : 0;
    }
    return count;
  }
}
