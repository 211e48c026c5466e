package io.github.geofix.eval;

import com.google.gson.JsonObject;
import io.github.geofix.core.internal.Count;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How well queries found their positives in a gallery. Immutable and thread-safe.
 *
 * <p>R@K is the share of queries with a positive among their K best rows; semi-positives count as
 * wrong. R@1% is R@K with K = floor(gallery / 100), at least 1, as in Sample4Geo and FRGeo.
 */
public final class RetrievalReport {
  private static final String AVERAGE_PRECISION = "AP";

  private final int[] ranks;
  private final int @Nullable [] ranksBesideSemiPositives;
  private final int @Nullable [] coveringRanks;
  private final Map<Integer, int[]> ranksByMeters;
  private final double @Nullable [] averagePrecisions;
  private final int gallerySize;
  private final List<Integer> ks;
  private final RetrievalEvaluator.Ties ties;
  private final @Nullable BootstrapIntervals intervals;

  /**
   * @param ranks how many wrong rows rank above each query's best positive; the size of the gallery
   *     for a query that is never right
   * @param ranksBesideSemiPositives the same where semi-positives are not wrong
   * @param coveringRanks how many rows rank above the best that covers the query
   * @param ranksByMeters how many rows rank above the best within so many meters
   * @param averagePrecisions the average precision of each query; null if not asked for
   */
  RetrievalReport(
      int[] ranks,
      int @Nullable [] ranksBesideSemiPositives,
      int @Nullable [] coveringRanks,
      Map<Integer, int[]> ranksByMeters,
      double @Nullable [] averagePrecisions,
      int gallerySize,
      List<Integer> ks,
      RetrievalEvaluator.Ties ties,
      @Nullable BootstrapIntervals intervals) {
    this.ranks = ranks;
    this.ranksBesideSemiPositives = ranksBesideSemiPositives;
    this.coveringRanks = coveringRanks;
    this.ranksByMeters = ranksByMeters;
    this.averagePrecisions = averagePrecisions;
    this.gallerySize = gallerySize;
    this.ks = ks;
    this.ties = ties;
    this.intervals = intervals;
  }

  /** Returns a copy with {@link #intervals} by bootstrap over queries. */
  public RetrievalReport withIntervals(Bootstrap bootstrap) {
    return withIntervals(bootstrap, IntStream.range(0, ranks.length).toArray(), false);
  }

  /**
   * Returns a copy with {@link #intervals} by bootstrap over places, each drawn with all of its
   * queries.
   *
   * @param placeOf a number for each query, equal for queries of one place
   * @throws IllegalArgumentException if there are not as many numbers as queries
   */
  public RetrievalReport withIntervals(Bootstrap bootstrap, int[] placeOf) {
    if (placeOf.length != ranks.length) {
      throw new IllegalArgumentException(
          Count.of(placeOf.length, "places do not fit ") + Count.of(ranks.length, "queries"));
    }
    return withIntervals(bootstrap, placeOf, true);
  }

  private RetrievalReport withIntervals(Bootstrap bootstrap, int[] placeOf, boolean overPlaces) {
    Map<String, ToDoubleFunction<int[]>> figures = new LinkedHashMap<>();
    ks.forEach(k -> figures.put("R@" + k, within(ranks, Math.min(k, gallerySize))));
    figures.put("R@1%", within(ranks, onePercent()));
    figures.put(
        "mean reciprocal rank",
        queries ->
            Arrays.stream(queries).mapToDouble(q -> 1.0 / (ranks[q] + 1)).sum() / queries.length);
    if (averagePrecisions != null) {
      double[] precisions = averagePrecisions;
      figures.put(
          AVERAGE_PRECISION,
          queries -> Arrays.stream(queries).mapToDouble(q -> precisions[q]).sum() / queries.length);
    }
    if (coveringRanks != null) {
      figures.put("hit rate (covering)", within(coveringRanks, 1));
    }
    if (ranksBesideSemiPositives != null) {
      figures.put("hit rate (sample4geo)", within(ranksBesideSemiPositives, 1));
    }
    ranksByMeters.forEach((meters, all) -> figures.put("R@1@" + meters + "m", within(all, 1)));
    return new RetrievalReport(
        ranks,
        ranksBesideSemiPositives,
        coveringRanks,
        ranksByMeters,
        averagePrecisions,
        gallerySize,
        ks,
        ties,
        BootstrapIntervals.of(bootstrap, placeOf, overPlaces, figures));
  }

  private static ToDoubleFunction<int[]> within(int[] ranks, int best) {
    return queries -> {
      int right = 0;
      for (int query : queries) {
        right += ranks[query] < best ? 1 : 0;
      }
      return (double) right / queries.length;
    };
  }

  /**
   * Returns figures with 95 % intervals by bootstrap, by name; empty unless {@link
   * #withIntervals(Bootstrap)} drew them.
   */
  public Map<String, Bootstrap.Interval> intervals() {
    return intervals == null ? Map.of() : intervals.byName();
  }

  /** Returns a table of {@link #intervals}; it may have no row. */
  public Table intervalTable() {
    return intervals == null ? BootstrapIntervals.table(Map.of()) : intervals.table();
  }

  /** Returns the number of queries. */
  public int count() {
    return ranks.length;
  }

  /** Returns the number of rows searched. */
  public int gallerySize() {
    return gallerySize;
  }

  /** Returns how many rows, positives aside, rank above a query's best positive: 0 is right. */
  public int rank(int query) {
    return ranks[query];
  }

  /**
   * Returns the share of queries with a positive among their K best rows, for any K.
   *
   * @throws IllegalArgumentException if {@code k} is not positive
   */
  public Share recallAt(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("K must be 1 or more: " + k);
    }
    int best = Math.min(k, gallerySize);
    return Share.of(Arrays.stream(ranks).filter(rank -> rank < best).count(), ranks.length);
  }

  /** Returns the K of R@1%: floor(gallery / 100), at least 1. */
  public int onePercent() {
    return onePercent(gallerySize);
  }

  static int onePercent(int gallery) {
    return Math.max(1, gallery / 100);
  }

  /** Returns R@K with K of {@link #onePercent()}. */
  public Share recallAtOnePercent() {
    return recallAt(onePercent());
  }

  /**
   * Returns the hit rate as Sample4Geo computes it: the share of queries with nothing but
   * semi-positives above their positive. Empty if no query has semi-positives.
   */
  public Optional<Share> hitRateSample4Geo() {
    return first(ranksBesideSemiPositives);
  }

  /**
   * Returns the hit rate as the VIGOR paper defines it: the share of queries whose best row covers
   * them, be it positive or semi-positive. Empty if no query has semi-positives.
   *
   * <p>Zhu, Yang and Chen, "VIGOR: Cross-View Image Geo-localization beyond One-to-one Retrieval",
   * CVPR 2021.
   */
  public Optional<Share> hitRateCovering() {
    return first(coveringRanks);
  }

  private static Optional<Share> first(int @Nullable [] ranks) {
    return Optional.ofNullable(ranks)
        .map(all -> Share.of(Arrays.stream(all).filter(rank -> rank == 0).count(), all.length));
  }

  /**
   * Returns the mean over queries of their average precision, 0 to 1; empty unless {@link
   * RetrievalEvaluator#withAveragePrecision} asked for it.
   *
   * <p>The average precision is the area under precision over recall by the trapezoidal rule, as in
   * the evaluation of University-1652 (Zheng, Wei and Yang, ACM Multimedia 2020): of one positive
   * alone at rank r, counted from 0, it is 1 / (2 (r + 1)), and 1 at rank 0.
   */
  public OptionalDouble meanAveragePrecision() {
    return averagePrecisions == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(ExactSum.of(averagePrecisions).value() / averagePrecisions.length);
  }

  /**
   * Returns R@1 by meters: the share of queries whose best row lies at most so far away. Empty
   * unless the evaluator was given positions.
   */
  public Map<Integer, Share> withinMeters() {
    Map<Integer, Share> within = new LinkedHashMap<>();
    ranksByMeters.forEach(
        (meters, all) -> first(all).ifPresent(share -> within.put(meters, share)));
    return within;
  }

  /** Returns the numbers, in the shape written as JSON. */
  public Summary summary() {
    Map<String, Share> recall = new LinkedHashMap<>();
    ks.forEach(k -> recall.put(Integer.toString(k), recallAt(k)));
    recall.put("1%", recallAtOnePercent());
    Map<String, Share> hitRate = new LinkedHashMap<>();
    hitRateCovering().ifPresent(share -> hitRate.put("covering", share));
    hitRateSample4Geo().ifPresent(share -> hitRate.put("sample4geo", share));
    double reciprocal =
        ExactSum.of(Arrays.stream(ranks).mapToDouble(rank -> 1.0 / (rank + 1)).toArray()).value();
    return new Summary(
        count(),
        gallerySize,
        ties.name().toLowerCase(Locale.ROOT),
        onePercent(),
        reciprocal / ranks.length,
        averagePrecisions == null ? null : meanAveragePrecision().getAsDouble(),
        recall,
        hitRate,
        withinMeters());
  }

  /**
   * The numbers of a report.
   *
   * @param count the number of queries
   * @param gallery the number of rows searched
   * @param ties how ties were counted
   * @param onePercentK the K of R@1%
   * @param meanReciprocalRank the mean of 1 / (rank + 1)
   * @param meanAveragePrecision {@link RetrievalReport#meanAveragePrecision}; null if it was not
   *     asked for
   * @param recallAt R@K by K, and by {@code "1%"}
   * @param hitRate the hit rates by their definition; empty without semi-positives
   * @param withinMeters the shares of queries whose best row lies so near; empty without places
   */
  public record Summary(
      int count,
      int gallery,
      String ties,
      int onePercentK,
      double meanReciprocalRank,
      @Nullable Double meanAveragePrecision,
      Map<String, Share> recallAt,
      Map<String, Share> hitRate,
      Map<Integer, Share> withinMeters) {}

  /** Returns the shares by the name of their metric, such as {@code R@5}. */
  public Map<String, Share> shares() {
    Map<String, Share> shares = new LinkedHashMap<>();
    Summary summary = summary();
    summary.recallAt().forEach((k, share) -> shares.put("R@" + k, share));
    summary.hitRate().forEach((name, share) -> shares.put("hit rate (" + name + ")", share));
    summary.withinMeters().forEach((meters, share) -> shares.put("R@1@" + meters + "m", share));
    return shares;
  }

  /** Returns the figures as a table of one row each. */
  public Table table() {
    Table table = new Table("metric", "share", "95 % interval");
    shares()
        .forEach(
            (name, share) ->
                table.row(
                    name.equals("R@1%") ? "R@1% (K = " + onePercent() + ")" : name,
                    Table.percent(share.accuracy()) + " %",
                    Table.percent(share.low()) + " to " + Table.percent(share.high())));
    meanAveragePrecision()
        .ifPresent(mean -> table.row(AVERAGE_PRECISION, Table.percent(mean) + " %", ""));
    return table;
  }

  /**
   * Returns {@code metric,value,low,high} as CSV, shares from 0 to 1; the rows of {@link
   * #intervals} follow, named as such.
   */
  public String toCsv() {
    Table table = new Table("metric", "value", "low", "high");
    shares()
        .forEach(
            (name, share) ->
                table.row(
                    name,
                    Double.toString(share.accuracy()),
                    Double.toString(share.low()),
                    Double.toString(share.high())));
    meanAveragePrecision()
        .ifPresent(mean -> table.row(AVERAGE_PRECISION, Double.toString(mean), "", ""));
    if (intervals != null) {
      String title = intervals.title();
      intervals()
          .forEach(
              (name, interval) ->
                  table.row(
                      name + ", " + title.toLowerCase(Locale.ROOT),
                      Double.toString(interval.value()),
                      Double.toString(interval.low()),
                      Double.toString(interval.high())));
    }
    return table.toCsv();
  }

  /** Returns the report as a Markdown table and one line that states the conventions. */
  public String toMarkdown() {
    return table().toMarkdown()
        + String.format(
            Locale.ROOT,
            "\n%s in a gallery of %d; ties count %s; Wilson intervals.\n",
            Count.of(count(), "queries"),
            gallerySize,
            ties == RetrievalEvaluator.Ties.AGAINST_QUERY ? "against the query" : "for the query")
        + (intervals == null
            ? ""
            : "\n### " + intervals.title() + "\n\n" + intervals.table().toMarkdown());
  }

  /**
   * Returns {@link #summary()} as a JSON object, with {@code bootstrap} if intervals were drawn.
   */
  public String toJson() {
    return DistanceJson.text(toJsonObject());
  }

  /** As {@link #toJson}, as a tree, so that larger reports can contain it. */
  public JsonObject toJsonObject() {
    JsonObject json = DistanceJson.tree(summary()).getAsJsonObject();
    if (intervals != null) {
      json.add("bootstrap", DistanceJson.tree(intervals));
    }
    return json;
  }
}
