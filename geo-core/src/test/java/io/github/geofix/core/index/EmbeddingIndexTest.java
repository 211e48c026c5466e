package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.internal.index.Kernel;
import io.github.geofix.core.internal.index.Kernels;
import io.github.geofix.core.partition.Region;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EmbeddingIndexTest {
  private static final EmbeddingIndex.Options DEFAULTS = EmbeddingIndex.Options.defaults();

  static Stream<Arguments> kernelsAndSeeds() {
    return Kernels.stream()
        .flatMap(kernel -> Stream.of(1L, 2L, 3L, 4L, 5L).map(seed -> Arguments.of(kernel, seed)));
  }

  /** Small whole numbers make every sum exact and equal scores frequent. */
  @ParameterizedTest
  @MethodSource("kernelsAndSeeds")
  void findsExactlyWhatAFullSortFinds(Kernel kernel, long seed) {
    Random random = new Random(seed);
    int dimension = 1 + random.nextInt(40);
    int count = 1 + random.nextInt(1500);
    for (VectorEncoding format : VectorEncoding.values()) {
      for (Metric metric : List.of(Metric.DOT, Metric.L2)) {
        EmbeddingIndex.Options options =
            DEFAULTS.withMetric(metric).withEncoding(format).withRerank(count);
        try (EmbeddingIndex index = wholeNumbers(dimension, count, options, random).build(kernel)) {
          float[] query = wholeNumbers(dimension, random);
          int k = 1 + random.nextInt(count + 10);
          assertThat(rowsOf(index.search(query, k)))
              .isEqualTo(bestRows(index, query, k, row -> true));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernelsAndSeeds")
  void scoresByTheCosine(Kernel kernel, long seed) {
    Random random = new Random(seed);
    for (VectorEncoding format : VectorEncoding.values()) {
      try (EmbeddingIndex index =
          gaussians(100, 700, DEFAULTS.withEncoding(format), random).build(kernel)) {
        float[] query = gaussian(100, random);
        double[] cosines =
            IntStream.range(0, 700).mapToDouble(row -> cosine(query, index.vector(row))).toArray();
        double[] sorted = IntStream.range(0, 700).mapToDouble(i -> cosines[i]).sorted().toArray();
        List<Hit> hits = index.search(query, 20).hits();
        for (int i = 0; i < 20; i++) {
          assertThat((double) hits.get(i).score()).isCloseTo(sorted[699 - i], within(1e-6));
          assertThat(cosines[hits.get(i).row()]).isCloseTo(sorted[699 - i], within(1e-6));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernelsAndSeeds")
  void findsTheSameToTheLastBitOnEveryPath(Kernel kernel, long seed) {
    Random random = new Random(seed);
    for (Metric metric : Metric.values()) {
      EmbeddingIndex.Builder floats = gaussians(70, 3000, DEFAULTS.withMetric(metric), random);
      EmbeddingIndex.Builder bytes =
          EmbeddingIndex.builder(
              70, DEFAULTS.withMetric(metric).withEncoding(VectorEncoding.INT8).withRerank(500));
      try (EmbeddingIndex exact = floats.build(kernel)) {
        for (int row = 0; row < exact.rows(); row++) {
          bytes.add(exact.vector(row), exact.latLng(row), exact.id(row));
        }
        float[][] queries = {
          gaussian(70, random), gaussian(70, random), gaussian(70, random), gaussian(70, random)
        };
        queries[1][5] = 300;
        List<EmbeddingSearch.Result> batch = exact.search(queries, 12);
        try (EmbeddingIndex rounded = bytes.build(kernel)) {
          List<EmbeddingSearch.Result> roundedBatch = rounded.search(queries, 12);
          for (int i = 0; i < queries.length; i++) {
            List<Hit> hits = exact.search(queries[i], 12).hits();
            assertThat(batch.get(i).hits()).isEqualTo(hits);
            assertThat(exact.withThreads(1).search(queries[i], 12).hits()).isEqualTo(hits);
            assertThat(exact.withThreads(7).search(queries[i], 12).hits()).isEqualTo(hits);
            assertThat(
                    exact
                        .within(Region.ofTokens(List.of("1", "3", "5", "7", "9", "b")))
                        .search(queries[i], 12)
                        .hits())
                .isEqualTo(hits);
            if (metric != Metric.COSINE) {
              // Normalizing the normalized rows once more changes their last bits.
              assertThat(rounded.search(queries[i], 12).hits()).isEqualTo(hits);
            }
            assertThat(roundedBatch.get(i).hits()).isEqualTo(rounded.search(queries[i], 12).hits());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernelsAndSeeds")
  void findsTheBestOfLongAndShortRowsAmongFewCandidates(Kernel kernel, long seed) {
    Random random = new Random(seed);
    for (Metric metric : List.of(Metric.DOT, Metric.L2)) {
      EmbeddingIndex.Builder rows =
          EmbeddingIndex.builder(
              70, DEFAULTS.withMetric(metric).withEncoding(VectorEncoding.INT8).withRerank(1));
      for (int i = 0; i < 3000; i++) {
        float[] row = gaussian(70, random);
        float length = 3 * random.nextFloat();
        for (int d = 0; d < row.length; d++) {
          row[d] *= length;
        }
        rows.add(row, place(random), "row " + i);
      }
      try (EmbeddingIndex index = rows.build(kernel)) {
        float[] query = gaussian(70, random);
        assertThat(rowsOf(index.search(query, 2)))
            .isEqualTo(bestRows(index, query, 2, row -> true));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernelsAndSeeds")
  void searchesARegionAsIfFilteredAfterwards(Kernel kernel, long seed) {
    Random random = new Random(seed);
    EmbeddingIndex.Options options = DEFAULTS.withMetric(Metric.DOT).withRerank(5000);
    for (VectorEncoding format : VectorEncoding.values()) {
      try (EmbeddingIndex index =
          wholeNumbers(8, 2500, options.withEncoding(format), random).build(kernel)) {
        index.append(wholeNumbers(8, 700, options.withEncoding(format), random));
        float[] query = wholeNumbers(8, random);
        double[] scores = scores(index, query);
        List<LatLng> places = IntStream.range(0, index.rows()).mapToObj(index::latLng).toList();
        for (int i = 0; i < 12; i++) {
          LatLng center = places.get(random.nextInt(index.rows()));
          double radiusKm = Math.exp(random.nextDouble() * 11) - 1;
          assertThat(rowsOf(index.within(center, radiusKm).search(query, 50)))
              .as("within %s km of %s", radiusKm, center)
              .isEqualTo(
                  bestRows(
                      index,
                      scores,
                      50,
                      row -> GreatCircle.distanceKm(center, places.get(row)) <= radiusKm));
          LatLng corner = places.get(random.nextInt(index.rows()));
          double south = Math.min(center.latitude(), corner.latitude());
          double north = Math.max(center.latitude(), corner.latitude());
          double west = center.longitude();
          double east = corner.longitude();
          Predicate<LatLng> inBox =
              at ->
                  at.latitude() >= south
                      && at.latitude() <= north
                      && (west <= east
                          ? at.longitude() >= west && at.longitude() <= east
                          : at.longitude() >= west || at.longitude() <= east);
          assertThat(rowsOf(index.withinBox(south, west, north, east).search(query, 50)))
              .as("box %s %s %s %s", south, west, north, east)
              .isEqualTo(bestRows(index, scores, 50, row -> inBox.test(places.get(row))));
          assertThat(
                  rowsOf(
                      index
                          .within(center, radiusKm)
                          .withinBox(south, west, north, east)
                          .search(query, 50)))
              .isEqualTo(
                  bestRows(
                      index,
                      scores,
                      50,
                      row ->
                          inBox.test(places.get(row))
                              && GreatCircle.distanceKm(center, places.get(row)) <= radiusKm));
          List<S2CellId> cells =
              List.of(
                  cell(center).parent(random.nextInt(31)), cell(corner).parent(random.nextInt(31)));
          assertThat(
                  rowsOf(
                      index
                          .within(Region.ofTokens(cells.stream().map(S2CellId::toToken).toList()))
                          .search(query, 50)))
              .isEqualTo(
                  bestRows(
                      index,
                      scores,
                      50,
                      row -> cells.stream().anyMatch(c -> c.contains(cell(places.get(row))))));
        }
      }
    }
  }

  @Test
  void searchesRegionsAtTheEdgesOfTheMap() {
    EmbeddingIndex.Builder builder = EmbeddingIndex.builder(1, DEFAULTS.withMetric(Metric.DOT));
    List<LatLng> places =
        List.of(
            new LatLng(90, 0),
            new LatLng(-90, 77),
            new LatLng(0, 180),
            new LatLng(0, -180),
            new LatLng(0, 179.9),
            new LatLng(0, -179.9),
            new LatLng(45, 45));
    for (int i = 0; i < places.size(); i++) {
      builder.add(new float[] {i}, places.get(i), "" + i);
    }
    float[] query = {-1};
    try (EmbeddingIndex index = builder.build()) {
      assertThat(ids(index.within(new LatLng(0, 179.95), 20).search(query, 9)))
          .containsExactly("2", "3", "4", "5");
      assertThat(ids(index.withinBox(-1, 179, 1, -179).search(query, 9)))
          .containsExactly("2", "3", "4", "5");
      assertThat(ids(index.withinBox(-1, -180, 1, -179).search(query, 9)))
          .containsExactly("2", "3", "5");
      assertThat(ids(index.withinBox(-90, -180, 90, 180).search(query, 9))).hasSize(7);
      assertThat(ids(index.withinBox(90, 10, 90, 20).search(query, 9))).isEmpty();
      assertThat(ids(index.within(new LatLng(90, 123), 1e-6).search(query, 9)))
          .containsExactly("0");
      assertThat(ids(index.within(new LatLng(-90, 0), 1e9).search(query, 9))).hasSize(7);
      assertThat(ids(index.within(Region.ofTokens(List.of())).search(query, 9))).isEmpty();
    }
  }

  @Test
  void readsOnlyWhatLiesInTheRegion() {
    Random random = new Random(1);
    try (EmbeddingIndex index = gaussians(32, 20_000, DEFAULTS, random).build()) {
      EmbeddingSearch.Result everywhere = index.search(gaussian(32, random), 3);
      assertThat(everywhere.cost().rowsScanned()).isEqualTo(20_000);
      assertThat(everywhere.cost().bytesRead()).isBetween(20_000L * 128, 20_064L * 128);
      EmbeddingSearch.Result near =
          index.within(new LatLng(-30, 100), 1500).search(gaussian(32, random), 3);
      assertThat(near.hits()).isNotEmpty();
      assertThat(near.cost().rowsScanned()).isBetween(1L, 2000L);
    }
  }

  @ParameterizedTest
  @EnumSource(VectorEncoding.class)
  void savesAndOpensEverything(VectorEncoding format, @TempDir Path folder) {
    Random random = new Random(3);
    EmbeddingIndex.Options options =
        new EmbeddingIndex.Options(Metric.L2, format, 17, "sha256:0011");
    Path file = folder.resolve("a.index");
    float[] query = gaussian(33, random);
    try (EmbeddingIndex index = gaussians(33, 1000, options, random).build()) {
      index.append(gaussians(33, 10, options, random));
      index.delete(0, 500, 1009);
      index.save(file);
      EmbeddingIndex.verify(file);
      try (EmbeddingIndex opened = EmbeddingIndex.open(file, "sha256:0011")) {
        assertThat(opened.options()).isEqualTo(options);
        assertThat(opened.dimension()).isEqualTo(33);
        assertThat(opened.rows()).isEqualTo(1010);
        assertThat(opened.size()).isEqualTo(1007);
        assertThat(opened.segments()).isEqualTo(2);
        assertThat(opened.search(query, 1010).hits()).isEqualTo(index.search(query, 1010).hits());
        for (int row = 0; row < 1010; row++) {
          assertThat(opened.id(row)).isEqualTo(index.id(row));
          assertThat(opened.latLng(row)).isEqualTo(index.latLng(row));
          assertThat(opened.payload(row)).isEqualTo(index.payload(row));
          assertThat(opened.vector(row)).isEqualTo(index.vector(row));
          assertThat(opened.isDeleted(row)).isEqualTo(index.isDeleted(row));
        }
        opened.compact();
        opened.save(file);
        assertThat(opened.search(query, 5).hits()).hasSize(5);
      }
      try (EmbeddingIndex again = EmbeddingIndex.open(file)) {
        assertThat(ids(again.search(query, 1007))).isEqualTo(ids(index.search(query, 1007)));
      }
    }
  }

  @Test
  void savesAnIndexWithoutRows(@TempDir Path folder) {
    Path file = folder.resolve("empty.index");
    try (EmbeddingIndex index = EmbeddingIndex.builder(4, DEFAULTS).build()) {
      index.save(file);
    }
    EmbeddingIndex.verify(file);
    try (EmbeddingIndex index = EmbeddingIndex.open(file)) {
      assertThat(index.size()).isZero();
      assertThat(index.search(new float[] {1, 2, 3, 4}, 3).hits()).isEmpty();
      index.append(EmbeddingIndex.builder(4, DEFAULTS));
      assertThat(index.segments()).isZero();
    }
  }

  @Test
  void refusesTheIndexOfAnotherEncoder(@TempDir Path folder) {
    Path file = folder.resolve("a.index");
    try (EmbeddingIndex index =
        EmbeddingIndex.builder(2, DEFAULTS.withEncoder("sha256:aa"))
            .add(new float[] {1, 2}, place(), "x")
            .build()) {
      index.save(file);
    }
    assertThatThrownBy(() -> EmbeddingIndex.open(file, "sha256:bb"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("\"sha256:aa\" made its rows, not \"sha256:bb\"");
  }

  @Test
  void namesAMissingFile(@TempDir Path folder) {
    assertThatThrownBy(() -> EmbeddingIndex.open(folder.resolve("none.index")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such file")
        .hasMessageContaining("none.index");
  }

  private record Kept(float[] vector, LatLng latLng, String id) {}

  /** A list of rows does literally what the index does with segments, marks and sorted places. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void changesAsAListWould(long seed, @TempDir Path folder) {
    Random random = new Random(seed);
    VectorEncoding format = seed % 2 == 0 ? VectorEncoding.FLOAT32 : VectorEncoding.INT8;
    EmbeddingIndex.Options options =
        DEFAULTS.withMetric(Metric.DOT).withEncoding(format).withRerank(100_000);
    List<Kept> model = new ArrayList<>();
    EmbeddingIndex index = EmbeddingIndex.builder(5, options).build();
    for (int step = 0; step < 40; step++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          EmbeddingIndex.Builder builder = EmbeddingIndex.builder(5, options);
          for (int i = random.nextInt(200); i > 0; i--) {
            Kept row = new Kept(gaussian(5, random), place(random), step + "/" + i);
            model.add(row);
            builder.add(row.vector(), row.latLng(), row.id());
          }
          index.append(builder);
        }
        case 2 -> {
          Set<String> gone = new HashSet<>();
          for (int row = 0; row < index.rows(); row++) {
            if (random.nextInt(4) == 0 && !index.isDeleted(row)) {
              gone.add(index.id(row));
              assertThat(index.delete(row, row)).isEqualTo(1);
            }
          }
          model.removeIf(row -> gone.contains(row.id()));
        }
        case 3 -> assertThat(index.compact()).isEqualTo(model.size());
        default -> {
          Path file = folder.resolve("model.index");
          index.save(file);
          index.close();
          index = EmbeddingIndex.open(file);
        }
      }
      float[] query = gaussian(5, random);
      List<String> expected =
          model.stream()
              .sorted(Comparator.comparingDouble(row -> -dot(query, row.vector())))
              .limit(10)
              .map(Kept::id)
              .toList();
      assertThat(index.size()).isEqualTo(model.size());
      assertThat(ids(index.search(query, 10))).as("step %s", step).isEqualTo(expected);
    }
    index.close();
  }

  @Test
  void isSearchedAndChangedByManyThreads() throws Exception {
    Random random = new Random(9);
    EmbeddingIndex index = gaussians(16, 5000, DEFAULTS, random).build();
    float[] query = gaussian(16, random);
    List<String> best = ids(index.search(query, 5));
    ExecutorService pool = Executors.newFixedThreadPool(6);
    try {
      List<Future<Boolean>> searches = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Callable<Boolean> search = () -> ids(index.search(query, 5)).equals(best);
        searches.add(pool.submit(search));
        if (i % 40 == 0) {
          EmbeddingIndex.Builder far = EmbeddingIndex.builder(16, DEFAULTS);
          float[] opposite = new float[16];
          for (int d = 0; d < 16; d++) {
            opposite[d] = -query[d];
          }
          index.append(far.add(opposite, place(), "far"));
          index.delete(index.rows() - 1);
          index.compact();
        }
      }
      for (Future<Boolean> search : searches) {
        assertThat(search.get()).isTrue();
      }
    } finally {
      pool.shutdown();
      index.close();
    }
  }

  @Test
  void refusesUseAfterClose() {
    EmbeddingIndex index = gaussians(4, 10, DEFAULTS, new Random(1)).build();
    EmbeddingSearch region = index.within(place(), 100);
    index.close();
    index.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> region.search(new float[] {1, 0, 0, 0}, 1))
        .withMessage("the index is closed");
    assertThatIllegalStateException().isThrownBy(() -> index.id(0));
  }

  @Test
  void keepsPayloads() {
    byte[] payload = "z/x/y".getBytes(StandardCharsets.UTF_8);
    try (EmbeddingIndex index =
        EmbeddingIndex.builder(1, DEFAULTS)
            .add(new float[] {1}, place(), "with é", payload)
            .add(new float[] {1}, place(), "")
            .build()) {
      assertThat(index.id(0)).isEqualTo("with é");
      assertThat(index.payload(0)).isEqualTo(payload);
      assertThat(index.id(1)).isEmpty();
      assertThat(index.payload(1)).isEmpty();
    }
  }

  @Test
  void copiesRowsOfAnotherIndexToTheBit() {
    Random random = new Random(2);
    try (EmbeddingIndex index = gaussians(3, 500, DEFAULTS, random).build()) {
      EmbeddingIndex.Builder stored = EmbeddingIndex.builder(3, DEFAULTS);
      EmbeddingIndex.Builder added = EmbeddingIndex.builder(3, DEFAULTS);
      for (int row = 0; row < index.rows(); row++) {
        stored.addStored(index.vector(row), index.latLng(row), index.id(row), index.payload(row));
        added.add(index.vector(row), index.latLng(row), index.id(row));
      }
      try (EmbeddingIndex copy = stored.build();
          EmbeddingIndex normalizedTwice = added.build()) {
        int changed = 0;
        for (int row = 0; row < index.rows(); row++) {
          assertThat(copy.vector(row)).isEqualTo(index.vector(row));
          assertThat(copy.id(row)).isEqualTo(index.id(row));
          assertThat(copy.payload(row)).isEqualTo(index.payload(row));
          changed += Arrays.equals(normalizedTwice.vector(row), index.vector(row)) ? 0 : 1;
        }
        assertThat(changed).isPositive();
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> stored.addStored(new float[] {1, 1, 0}, place(), "a", new byte[0]))
          .withMessageContaining("not 1");
    }
  }

  @Test
  void saysWhatIsWrongWithARowOrQuery() {
    EmbeddingIndex.Builder builder = EmbeddingIndex.builder(2, DEFAULTS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add(new float[3], place(), "a"))
        .withMessageContaining("row a has 3 numbers, the index has rows of 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add(new float[] {1, Float.NaN}, place(), "a"))
        .withMessageContaining("row a contains NaN at 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add(new float[] {0, 0}, place(), "a"))
        .withMessageContaining("row a is zero");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add(new float[] {3e38f, 0}, place(), "a"))
        .withMessageContaining("overflow");
    builder.add(new float[] {1, 0}, place(), "a");
    try (EmbeddingIndex index = builder.build()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(new float[] {1}, 1))
          .withMessageContaining("query 0 has 1 number, the index has rows of 2");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(new float[][] {{1, 2}, {1, Float.POSITIVE_INFINITY}}, 1))
          .withMessageContaining("query 1 contains Infinity at 1");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(new float[] {1, 2}, 0))
          .withMessageContaining("k must be 1 or more: 0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.within(place(), Double.NaN))
          .withMessageContaining("radiusKm");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.withinBox(2, 0, 1, 0))
          .withMessageContaining("south 2.0 is more than north 1.0");
      assertThatThrownBy(() -> index.id(1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> index.delete(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(index.isDeleted(0)).isFalse();
      assertThat(index.search(new float[0][], 3)).isEmpty();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.append(EmbeddingIndex.builder(3, DEFAULTS)))
          .withMessageContaining("the builder has dimension 3");
    }
  }

  /** Sorts all rows by their score, computed from the numbers that the index gives out. */
  private static List<Integer> bestRows(
      EmbeddingIndex index, float[] query, int k, Predicate<Integer> wanted) {
    return bestRows(index, scores(index, query), k, wanted);
  }

  private static List<Integer> bestRows(
      EmbeddingIndex index, double[] scores, int k, Predicate<Integer> wanted) {
    return IntStream.range(0, index.rows())
        .boxed()
        .filter(row -> !index.isDeleted(row) && wanted.test(row))
        .sorted(Comparator.<Integer>comparingDouble(row -> -scores[row]).thenComparingInt(r -> r))
        .limit(k)
        .toList();
  }

  private static double[] scores(EmbeddingIndex index, float[] query) {
    boolean squared = index.options().metric() == Metric.L2;
    double[] scores = new double[index.rows()];
    for (int row = 0; row < scores.length; row++) {
      float[] vector = index.vector(row);
      for (int d = 0; d < query.length; d++) {
        double difference = (double) query[d] - vector[d];
        scores[row] += squared ? -difference * difference : (double) query[d] * vector[d];
      }
    }
    return scores;
  }

  private static List<Integer> rowsOf(EmbeddingSearch.Result result) {
    return result.hits().stream().map(Hit::row).toList();
  }

  private static List<String> ids(EmbeddingSearch.Result result) {
    return result.hits().stream().map(Hit::id).toList();
  }

  private static S2CellId cell(LatLng latLng) {
    return S2CellId.fromLatLng(S2LatLng.fromDegrees(latLng.latitude(), latLng.longitude()));
  }

  private static double dot(float[] a, float[] b) {
    return IntStream.range(0, a.length).mapToDouble(d -> (double) a[d] * b[d]).sum();
  }

  private static double cosine(float[] a, float[] b) {
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  }

  private static EmbeddingIndex.Builder wholeNumbers(
      int dimension, int count, EmbeddingIndex.Options options, Random random) {
    EmbeddingIndex.Builder builder = EmbeddingIndex.builder(dimension, options);
    for (int i = 0; i < count; i++) {
      builder.add(wholeNumbers(dimension, random), place(random), "row " + i);
    }
    return builder;
  }

  private static float[] wholeNumbers(int dimension, Random random) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = random.nextInt(5) - 2;
    }
    return vector;
  }

  static EmbeddingIndex.Builder gaussians(
      int dimension, int count, EmbeddingIndex.Options options, Random random) {
    EmbeddingIndex.Builder builder = EmbeddingIndex.builder(dimension, options);
    for (int i = 0; i < count; i++) {
      builder.add(
          gaussian(dimension, random), place(random), "row " + i, new byte[random.nextInt(3)]);
    }
    return builder;
  }

  static float[] gaussian(int dimension, Random random) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static LatLng place() {
    return new LatLng(48.86, 2.35);
  }

  private static LatLng place(Random random) {
    return random.nextBoolean()
        ? new LatLng(48 + random.nextDouble(), 2 + random.nextDouble())
        : new LatLng(
            Math.toDegrees(Math.asin(2 * random.nextDouble() - 1)),
            360 * random.nextDouble() - 180);
  }

  @Test
  void writesAnIndexPartByPart(@TempDir Path folder) {
    Path file = folder.resolve("rows.index");
    // 20 rows with payloads of 10 MiB are more than three segments of 64 MiB.
    EmbeddingIndex.write(
        file,
        3,
        DEFAULTS,
        rows -> {
          for (int i = 0; i < 20; i++) {
            byte[] payload = new byte[10 << 20];
            payload[i] = (byte) i;
            rows.add(new float[] {1, i, 0}, new LatLng(i, -i), "row " + i, payload);
          }
          assertThat(rows.size()).isEqualTo(20);
          assertThatIllegalStateException().isThrownBy(rows::build);
        });
    EmbeddingIndex.verify(file);
    try (EmbeddingIndex index = EmbeddingIndex.open(file)) {
      assertThat(index.size()).isEqualTo(20);
      Hit hit = index.search(new float[] {1, 7, 0}, 1).hits().get(0);
      assertThat(hit.id()).isEqualTo("row 7");
      assertThat(hit.latLng()).isEqualTo(new LatLng(7, -7));
      assertThat(index.payload(hit.row())[7]).isEqualTo((byte) 7);
    }
  }
}
