package io.github.geofix.eval;

import io.github.geofix.core.index.Metric;
import io.github.geofix.core.index.ScoreCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Ranks every gallery row for every query and reports recall. Immutable and thread-safe.
 *
 * <p>The rank of a query is the number of rows, positives aside, that score as much as its best
 * positive or more. It is counted block by block, so memory does not grow with the number of pairs:
 * see {@link ScoreCounts}.
 *
 * <p>A vector with a number that is not finite, or too large to be scored, is never right: such a
 * query ranks behind all rows, and such a row counts against every query, as a positive it is as
 * good as absent.
 */
public final class RetrievalEvaluator {

  /** What a row that scores exactly as much as the best positive counts for. */
  public enum Ties {
    /** It ranks above the positive: a model that scores all rows alike gets nothing. */
    AGAINST_QUERY,
    /**
     * It ranks below the positive, as in the strict comparison of Sample4Geo's and FRGeo's
     * evaluation: a model that scores all rows alike gets 100 %.
     */
    FLATTERING
  }

  /** Queries whose positives are read in one go when limits are found. */
  private static final int READ = 256;

  private static final int[] EMPTY = {};

  private final List<Integer> ks;
  private final Metric metric;
  private final Ties ties;

  private RetrievalEvaluator(List<Integer> ks, Metric metric, Ties ties) {
    this.ks = ks;
    this.metric = metric;
    this.ties = ties;
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
        Arrays.stream(ks).sorted().distinct().boxed().toList(), Metric.COSINE, Ties.AGAINST_QUERY);
  }

  /** Returns a copy that scores pairs otherwise. */
  public RetrievalEvaluator withMetric(Metric metric) {
    return new RetrievalEvaluator(ks, metric, ties);
  }

  /** Returns a copy that counts ties otherwise. */
  public RetrievalEvaluator withTies(Ties ties) {
    return new RetrievalEvaluator(ks, metric, ties);
  }

  /**
   * Ranks every query of [Q, W] in a gallery of [G, W].
   *
   * <p>Takes 2 Q G W operations on the threads of the common pool, and memory of about 16 Q bytes
   * besides a fixed 32 MB and a few MB a thread.
   *
   * @throws IllegalArgumentException if there is no query or no row, the dimensions differ, or the
   *     matches do not fit
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
    checkWidth(queries, gallery);
    ScoreCounts counter = ScoreCounts.of(metric, gallery.dimension());
    Sound soundQueries = new Sound(queries);
    Sound soundRows = new Sound(gallery);
    boolean semi =
        IntStream.range(0, matches.size()).anyMatch(q -> matches.semiPositives(q).length > 0);
    Target positive = new Target(queries.size(), matches::positives, matches::semiPositives);
    List<Target> targets = new ArrayList<>(List.of(positive));
    if (semi) {
      targets.add(new Target(queries.size(), matches::covering, query -> EMPTY));
    }
    withinMeters
        .values()
        .forEach(near -> targets.add(new Target(queries.size(), near::positives, query -> EMPTY)));
    IntStream.range(0, (queries.size() + READ - 1) / READ)
        .parallel()
        .forEach(batch -> findLimits(counter, soundQueries, soundRows, batch * READ, targets));
    int[][] above =
        counter.above(
            soundQueries,
            soundRows,
            targets.stream().map(target -> target.limits).toArray(float[][]::new));
    int broken = soundRows.brokenRead();
    List<int[]> ranks = new ArrayList<>();
    for (int t = 0; t < above.length; t++) {
      ranks.add(targets.get(t).ranks(above[t], broken, gallery.size()));
    }
    return new RetrievalReport(
        ranks.get(0),
        semi ? positive.ranksBesideOthers(ranks.get(0)) : null,
        semi ? ranks.get(1) : null,
        byMeters(withinMeters, ranks.subList(semi ? 2 : 1, ranks.size())),
        gallery.size(),
        ks,
        ties);
  }

  private static void checkSize(Matches matches, Embeddings queries) {
    if (matches.size() != queries.size()) {
      throw new IllegalArgumentException(
          matches.size() + " matches do not fit " + queries.size() + " queries");
    }
  }

  private static void checkWidth(Embeddings queries, Embeddings gallery) {
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

  /** Rows that are right for each query, and what is known of them before the pass. */
  private static final class Target {
    final IntFunction<int[]> rows;
    final IntFunction<int[]> others;

    /** Rows above the limit rank above the best right row, or level with it. */
    final float[] limits;

    /** Right rows above the limit, which do not count against the query, and broken ones. */
    final int[] own;

    /** The same for rows that are neither right nor wrong. */
    final int[] other;

    final boolean[] lost;

    Target(int queries, IntFunction<int[]> rows, IntFunction<int[]> others) {
      this.rows = rows;
      this.others = others;
      limits = new float[queries];
      own = new int[queries];
      other = new int[queries];
      lost = new boolean[queries];
    }

    /** Returns the number of rows, right ones aside, above the best right row. */
    int[] ranks(int[] above, int broken, int gallery) {
      int[] ranks = new int[limits.length];
      for (int q = 0; q < ranks.length; q++) {
        ranks[q] = lost[q] ? gallery : above[q] + broken - own[q];
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
  }

  private void findLimits(
      ScoreCounts counter, Sound queries, Sound gallery, int first, List<Target> targets) {
    float[] query = new float[queries.dimension()];
    float[] row = new float[gallery.dimension()];
    for (int q = first; q < Math.min(first + READ, queries.size()); q++) {
      boolean sound = queries.readOne(q, query);
      for (Target target : targets) {
        float[] right = scores(counter, query, gallery, target.rows.apply(q), row);
        float best = max(right);
        target.lost[q] = !sound || best == Float.NEGATIVE_INFINITY;
        if (target.lost[q]) {
          // Nothing is above this, so nothing is counted.
          target.limits[q] = Float.POSITIVE_INFINITY;
        } else {
          // More than the number just below is as much or more.
          float limit = ties == Ties.AGAINST_QUERY ? Math.nextDown(best) : best;
          float[] neither = scores(counter, query, gallery, target.others.apply(q), row);
          target.limits[q] = limit;
          target.own[q] = countAboveOrBroken(right, limit);
          target.other[q] = countAboveOrBroken(neither, limit);
        }
      }
    }
  }

  /** Returns the rows' scores, NaN for a broken row. */
  private static float[] scores(
      ScoreCounts counter, float[] query, Sound gallery, int[] rows, float[] row) {
    float[] scores = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < 0 || rows[i] >= gallery.size()) {
        throw new IllegalArgumentException(
            "row " + rows[i] + " is matched, the gallery has " + gallery.size() + " rows");
      }
      scores[i] = gallery.readOne(rows[i], row) ? counter.score(query, row) : Float.NaN;
    }
    return scores;
  }

  /**
   * Returns the best rows of one query, best first; of equal scores the lower row comes first.
   * Broken rows are never among them.
   *
   * <p>For a few queries to look at: takes 2 G W operations each, on one thread.
   *
   * @param query the row of {@code queries}
   * @param k how many at most
   * @throws IllegalArgumentException if the dimensions differ
   */
  public List<Ranked> best(Embeddings queries, int query, Embeddings gallery, int k) {
    checkWidth(queries, gallery);
    ScoreCounts counter = ScoreCounts.of(metric, gallery.dimension());
    Sound rows = new Sound(gallery);
    float[] vector = new float[queries.dimension()];
    float[] row = new float[gallery.dimension()];
    if (!new Sound(queries).readOne(query, vector)) {
      return List.of();
    }
    PriorityQueue<Ranked> best = new PriorityQueue<>(Ranked.BEST_FIRST.reversed());
    for (int i = 0; i < gallery.size(); i++) {
      if (rows.readOne(i, row)) {
        best.add(new Ranked(i, counter.score(vector, row)));
        if (best.size() > k) {
          best.remove();
        }
      }
    }
    return best.stream().sorted(Ranked.BEST_FIRST).toList();
  }

  /**
   * A row of the gallery and its score.
   *
   * @param row the row
   * @param score the cosine, dot product or negative squared distance, as the metric says
   */
  public record Ranked(int row, float score) {
    private static final Comparator<Ranked> BEST_FIRST =
        Comparator.comparingDouble((Ranked ranked) -> -ranked.score).thenComparing(Ranked::row);
  }

  private static float max(float[] scores) {
    float max = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = score > max ? score : max;
    }
    return max;
  }

  private static int countAboveOrBroken(float[] scores, float limit) {
    int count = 0;
    for (float score : scores) {
      count += score <= limit ? 0 : 1;
    }
    return count;
  }

  /**
   * Vectors ready to be scored: normalized for the cosine. In place of a broken vector stands one
   * that is never counted, since each of its scores is not a number.
   */
  private final class Sound implements ScoreCounts.Rows {
    private final Embeddings vectors;
    private final LongAdder broken = new LongAdder();

    Sound(Embeddings vectors) {
      this.vectors = vectors;
    }

    @Override
    public int size() {
      return vectors.size();
    }

    @Override
    public int dimension() {
      return vectors.dimension();
    }

    @Override
    public void read(int first, int count, float[] target) {
      vectors.read(first, count, target);
      for (int i = 0; i < count; i++) {
        if (!prepare(target, i * dimension())) {
          broken.increment();
        }
      }
    }

    boolean readOne(int index, float[] target) {
      vectors.read(index, 1, target);
      return prepare(target, 0);
    }

    /** Returns how many broken vectors {@link #read} came across; each row is read once. */
    int brokenRead() {
      return broken.intValue();
    }

    /** Normalizes a vector in place; returns false, having filled it with NaN, if it is broken. */
    private boolean prepare(float[] values, int from) {
      double squares = squares(values, from);
      // So far below the largest float no product of two vectors overflows, nor a squared distance.
      if (squares < Float.MAX_VALUE / 8) {
        if (metric == Metric.COSINE && squares > 0) {
          double length = Math.sqrt(squares);
          for (int i = from; i < from + dimension(); i++) {
            values[i] = (float) (values[i] / length);
          }
        }
        return true;
      }
      Arrays.fill(values, from, from + dimension(), Float.NaN);
      return false;
    }

    /** Returns the squared length; four sums at a time, so that none waits for the one before. */
    private double squares(float[] values, int from) {
      double a = 0;
      double b = 0;
      double c = 0;
      double d = 0;
      int i = from;
      int end = from + dimension();
      for (; i + 3 < end; i += 4) {
        a += (double) values[i] * values[i];
        b += (double) values[i + 1] * values[i + 1];
        c += (double) values[i + 2] * values[i + 2];
        d += (double) values[i + 3] * values[i + 3];
      }
      for (; i < end; i++) {
        a += (double) values[i] * values[i];
      }
      return a + b + (c + d);
    }
  }
}
