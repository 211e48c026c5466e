package io.github.geofix.eval;

import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Recall at K of searches that return the best rows of each query, in parts on any number of
 * machines. Tallies of the parts can be merged in any order, and give the figures of one tally of
 * all queries to the last digit. {@link RecallTally} ranks all rows, where a search stops at the
 * best; of equal scores, the order of the search decides. Not thread-safe.
 *
 * <pre>{@code
 * HitTally tally = new HitTally(1, 5, 10);
 * tally.add(wrongHitsBeforeTheFirstRightOne);
 * tally.merge(tallyOfAnotherPart);
 * Map<String, Share> recall = tally.summary().recallAt();
 * }</pre>
 */
public final class HitTally implements Serializable {
  private static final long serialVersionUID = 1;

  private final int[] ks;
  private final long[] hits;
  private long count;

  /**
   * The figures of a tally.
   *
   * @param count the queries
   * @param recallAt the share of queries with a right row among the K best, by K
   */
  public record Summary(long count, Map<String, Share> recallAt) {}

  /**
   * Creates an empty tally.
   *
   * @param ks how many of the best rows to look at, each 1 or more
   * @throws IllegalArgumentException if there is none, or one is less than 1
   */
  public HitTally(int... ks) {
    this.ks = Arrays.stream(ks).sorted().distinct().toArray();
    if (!(this.ks.length > 0 && this.ks[0] >= 1)) {
      throw new IllegalArgumentException("each K must be 1 or more: " + Arrays.toString(ks));
    }
    this.hits = new long[this.ks.length];
  }

  /**
   * Adds a query.
   *
   * @param before how many wrong hits come before the first right one; {@link Integer#MAX_VALUE} if
   *     no hit is right
   * @throws IllegalArgumentException if it is negative
   */
  public void add(int before) {
    if (before < 0) {
      throw new IllegalArgumentException("no query has " + before + " hits before the right one");
    }
    for (int i = 0; i < ks.length; i++) {
      hits[i] += before < ks[i] ? 1 : 0;
    }
    count++;
  }

  /**
   * Adds what another tally counted.
   *
   * @throws IllegalArgumentException if the Ks differ
   */
  public void merge(HitTally other) {
    if (!Arrays.equals(ks, other.ks)) {
      throw new IllegalArgumentException(
          "tallies at the Ks "
              + Arrays.toString(ks)
              + " and "
              + Arrays.toString(other.ks)
              + " cannot be merged");
    }
    for (int i = 0; i < hits.length; i++) {
      hits[i] += other.hits[i];
    }
    count += other.count;
  }

  /** Returns the number of queries. */
  public long count() {
    return count;
  }

  /**
   * Returns the figures.
   *
   * @throws IllegalArgumentException if there is no query
   */
  public Summary summary() {
    Map<String, Share> recall = new LinkedHashMap<>();
    for (int i = 0; i < ks.length; i++) {
      recall.put(Integer.toString(ks[i]), Share.of(hits[i], count));
    }
    return new Summary(count, recall);
  }
}
