package io.github.geofix.spark;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.eval.Drift;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Tests of drift on a bounded sample: the photos whose names have the least hashes, so that the
 * names alone decide which they are, however Spark splits them.
 */
final class DriftSample {
  /** The masses of so many answers are known to 0.016 at the level 0.01. */
  static final int MOST_ANSWERS = 10_000;

  private static final long SEED = 20_260_101;

  private DriftSample() {}

  /** Returns the rows of at most so many photos, whose names differ. */
  static Dataset<Row> of(Dataset<Row> rows, int most) {
    Column hash = functions.xxhash64(functions.lit(SEED), functions.col(PhotoRows.IMAGE));
    List<Long> least =
        rows.select(hash.as("hash"))
            .orderBy("hash")
            .limit(most)
            .as(Encoders.LONG())
            .collectAsList();
    return least.size() < most ? rows : rows.filter(hash.leq(least.get(most - 1)));
  }

  static Optional<Drift> ofAnswers(Dataset<Row> answers, AnswerRule rule) {
    Dataset<Row> answered = answers.filter(functions.col(SparkGeo.GUESS_LATITUDE).isNotNull());
    List<Double> masses =
        of(answered, MOST_ANSWERS)
            .select(SparkGeo.GUESS_LATITUDE, SparkGeo.GUESS_LONGITUDE, LocatePhotos.CANDIDATES)
            .mapPartitions(new Masses(rule.bound().withinKm()), Encoders.DOUBLE())
            .collectAsList();
    return masses.size() < Drift.LEAST_PHOTOS
        ? Optional.empty()
        : Optional.of(Drift.of(rule, masses));
  }

  /** The score near each answer. */
  private record Masses(double withinKm) implements MapPartitionsFunction<Row, Double> {

    @Override
    public Iterator<Double> call(Iterator<Row> answers) {
      return stream(answers).map(this::mass).iterator();
    }

    private double mass(Row answer) {
      List<Candidate> candidates =
          answer.<Row>getList(2).stream()
              .map(row -> candidate(place(row), row.getDouble(2)))
              .toList();
      return AnswerRule.mass(new Location(place(answer), candidates, List.of()), withinKm);
    }

    private static LatLng place(Row row) {
      return new LatLng(row.getDouble(0), row.getDouble(1));
    }

    private static Candidate candidate(LatLng place, double score) {
      return new Candidate(place, score, 0, S2Cell.of(place, S2Cells.MAX_LEVEL));
    }
  }

  static Optional<Drift.OfVectors> ofPhotos(
      Dataset<Row> photos,
      CalibrationVectors calibration,
      SparkGeo.Model model,
      PhotoRows.Progress progress) {
    List<float[]> vectors =
        of(photos, Drift.OfVectors.MOST_PHOTOS)
            .mapPartitions(
                new Vectors(model, progress),
                Encoders.tuple(
                    Encoders.STRING(), photos.sparkSession().implicits().newFloatArrayEncoder()))
            .collectAsList()
            .stream()
            .sorted(Comparator.comparing(Tuple2<String, float[]>::_1))
            .map(Tuple2::_2)
            .toList();
    return vectors.size() < Drift.LEAST_PHOTOS
        ? Optional.empty()
        : Optional.of(Drift.OfVectors.of(calibration, vectors));
  }

  /** The model's vectors of the photos that can be read, with their names. */
  private record Vectors(SparkGeo.Model model, PhotoRows.Progress progress)
      implements MapPartitionsFunction<Row, Tuple2<String, float[]>> {

    @Override
    public Iterator<Tuple2<String, float[]>> call(Iterator<Row> rows) {
      if (!rows.hasNext()) {
        return Stream.<Tuple2<String, float[]>>empty().iterator();
      }
      SharedModels.Use<Localizer> use = SharedModels.localizer(model);
      return stream(rows).flatMap(row -> vector(row, use).stream()).iterator();
    }

    private Optional<Tuple2<String, float[]>> vector(Row row, SharedModels.Use<Localizer> use) {
      PhotoRows.Photo<Photo> read = PhotoRows.Photo.read(row, use.model().photoLimits(), Photo::of);
      progress.photos().add(1);
      @Nullable Photo photo = read.image();
      if (photo == null) {
        progress.failures().add(1);
        return Optional.empty();
      }
      return use.timed(progress.millis(), () -> use.model().vector(photo))
          .map(vector -> new Tuple2<>(row.<String>getAs(PhotoRows.IMAGE), vector));
    }
  }

  private static Stream<Row> stream(Iterator<Row> rows) {
    Iterable<Row> all = () -> rows;
    return StreamSupport.stream(all.spliterator(), false);
  }
}
