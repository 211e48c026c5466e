package io.github.geofix.spark;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/** Figures of answers, from sums of parts and a sort. */
final class Evaluation {
  private Evaluation() {}

  static DistanceReport.Summary of(Dataset<Row> answers, List<Double> limitsKm) {
    Dataset<Double> errors =
        answers
            .select(
                PhotoRows.LATITUDE,
                PhotoRows.LONGITUDE,
                SparkGeo.GUESS_LATITUDE,
                SparkGeo.GUESS_LONGITUDE,
                PhotoRows.ERROR)
            .mapPartitions(new Errors(), Encoders.DOUBLE());
    DistanceReport.Tally all = new DistanceReport.Tally(limitsKm);
    errors
        .mapPartitions(new Tally(limitsKm), Encoders.javaSerialization(DistanceReport.Tally.class))
        .toLocalIterator()
        .forEachRemaining(all::merge);
    if (all.count() == 0) {
      throw new IllegalArgumentException("there is no photo to evaluate");
    }
    long[] ranks = all.ranks();
    Map<Long, Double> found = new HashMap<>();
    errors
        .sort("value")
        .javaRDD()
        .zipWithIndex()
        .filter(error -> Arrays.binarySearch(ranks, error._2()) >= 0)
        .collect()
        .forEach(error -> found.put(error._2(), error._1()));
    return all.summary(found::get);
  }

  /** The errors of a part in km. */
  private record Errors() implements MapPartitionsFunction<Row, Double> {

    @Override
    public Iterator<Double> call(Iterator<Row> answers) {
      Iterable<Row> rows = () -> answers;
      return StreamSupport.stream(rows.spliterator(), false)
          .filter(row -> row.isNullAt(4) && !row.isNullAt(0) && !row.isNullAt(1))
          .map(Errors::km)
          .iterator();
    }

    private static double km(Row row) {
      return row.isNullAt(2)
          ? DistanceErrors.WORST_KM
          : GreatCircle.distanceKm(
              new LatLng(row.getDouble(0), row.getDouble(1)),
              new LatLng(row.getDouble(2), row.getDouble(3)));
    }
  }

  private record Tally(List<Double> limitsKm)
      implements MapPartitionsFunction<Double, DistanceReport.Tally> {

    @Override
    public Iterator<DistanceReport.Tally> call(Iterator<Double> errors) {
      DistanceReport.Tally tally = new DistanceReport.Tally(limitsKm);
      errors.forEachRemaining(tally::add);
      return List.of(tally).iterator();
    }
  }
}
