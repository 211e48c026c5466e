package io.github.geofix.eval;

import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.index.ScoreCounts;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Ranks every gallery row for every query and reports recall. Immutable and thread-safe.
 *
 * <p>The rank of a query is the number of rows, positives aside, that score as much as its best
 * positive or more. It is counted block by block, so memory does not grow with the number of pairs:
 * see {@link ScoreCounts}.
 */
public final class RetrievalEvaluator {

  /** How a row that scores exactly as much as the best positive counts. */
  public enum Ties {
    /** It ranks above the positive: a model that scores all rows alike gets 0 %. */
    AGAINST_QUERY,
    /**
     * It ranks below the positive, as in the strict comparison of Sample4Geo's and FRGeo's
     * evaluation: a model that scores all rows alike gets 100 %.
     */
    FLATTERING
  }

  /** Queries whose positives are read in one go when limits are found. */
  private static final int READ = 256;

  private final List<Integer> ks;
  private final Metric metric;
  private final Ties ties;
  private final boolean averagePrecision;

  private RetrievalEvaluator(List<Integer> ks, Metric metric, Ties ties, boolean averagePrecision) {
    this.ks = ks;
    this.metric = metric;
    this.ties = ties;
    this.averagePrecision = averagePrecision;
  }

  /**
   * Returns an evaluator of the share of queries with a positive among the K best rows, for each K,
   * by cosine and with ties against the query.
   *
   * @throws IllegalArgumentException if a K is not positive
   */
  public static RetrievalEvaluator recallAt(int... ks) {
    for (int k : ks) {
      if (k < 1) {
        throw new IllegalArgumentException("K must be 1 or more: " + k);
      }
    }
    return new RetrievalEvaluator(
        Arrays.stream(ks).sorted().distinct().boxed().toList(),
        Metric.COSINE,
        Ties.AGAINST_QUERY,
        false);
  }

  /** Returns a copy with another metric. */
  public RetrievalEvaluator withMetric(Metric metric) {
    return new RetrievalEvaluator(ks, metric, ties, averagePrecision);
  }

  /** Returns a copy that counts ties differently. */
  public RetrievalEvaluator withTies(Ties ties) {
    return new RetrievalEvaluator(ks, metric, ties, averagePrecision);
  }

  /**
   * Returns a copy that also reports {@link RetrievalReport#meanAveragePrecision}. Takes P
   * comparisons a query and row more where a query has P positives.
   */
  public RetrievalEvaluator withAveragePrecision() {
    return new RetrievalEvaluator(ks, metric, ties, true);
  }

  /**
   * Ranks every query of [Q, D] in a gallery of [G, D].
   *
   * <p>Takes 2 Q G D operations on the threads of the common pool, and memory of about 16 Q bytes
   * besides a fixed 32 MB and a few MB a thread.
   *
   * @throws IllegalArgumentException if there is no query or no row, the dimensions differ, the
   *     matches do not fit, or a vector holds NaN, infinite or too large numbers; the message names
   *     its row
   */
  public RetrievalReport evaluate(Embeddings queries, Embeddings gallery, Matches matches) {
    return evaluate(queries, gallery, matches, Map.of());
  }

  /**
   * As {@link #evaluate(Embeddings, Embeddings, Matches)}, and counts how often the best row lies
   * near, in the same pass over the gallery.
   *
   * @param withinMeters the rows near each query by meters, of {@link Matches#within}
   */
  public RetrievalReport evaluate(
      Embeddings queries, Embeddings gallery, Matches matches, Map<Integer, Matches> withinMeters) {
    if (queries.size() == 0 || gallery.size() == 0) {
      throw new IllegalArgumentException(
          "there is nothing to rank: " + queries.size() + " queries, " + gallery.size() + " rows");
    }
    checkSize(matches, queries);
    withinMeters.values().forEach(near -> checkSize(near, queries));
    checkDimension(queries, gallery);
    ScoreCounts counter = ScoreCounts.of(metric, gallery.dimension());
    ScorableVectors scorableQueries = scorable(queries, "the queries");
    ScorableVectors rows = scorable(gallery, "the gallery");
    scorableQueries.check();
    rows.check();
    boolean semi =
        IntStream.range(0, matches.size()).anyMatch(q -> matches.semiPositives(q).length > 0);
    BestPositives positive =
        new BestPositives(queries.size(), matches::positives, matches::semiPositives);
    List<BestPositives> targets = new ArrayList<>(List.of(positive));
    if (semi) {
      targets.add(new BestPositives(queries.size(), matches::covering));
    }
    withinMeters
        .values()
        .forEach(near -> targets.add(new BestPositives(queries.size(), near::positives)));
    AveragePrecisions precisions =
        averagePrecision ? new AveragePrecisions(queries.size(), ties) : null;
    IntStream.range(0, (queries.size() + READ - 1) / READ)
        .parallel()
        .forEach(
            batch -> findLimits(counter, scorableQueries, rows, batch * READ, targets, precisions));
    float[][] ofPrecisions = precisions == null ? new float[0][] : precisions.limits();
    int[][] above =
        counter.above(
            scorableQueries,
            rows,
            Stream.concat(targets.stream().map(BestPositives::limits), Arrays.stream(ofPrecisions))
                .toArray(float[][]::new));
    List<int[]> ranks = new ArrayList<>();
    for (int t = 0; t < targets.size(); t++) {
      ranks.add(targets.get(t).ranks(above[t], gallery.size()));
    }
    return new RetrievalReport(
        ranks.get(0),
        semi ? positive.ranksBesideOthers(ranks.get(0)) : null,
        semi ? ranks.get(1) : null,
        byMeters(withinMeters, ranks.subList(semi ? 2 : 1, ranks.size())),
        precisions == null
            ? null
            : precisions.of(Arrays.copyOfRange(above, targets.size(), above.length)),
        gallery.size(),
        ks,
        ties,
        null);
  }

  private ScorableVectors scorable(Embeddings vectors, String what) {
    return new ScorableVectors(vectors, metric, what);
  }

  private static void checkSize(Matches matches, Embeddings queries) {
    if (matches.size() != queries.size()) {
      throw new IllegalArgumentException(
          Count.of(matches.size(), "matches do not fit ") + Count.of(queries.size(), "queries"));
    }
  }

  private static void checkDimension(Embeddings queries, Embeddings gallery) {
    if (queries.dimension() != gallery.dimension()) {
      throw new IllegalArgumentException(
          "queries have dimension " + queries.dimension() + ", rows " + gallery.dimension());
    }
  }

  private static Map<Integer, int[]> byMeters(Map<Integer, Matches> near, List<int[]> ranks) {
    Map<Integer, int[]> byMeters = new LinkedHashMap<>();
    near.keySet().forEach(meters -> byMeters.put(meters, ranks.get(byMeters.size())));
    return byMeters;
  }

  private void findLimits(
      ScoreCounts counter,
      ScorableVectors queries,
      ScorableVectors gallery,
      int first,
      List<BestPositives> targets,
      @Nullable AveragePrecisions precisions) {
    float[] query = new float[queries.dimension()];
    float[] row = new float[gallery.dimension()];
    for (int q = first; q < Math.min(first + READ, queries.size()); q++) {
      queries.read(q, 1, query);
      for (BestPositives target : targets) {
        float[] right = scores(counter, query, gallery, target.positives(q), row);
        if (precisions != null && target == targets.get(0)) {
          precisions.add(q, right);
        }
        target.find(q, right, scores(counter, query, gallery, target.others(q), row), ties);
      }
    }
  }

  private static float[] scores(
      ScoreCounts counter, float[] query, ScorableVectors gallery, int[] rows, float[] row) {
    float[] scores = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < 0 || rows[i] >= gallery.size()) {
        throw new IllegalArgumentException(
            "row " + rows[i] + " is matched, the gallery has " + gallery.size() + " rows");
      }
      gallery.read(rows[i], 1, row);
      scores[i] = counter.score(query, row);
    }
    return scores;
  }

  /**
   * Returns the best rows of one query, best first; of equal scores the lower row comes first.
   *
   * <p>Takes 2 G D operations on the calling thread: meant for a few queries.
   *
   * @param query the row of {@code queries}
   * @param k how many at most
   * @throws IllegalArgumentException if the dimensions differ, or a vector holds NaN, infinite or
   *     too large numbers
   */
  public List<Ranked> best(Embeddings queries, int query, Embeddings gallery, int k) {
    checkDimension(queries, gallery);
    ScoreCounts counter = ScoreCounts.of(metric, gallery.dimension());
    ScorableVectors rows = scorable(gallery, "the gallery");
    float[] vector = new float[queries.dimension()];
    float[] row = new float[gallery.dimension()];
    scorable(queries, "the queries").read(query, 1, vector);
    PriorityQueue<Ranked> best = new PriorityQueue<>(Ranked.BEST_FIRST.reversed());
    for (int i = 0; i < gallery.size(); i++) {
      rows.read(i, 1, row);
      best.add(new Ranked(i, counter.score(vector, row)));
      if (best.size() > k) {
        best.remove();
      }
    }
    return best.stream().sorted(Ranked.BEST_FIRST).toList();
  }

  /**
   * A row of the gallery and its score.
   *
   * @param row the row
   * @param score the cosine, dot product or negative squared distance, by metric
   */
  public record Ranked(int row, float score) {
    private static final Comparator<Ranked> BEST_FIRST =
        Comparator.comparingDouble((Ranked ranked) -> -ranked.score).thenComparing(Ranked::row);
  }

  /**
   * Recall at K of searches that return the best rows of each query, in parts on any number of
   * machines. Tallies of the parts can be merged in any order, and give the figures of one tally of
   * all queries to the last digit. Of equal scores, the order of the search decides. Not
   * thread-safe.
   *
   * <pre>{@code
   * HitTally tally = new HitTally(1, 5, 10);
   * tally.add(wrongHitsBeforeTheFirstRightOne);
   * tally.merge(tallyOfAnotherPart);
   * Map<String, Share> recall = tally.summary().recallAt();
   * }</pre>
   */
  public static final class HitTally implements Serializable {
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
     * @param before how many wrong hits come before the first right one; {@link Integer#MAX_VALUE}
     *     if no hit is right
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
}
