package io.github.geofix.spark;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.RetrievalEvaluator.HitTally;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** Recall of hits, from counts of parts. */
final class SearchRecall {
  private static final String QUERY = "query";
  private static final String RANK = "rank";
  private static final String TRUE_LATITUDE = "true_latitude";
  private static final String TRUE_LONGITUDE = "true_longitude";

  private SearchRecall() {}

  static HitTally.Summary near(
      Dataset<Row> hits, Dataset<Row> queries, double withinKm, int... ks) {
    if (!(withinKm >= 0)) {
      throw new IllegalArgumentException("withinKm must be 0 or more: " + withinKm);
    }
    Dataset<Row> answered =
        Arrays.asList(queries.columns()).contains(PhotoRows.ERROR)
            ? queries.filter(functions.col(PhotoRows.ERROR).isNull())
            : queries;
    Dataset<Row> truths =
        answered
            .select(
                functions.col(PhotoRows.IMAGE).as(QUERY),
                functions.col(PhotoRows.LATITUDE).cast("double").as(TRUE_LATITUDE),
                functions.col(PhotoRows.LONGITUDE).cast("double").as(TRUE_LONGITUDE))
            .na()
            .drop();
    Dataset<Row> right =
        hits.join(truths, QUERY)
            .select(
                QUERY, RANK, PhotoRows.LATITUDE, PhotoRows.LONGITUDE, TRUE_LATITUDE, TRUE_LONGITUDE)
            .filter(new Near(withinKm));
    return of(hits, truths.select(QUERY), right.select(QUERY, RANK), ks);
  }

  static HitTally.Summary matching(Dataset<Row> hits, Dataset<Row> matches, int... ks) {
    Dataset<Row> pairs = matches.select(QUERY, PhotoRows.IMAGE).na().drop().distinct();
    Dataset<Row> right =
        hits.select(QUERY, RANK, PhotoRows.IMAGE)
            .join(pairs, new String[] {QUERY, PhotoRows.IMAGE}, "left_semi")
            .select(QUERY, RANK);
    return of(hits, pairs.select(QUERY).distinct(), right, ks);
  }

  private static HitTally.Summary of(
      Dataset<Row> hits, Dataset<Row> queries, Dataset<Row> right, int... ks) {
    HitTally all = new HitTally(ks);
    requireHits(hits, Arrays.stream(ks).max().orElseThrow());
    Column first = functions.min(RANK).as(RANK);
    queries
        .join(right.groupBy(QUERY).agg(first), new String[] {QUERY}, "left")
        .select(RANK)
        .mapPartitions(new Tally(ks), Encoders.javaSerialization(HitTally.class))
        .toLocalIterator()
        .forEachRemaining(all::merge);
    if (all.count() == 0) {
      throw new IllegalArgumentException("there is no query with a known answer");
    }
    return all.summary();
  }

  /** A K beyond the hits would be reported too low. */
  private static void requireHits(Dataset<Row> hits, int most) {
    Row last = hits.agg(functions.max(functions.col(RANK).cast("int"))).head();
    if (last.isNullAt(0) || last.getInt(0) < most) {
      throw new IllegalArgumentException(
          "the hits end at rank "
              + (last.isNullAt(0) ? 0 : last.getInt(0))
              + ", recall at "
              + most
              + " needs more: search for the "
              + most
              + " nearest rows, or ask for a lower K");
    }
  }

  /** Keeps hits that lie near the query. */
  private record Near(double km) implements FilterFunction<Row> {

    @Override
    public boolean call(Row hit) {
      return GreatCircle.distanceKm(
              new LatLng(hit.getDouble(4), hit.getDouble(5)),
              new LatLng(hit.getDouble(2), hit.getDouble(3)))
          <= km;
    }
  }

  private record Tally(int... ks) implements MapPartitionsFunction<Row, HitTally> {

    @Override
    public Iterator<HitTally> call(Iterator<Row> queries) {
      HitTally tally = new HitTally(ks);
      queries.forEachRemaining(
          query -> tally.add(query.isNullAt(0) ? Integer.MAX_VALUE : query.getInt(0) - 1));
      return List.of(tally).iterator();
    }
  }
}
