package io.github.geofix.eval;

import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The figures of a {@link RetrievalReport} for queries that were ranked in parts, on any number of
 * machines, see {@link RetrievalEvaluator#tally}. Tallies of the parts can be merged in any order,
 * and give the figures of one report of all queries to the last digit. Not thread-safe.
 */
public final class RecallTally implements Serializable {
  private static final long serialVersionUID = 1;

  private final int[] ks;
  private final long[] hits;
  private final int gallery;
  private final RetrievalEvaluator.Ties ties;
  private final ExactSum reciprocal = new ExactSum();
  private long onePercentHits;
  private long count;

  RecallTally(List<Integer> ks, int gallery, RetrievalEvaluator.Ties ties) {
    this.ks = ks.stream().mapToInt(Integer::intValue).toArray();
    this.hits = new long[ks.size()];
    this.gallery = gallery;
    this.ties = ties;
  }

  /**
   * Adds a query.
   *
   * @param rank how many wrong rows rank above its best positive; the size of the gallery for a
   *     query without positives
   * @throws IllegalArgumentException if it is not 0 to the size of the gallery
   */
  public void add(int rank) {
    if (rank < 0 || rank > gallery) {
      throw new IllegalArgumentException("rank " + rank + " in a gallery of " + gallery + " rows");
    }
    for (int i = 0; i < ks.length; i++) {
      hits[i] += rank < Math.min(ks[i], gallery) ? 1 : 0;
    }
    onePercentHits += rank < RetrievalReport.onePercent(gallery) ? 1 : 0;
    reciprocal.add(1.0 / (rank + 1));
    count++;
  }

  /**
   * Adds what another tally counted.
   *
   * @throws IllegalArgumentException if it is of another evaluator or gallery
   */
  public void merge(RecallTally other) {
    if (!Arrays.equals(ks, other.ks) || gallery != other.gallery || ties != other.ties) {
      throw new IllegalArgumentException("tallies of different evaluations cannot be merged");
    }
    for (int i = 0; i < hits.length; i++) {
      hits[i] += other.hits[i];
    }
    onePercentHits += other.onePercentHits;
    reciprocal.add(other.reciprocal);
    count += other.count;
  }

  /** Returns the number of queries. */
  public long count() {
    return count;
  }

  /**
   * Returns the figures, without hit rates and places.
   *
   * @throws IllegalArgumentException if there is no query
   */
  public RetrievalReport.Summary summary() {
    Map<String, Share> recall = new LinkedHashMap<>();
    for (int i = 0; i < ks.length; i++) {
      recall.put(Integer.toString(ks[i]), Share.of(hits[i], count));
    }
    recall.put("1%", Share.of(onePercentHits, count));
    return new RetrievalReport.Summary(
        Math.toIntExact(count),
        gallery,
        ties.name().toLowerCase(Locale.ROOT),
        RetrievalReport.onePercent(gallery),
        reciprocal.value() / count,
        recall,
        Map.of(),
        Map.of());
  }
}
