package io.github.geofix.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.Drift;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

final class DriftSampleTest {
  private static final SparkSession SPARK = LocalSpark.session();
  private static final SparkGeo GEO = SparkGeo.of(SPARK);

  @Test
  void aSampleFollowsFromTheNamesHoweverTheyAreSplit() {
    Dataset<Row> all = SPARK.range(0, 2000, 1, 7).selectExpr("concat('photo ', id) AS image");
    List<String> drawn = names(DriftSample.of(all, 100));
    assertThat(names(DriftSample.of(all.repartition(2), 100))).isEqualTo(drawn);
    assertThat(drawn)
        .hasSize(100)
        .containsExactlyInAnyOrderElementsOf(
            names(all.orderBy(functions.expr("xxhash64(20260101L, image)")).limit(100)));
    // A tenth of each half, within four standard deviations.
    assertThat(drawn.stream().filter(name -> Integer.parseInt(name.substring(6)) < 1000).count())
        .isBetween(30L, 70L);
    assertThat(names(DriftSample.of(all, 2000))).hasSize(2000);
    assertThat(names(DriftSample.of(all, 2001))).hasSize(2000);
  }

  private static List<String> names(Dataset<Row> rows) {
    return rows.as(Encoders.STRING()).collectAsList().stream().sorted().toList();
  }

  @Test
  void scoresDriftAsInOneJvm() {
    Random random = new Random(4);
    List<Double> masses = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      LatLng guess = new LatLng(random.nextInt(60), random.nextInt(100));
      LatLng near = new LatLng(guess.latitude() + 1, guess.longitude());
      LatLng far = new LatLng(guess.latitude() + 20, guess.longitude());
      double[] scores = {0.4 + 0.1 * random.nextDouble(), 0.3 * random.nextDouble(), 0.1};
      masses.add(scores[0] + scores[1]);
      rows.add(
          RowFactory.create(
              "photo " + i,
              guess.latitude(),
              guess.longitude(),
              new Row[] {
                candidate(guess, scores[0]), candidate(near, scores[1]), candidate(far, 0)
              }));
    }
    rows.add(RowFactory.create("declined", null, null, null));
    List<Double> fitted = IntStream.range(0, 150).mapToObj(i -> 0.3 + i / 300.0).toList();
    AnswerRule rule = new AnswerRule(new ErrorBound(200, 0.5, 0.1), Optional.of(0.5), fitted);
    Dataset<Row> answers =
        SPARK.createDataFrame(
            rows,
            new StructType()
                .add(LocatePhotos.COLUMNS.apply("image"))
                .add(LocatePhotos.COLUMNS.apply("guess_latitude"))
                .add(LocatePhotos.COLUMNS.apply("guess_longitude"))
                .add(LocatePhotos.COLUMNS.apply("candidates")));
    assertThat(GEO.scoreDrift(answers.repartition(5), rule)).contains(Drift.of(rule, masses));
    assertThat(Drift.of(rule, masses).isAlarm()).isTrue();
    assertThat(GEO.scoreDrift(answers.limit(Drift.LEAST_PHOTOS - 1), rule)).isEmpty();
  }

  private static Row candidate(LatLng place, double score) {
    return RowFactory.create(place.latitude(), place.longitude(), score, "1");
  }
}
