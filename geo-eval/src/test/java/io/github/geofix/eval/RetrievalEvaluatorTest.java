package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.eval.RetrievalEvaluator.Ties;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetrievalEvaluatorTest {
  private static final Path ORACLE =
      Path.of("src/test/resources/oracles/retrieval_infonce.safetensors");

  private static final RetrievalEvaluator EVALUATOR =
      RetrievalEvaluator.recallAt(1, 5, 10).withMetric(Metric.DOT);

  @ParameterizedTest
  @EnumSource(Ties.class)
  void agreesWithSample4GeoAndFrGeo(Ties ties) {
    try (Safetensors oracle = Safetensors.open(ORACLE)) {
      Embeddings queries = rows(oracle, "query");
      Embeddings gallery = rows(oracle, "reference");
      long[] labels = oracle.longs("labels");
      List<int[]> semi = new ArrayList<>();
      int[] positives = new int[300];
      for (int q = 0; q < 300; q++) {
        positives[q] = (int) labels[4 * q];
        int first = 4 * q;
        semi.add(IntStream.range(1, 4).map(i -> (int) labels[first + i]).toArray());
      }
      RetrievalReport report =
          EVALUATOR
              .withTies(ties)
              .evaluate(queries, gallery, Matches.of(positives).withSemiPositives(semi));
      double[] vigor = oracle.doubles("vigor_R1_R5_R10_R1pct_hit");
      assertShares(report, vigor);
      assertThat(report.hitRateSample4Geo().orElseThrow().accuracy() * 100)
          .isCloseTo(vigor[4], within(1e-4));
      assertThat(report.hitRateCovering().orElseThrow().accuracy())
          .isGreaterThanOrEqualTo(report.hitRateSample4Geo().orElseThrow().accuracy());

      RetrievalReport plain =
          EVALUATOR.withTies(ties).evaluate(queries, gallery, Matches.of(positives));
      assertShares(plain, oracle.doubles("cvusa_R1_R5_R10_R1pct"));
      assertShares(plain, oracle.doubles("frgeo_R1_R5_R10_R1pct"));
      assertThat(plain.hitRateSample4Geo()).isEmpty();
    }
  }

  private static void assertShares(RetrievalReport report, double[] expected) {
    double scale = Arrays.stream(expected).max().orElseThrow() > 1 ? 100 : 1;
    assertThat(report.recallAt(1).accuracy() * scale).isCloseTo(expected[0], within(1e-4));
    assertThat(report.recallAt(5).accuracy() * scale).isCloseTo(expected[1], within(1e-4));
    assertThat(report.recallAt(10).accuracy() * scale).isCloseTo(expected[2], within(1e-4));
    assertThat(report.recallAtOnePercent().accuracy() * scale).isCloseTo(expected[3], within(1e-4));
  }

  private static Embeddings rows(Safetensors oracle, String tensor) {
    int width = (int) oracle.shape(tensor)[1];
    float[] values = oracle.floats(tensor);
    float[][] rows = new float[values.length / width][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
    }
    return Embeddings.of(rows);
  }

  /** Small whole numbers: products are exact, and many scores are level. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void ranksAsTheDefinitionDoes(long seed) {
    Random random = new Random(seed);
    int width = 1 + random.nextInt(40);
    float[][] queries = whole(1 + random.nextInt(300), width, random);
    float[][] gallery = whole(3 + random.nextInt(500), width, random);
    // Duplicated rows are ties.
    gallery[1] = gallery[0].clone();
    List<int[]> positives = new ArrayList<>();
    List<int[]> semi = new ArrayList<>();
    List<int[]> given = new ArrayList<>();
    for (int q = 0; q < queries.length; q++) {
      int[] shuffled = random.ints(8, 0, gallery.length).distinct().limit(5).toArray();
      int split = 1 + random.nextInt(shuffled.length);
      positives.add(Arrays.copyOf(shuffled, split));
      semi.add(Arrays.copyOfRange(shuffled, split, shuffled.length));
      // A positive that is named as a semi-positive, too, stays a positive.
      given.add(seed % 3 == 0 ? shuffled : semi.get(q));
    }
    Matches matches = Matches.of(positives).withSemiPositives(given);
    List<LatLng> places = points(queries.length + gallery.length, random);
    List<LatLng> rowPlaces = places.subList(queries.length, places.size());
    Matches near = Matches.within(places.subList(0, queries.length), rowPlaces, 100);
    for (Metric metric : new Metric[] {Metric.DOT, Metric.L2}) {
      for (Ties ties : Ties.values()) {
        RetrievalReport report =
            EVALUATOR
                .withMetric(metric)
                .withTies(ties)
                .evaluate(
                    Embeddings.of(queries), Embeddings.of(gallery), matches, Map.of(40, near));
        int nearest = 0;
        int hits = 0;
        int covered = 0;
        for (int q = 0; q < queries.length; q++) {
          double[] scores = new double[gallery.length];
          for (int row = 0; row < gallery.length; row++) {
            scores[row] = score(metric, queries[q], gallery[row]);
          }
          int[] rows = near.positives(q);
          nearest += rows.length > 0 && above(scores, rows, ties).isEmpty() ? 1 : 0;
          List<Integer> above = above(scores, positives.get(q), ties);
          List<Integer> wrong = new ArrayList<>(above);
          wrong.removeAll(Arrays.stream(semi.get(q)).boxed().toList());
          assertThat(report.rank(q)).as("query " + q).isEqualTo(above.size());
          hits += wrong.isEmpty() ? 1 : 0;
          int[] covering =
              IntStream.concat(Arrays.stream(positives.get(q)), Arrays.stream(semi.get(q)))
                  .toArray();
          covered += above(scores, covering, ties).isEmpty() ? 1 : 0;
        }
        assertThat(report.withinMeters()).containsEntry(40, Share.of(nearest, queries.length));
        if (report.hitRateSample4Geo().isPresent()) {
          assertThat(report.hitRateSample4Geo().orElseThrow())
              .isEqualTo(Share.of(hits, queries.length));
          assertThat(report.hitRateCovering().orElseThrow())
              .isEqualTo(Share.of(covered, queries.length));
        }
      }
    }
  }

  /** Precision over recall of the ranked list, row by row, as the evaluation of University-1652. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void averagesPrecisionAsTheDefinitionDoes(long seed) {
    Random random = new Random(seed);
    float[][] queries = whole(1 + random.nextInt(200), 6, random);
    float[][] gallery = whole(20 + random.nextInt(300), 6, random);
    List<int[]> positives = new ArrayList<>();
    for (int q = 0; q < queries.length; q++) {
      positives.add(random.ints(1 + random.nextInt(60), 0, gallery.length).distinct().toArray());
    }
    for (Ties ties : Ties.values()) {
      double sum = 0;
      for (int q = 0; q < queries.length; q++) {
        sum += averagePrecision(queries[q], gallery, positives.get(q), ties);
      }
      RetrievalReport report =
          EVALUATOR
              .withTies(ties)
              .withAveragePrecision()
              .evaluate(Embeddings.of(queries), Embeddings.of(gallery), Matches.of(positives));
      assertThat(report.meanAveragePrecision().orElseThrow())
          .isCloseTo(sum / queries.length, within(1e-12));
      assertThat(report.summary().meanAveragePrecision())
          .isEqualTo(report.meanAveragePrecision().orElseThrow());
      assertThat(report.withIntervals(Bootstrap.defaults()).intervals()).containsKey("AP");
      assertThat(report.toJson()).contains("meanAveragePrecision");
      assertThat(report.toCsv()).contains("\nAP,0.");
    }
    RetrievalReport without =
        EVALUATOR.evaluate(Embeddings.of(queries), Embeddings.of(gallery), Matches.of(positives));
    assertThat(without.meanAveragePrecision()).isEmpty();
    assertThat(without.toJson()).doesNotContain("meanAveragePrecision");
  }

  private static double averagePrecision(
      float[] query, float[][] gallery, int[] positives, Ties ties) {
    List<Integer> right = Arrays.stream(positives).boxed().toList();
    Comparator<Integer> wrongFirst =
        Comparator.comparing((Integer row) -> right.contains(row) == (ties == Ties.AGAINST_QUERY));
    List<Integer> ranked =
        IntStream.range(0, gallery.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer row) -> -score(Metric.DOT, query, gallery[row]))
                    .thenComparing(wrongFirst))
            .toList();
    double area = 0;
    double precision = 1;
    int found = 0;
    for (int i = 0; i < ranked.size(); i++) {
      double before = precision;
      found += right.contains(ranked.get(i)) ? 1 : 0;
      precision = found / (i + 1.0);
      if (right.contains(ranked.get(i))) {
        area += (before + precision) / 2 / right.size();
      }
    }
    return area;
  }

  private static double score(Metric metric, float[] query, float[] row) {
    double score = 0;
    for (int d = 0; d < row.length; d++) {
      double difference = (double) query[d] - row[d];
      score += metric == Metric.L2 ? -difference * difference : (double) query[d] * row[d];
    }
    return score;
  }

  /** Rows that are not right and rank above all right ones. */
  private static List<Integer> above(double[] scores, int[] right, Ties ties) {
    double best =
        Arrays.stream(right).mapToDouble(row -> scores[row]).max().orElse(Double.NEGATIVE_INFINITY);
    List<Integer> above = new ArrayList<>();
    for (int row = 0; row < scores.length; row++) {
      int candidate = row;
      if (Arrays.stream(right).noneMatch(r -> r == candidate)
          && (scores[row] > best || (ties == Ties.AGAINST_QUERY && scores[row] == best))) {
        above.add(row);
      }
    }
    return above;
  }

  private static float[][] whole(int count, int width, Random random) {
    float[][] rows = new float[count][width];
    for (float[] row : rows) {
      for (int d = 0; d < width; d++) {
        row[d] = random.nextInt(5) - 2;
      }
    }
    return rows;
  }

  @Test
  void givesAModelThatScoresAllAlikeNothingUnlessFlattered() {
    float[][] same = new float[50][8];
    for (float[] row : same) {
      Arrays.fill(row, 1);
    }
    Matches matches = Matches.of(IntStream.range(0, 50).toArray());
    RetrievalEvaluator evaluator = RetrievalEvaluator.recallAt(1);
    assertThat(
            evaluator
                .evaluate(Embeddings.of(same), Embeddings.of(same), matches)
                .recallAt(49)
                .accuracy())
        .isZero();
    assertThat(
            evaluator
                .withTies(Ties.FLATTERING)
                .evaluate(Embeddings.of(same), Embeddings.of(same), matches)
                .recallAt(1)
                .accuracy())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void findsTheBestRowsThatSortingFinds(long seed) {
    Random random = new Random(seed);
    float[][] gallery = whole(200, 7, random);
    float[][] queries = whole(3, 7, random);
    RetrievalEvaluator evaluator = EVALUATOR.withMetric(Metric.DOT);
    List<Integer> sorted =
        IntStream.range(0, 200)
            .boxed()
            .sorted(Comparator.comparing(row -> -score(Metric.DOT, queries[2], gallery[row])))
            .limit(9)
            .toList();
    assertThat(evaluator.best(Embeddings.of(queries), 2, Embeddings.of(gallery), 9))
        .extracting(RetrievalEvaluator.Ranked::row)
        .containsExactlyElementsOf(sorted);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void refusesVectorsThatAreNotFinite(float value) {
    float[][] bad = whole(3000, 5, new Random(1));
    bad[2000][4] = value;
    bad[2500][0] = value;
    Embeddings sound = Embeddings.of(whole(3000, 5, new Random(2)));
    Matches matches = Matches.of(IntStream.range(0, 3000).toArray());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EVALUATOR.evaluate(sound, Embeddings.of(bad), matches))
        .withMessage("row 2000 of the gallery is not finite: it holds NaN or infinite numbers");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EVALUATOR.evaluate(Embeddings.of(bad), sound, matches))
        .withMessageStartingWith("row 2000 of the queries is not finite");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EVALUATOR.best(sound, 0, Embeddings.of(bad), 3))
        .withMessageStartingWith("row 2000 of the gallery is not finite");
  }

  @Test
  void refusesVectorsWhoseProductsOverflow() {
    Embeddings large = Embeddings.of(new float[][] {{1}, {0x1p63f}});
    Embeddings small = Embeddings.of(new float[][] {{1}, {2}});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EVALUATOR.evaluate(small, large, Matches.of(0, 1)))
        .withMessageStartingWith("row 1 of the gallery is too large to score: its length is 9.22");
  }

  @Test
  void aQueryWithoutPositiveIsNeverRightHoweverSmallTheGallery() {
    Embeddings three = Embeddings.of(new float[][] {{1}, {2}, {3}});
    LatLng here = new LatLng(0, 0);
    LatLng away = new LatLng(0, 90);
    Matches near = Matches.within(List.of(here, here, here), List.of(away, away, away), 1);
    for (Ties ties : Ties.values()) {
      RetrievalReport report =
          EVALUATOR.withTies(ties).evaluate(three, three, Matches.of(0, 1, 2), Map.of(40, near));
      assertThat(report.withinMeters()).containsEntry(40, Share.of(0, 3));
    }
  }

  @Test
  void refusesToSearchVectorsOfAnotherWidth() {
    Embeddings two = Embeddings.of(new float[][] {{3, 4}});
    Embeddings three = Embeddings.of(new float[][] {{3, 4, 5}});
    for (Embeddings[] pair : new Embeddings[][] {{two, three}, {three, two}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> EVALUATOR.best(pair[0], 0, pair[1], 1))
          .withMessageContaining("dimension");
    }
  }

  @Test
  void acceptsOneQueryAndOneRow() {
    Embeddings one = Embeddings.of(new float[][] {{3, 4}});
    RetrievalReport report = RetrievalEvaluator.recallAt(1).evaluate(one, one, Matches.of(0));
    assertThat(report.recallAt(1).accuracy()).isEqualTo(1);
    assertThat(report.onePercent()).isEqualTo(1);
    assertThat(report.toMarkdown())
        .contains("| R@1 | 100.0 % | 20.7 to 100.0 |", "ties count against the query");
    assertThat(report.toJson()).contains("\"1%\": {", "\"ties\": \"against_query\"");
  }

  @Test
  void doesNotLetTheLengthOfAVectorMatterByCosine() {
    Embeddings queries = Embeddings.of(new float[][] {{1, 0}});
    Embeddings gallery = Embeddings.of(new float[][] {{0.1f, 0.01f}, {5, 5}});
    Matches matches = Matches.of(0);
    RetrievalEvaluator cosine = RetrievalEvaluator.recallAt(1);
    assertThat(cosine.evaluate(queries, gallery, matches).rank(0)).isZero();
    assertThat(cosine.withMetric(Metric.DOT).evaluate(queries, gallery, matches).rank(0))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void matchesEveryRowWithinTheDistance(long seed) {
    Random random = new Random(seed);
    List<LatLng> gallery = points(400, random);
    List<LatLng> queries = new ArrayList<>(gallery.subList(0, 60));
    Matches matches = Matches.within(queries, gallery, 120);
    for (int q = 0; q < queries.size(); q++) {
      LatLng query = queries.get(q);
      int[] expected =
          IntStream.range(0, gallery.size())
              .filter(row -> GreatCircle.distanceKm(query, gallery.get(row)) <= 120)
              .toArray();
      assertThat(matches.positives(q)).containsExactly(expected);
    }
  }

  /** Around a pole and the antimeridian, where longitudes mislead. */
  private static List<LatLng> points(int count, Random random) {
    List<LatLng> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      points.add(
          i % 2 == 0
              ? new LatLng(random.nextDouble(88, 90), random.nextDouble(-180, 180))
              : LatLng.wrapped(random.nextInt(5), 178 + random.nextInt(5)));
    }
    return points;
  }

  @Test
  void refusesWhatDoesNotFit() {
    Embeddings two = Embeddings.of(new float[2][3]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EVALUATOR.evaluate(two, two, Matches.of(0)))
        .withMessage("1 match does not fit 2 queries");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EVALUATOR.evaluate(two, two, Matches.of(0, 7)))
        .withMessage("row 7 is matched, the gallery has 2 rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EVALUATOR.evaluate(two, Embeddings.of(new float[2][4]), Matches.of(0, 1)))
        .withMessage("queries have dimension 3, rows 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EVALUATOR.evaluate(Embeddings.of(new float[0][]), two, Matches.of()))
        .withMessageStartingWith("there is nothing to rank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Matches.of(List.of(new int[0])))
        .withMessage("query 0 has no positive");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.of(new float[][] {{1}, {1, 2}}));
    assertThatIllegalArgumentException().isThrownBy(() -> RetrievalEvaluator.recallAt(0));
  }
}
