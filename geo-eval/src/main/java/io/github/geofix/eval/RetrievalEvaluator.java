package io.github.geofix.eval;

import io.github.geofix.core.index.Metric;
import io.github.geofix.core.index.ScoreCounts;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Ranks every gallery row for every query and reports recall. Immutable and thread-safe.
 *
 * <p>The rank of a query is the number of rows, positives aside, that score as much as its best
 * positive or more. It is counted block by block, so memory does not grow with the number of pairs:
 * see {@link ScoreCounts}.
 *
 * <p>A vector with a number that is not finite, or too large to be scored, is never right: such a
 * query ranks last, and such a row counts against every query, as a positive it is as good as
 * absent.
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
   * @throws IllegalArgumentException if there is no query or no row, the widths differ, or the
   *     matches do not fit
   */
  public RetrievalReport evaluate(Embeddings queries, Embeddings gallery, Matches matches) {
    if (queries.size() == 0 || gallery.size() == 0) {
      throw new IllegalArgumentException(
          "there is nothing to rank: " + queries.size() + " queries, " + gallery.size() + " rows");
    }
    if (matches.size() != queries.size()) {
      throw new IllegalArgumentException(
          matches.size() + " matches do not fit " + queries.size() + " queries");
    }
    ScoreCounts counter = ScoreCounts.of(metric, gallery.width());
    if (queries.width() != gallery.width()) {
      throw new IllegalArgumentException(
          "queries are " + queries.width() + " wide, rows " + gallery.width());
    }
    Sound soundQueries = new Sound(queries);
    Sound soundRows = new Sound(gallery);
    Limits limits = new Limits(queries.size());
    IntStream.range(0, (queries.size() + READ - 1) / READ)
        .parallel()
        .forEach(
            batch -> findLimits(counter, soundQueries, soundRows, matches, batch * READ, limits));
    int[][] above =
        counter.above(soundQueries, soundRows, new float[][] {limits.positive, limits.covering});
    int broken = soundRows.countBroken();
    int[] ranks = new int[queries.size()];
    boolean[] hits = new boolean[queries.size()];
    boolean[] covered = new boolean[queries.size()];
    for (int q = 0; q < ranks.length; q++) {
      if (limits.lost[q]) {
        ranks[q] = gallery.size() - matches.positives(q).length;
        continue;
      }
      ranks[q] = above[0][q] - limits.positivesAbove[q] + broken - limits.brokenPositives[q];
      hits[q] = ranks[q] - limits.semiAbove[q] - limits.brokenSemi[q] == 0;
      covered[q] =
          above[1][q]
                  - limits.coveringAbove[q]
                  + broken
                  - limits.brokenPositives[q]
                  - limits.brokenSemi[q]
              == 0;
    }
    return new RetrievalReport(
        ranks, hits, covered, gallery.size(), ks, ties, hasSemiPositives(matches));
  }

  private static boolean hasSemiPositives(Matches matches) {
    return IntStream.range(0, matches.size()).anyMatch(q -> matches.semiPositives(q).length > 0);
  }

  /** What is known of each query before the gallery is passed over. */
  private static final class Limits {
    /** Rows above this limit rank above the best positive, or level with it. */
    final float[] positive;

    /** The same for the best row that covers the query: a positive or a semi-positive. */
    final float[] covering;

    final int[] positivesAbove;
    final int[] semiAbove;
    final int[] coveringAbove;
    final int[] brokenPositives;
    final int[] brokenSemi;
    final boolean[] lost;

    Limits(int queries) {
      positive = new float[queries];
      covering = new float[queries];
      positivesAbove = new int[queries];
      semiAbove = new int[queries];
      coveringAbove = new int[queries];
      brokenPositives = new int[queries];
      brokenSemi = new int[queries];
      lost = new boolean[queries];
    }
  }

  private void findLimits(
      ScoreCounts counter,
      Sound queries,
      Sound gallery,
      Matches matches,
      int first,
      Limits limits) {
    float[] query = new float[queries.width()];
    float[] row = new float[gallery.width()];
    for (int q = first; q < Math.min(first + READ, queries.size()); q++) {
      boolean sound = queries.readOne(q, query);
      int[] positives = matches.positives(q);
      int[] semi = matches.semiPositives(q);
      float[] positiveScores = scores(counter, query, gallery, positives, row);
      float[] semiScores = scores(counter, query, gallery, semi, row);
      float best = max(positiveScores);
      limits.lost[q] = !sound || best == Float.NEGATIVE_INFINITY;
      if (limits.lost[q]) {
        // Nothing is above this, so nothing is counted.
        limits.positive[q] = Float.POSITIVE_INFINITY;
        limits.covering[q] = Float.POSITIVE_INFINITY;
        continue;
      }
      // More than the number just below is as much or more.
      float cover = Math.max(best, max(semiScores));
      limits.positive[q] = ties == Ties.AGAINST_QUERY ? Math.nextDown(best) : best;
      limits.covering[q] = ties == Ties.AGAINST_QUERY ? Math.nextDown(cover) : cover;
      limits.positivesAbove[q] = countAbove(positiveScores, limits.positive[q]);
      limits.semiAbove[q] = countAbove(semiScores, limits.positive[q]);
      limits.coveringAbove[q] =
          countAbove(positiveScores, limits.covering[q])
              + countAbove(semiScores, limits.covering[q]);
      limits.brokenPositives[q] = countBroken(positiveScores);
      limits.brokenSemi[q] = countBroken(semiScores);
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

  private static float max(float[] scores) {
    float max = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = score > max ? score : max;
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

  private static int countBroken(float[] scores) {
    int count = 0;
    for (float score : scores) {
      count += Float.isNaN(score) ? 1 : 0;
    }
    return count;
  }

  /**
   * Vectors ready to be scored: normalised for the cosine. In place of a broken vector stands one
   * that is never counted, since each of its scores is not a number.
   */
  private final class Sound implements ScoreCounts.Rows {
    private final Embeddings vectors;

    Sound(Embeddings vectors) {
      this.vectors = vectors;
    }

    @Override
    public int size() {
      return vectors.size();
    }

    @Override
    public int width() {
      return vectors.width();
    }

    @Override
    public void read(int first, int count, float[] target) {
      vectors.read(first, count, target);
      for (int i = 0; i < count; i++) {
        prepare(target, i * width());
      }
    }

    boolean readOne(int index, float[] target) {
      vectors.read(index, 1, target);
      return prepare(target, 0);
    }

    int countBroken() {
      return IntStream.range(0, (size() + READ - 1) / READ)
          .parallel()
          .map(
              batch -> {
                float[] row = new float[width()];
                int broken = 0;
                for (int i = batch * READ; i < Math.min(size(), (batch + 1) * READ); i++) {
                  broken += readOne(i, row) ? 0 : 1;
                }
                return broken;
              })
          .sum();
    }

    /** Normalises a vector in place; returns false, having filled it with NaN, if it is broken. */
    private boolean prepare(float[] values, int from) {
      double squares = 0;
      for (int i = from; i < from + width(); i++) {
        squares += (double) values[i] * values[i];
      }
      // So far below the largest float no product of two vectors overflows, nor a squared distance.
      if (squares < Float.MAX_VALUE / 8) {
        if (metric == Metric.COSINE && squares > 0) {
          double length = Math.sqrt(squares);
          for (int i = from; i < from + width(); i++) {
            values[i] = (float) (values[i] / length);
          }
        }
        return true;
      }
      Arrays.fill(values, from, from + width(), Float.NaN);
      return false;
    }
  }
}
