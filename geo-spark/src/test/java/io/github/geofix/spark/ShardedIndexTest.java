package io.github.geofix.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.Region;
import io.github.geofix.eval.Matches;
import io.github.geofix.eval.RetrievalEvaluator;
import io.github.geofix.eval.RetrievalEvaluator.HitTally;
import io.github.geofix.eval.Share;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ShardedIndexTest {
  private static final SparkSession SPARK = LocalSpark.session();
  private static final SparkGeo GEO = SparkGeo.of(SPARK);
  private static final int DIMENSION = 24;
  private static final int ROWS_PER_SHARD = 60;
  private static final EmbeddingIndex.Options OPTIONS = EmbeddingIndex.Options.defaults();
  private static final StructType VECTORS =
      new StructType()
          .add("image", DataTypes.StringType)
          .add("latitude", DataTypes.DoubleType)
          .add("longitude", DataTypes.DoubleType)
          .add("s2cell", DataTypes.LongType)
          .add("vector", DataTypes.createArrayType(DataTypes.FloatType, false))
          .add("error", DataTypes.StringType);

  /** One answer as both sides give it. */
  private record Found(String query, long row, float score, String image, LatLng place) {}

  /** A row; equal vectors make equal scores, equal places equal cells. */
  private record Entry(String image, LatLng place, float[] vector) {

    Row row() {
      Float[] boxed = new Float[vector.length];
      for (int d = 0; d < boxed.length; d++) {
        boxed[d] = vector[d];
      }
      return RowFactory.create(
          image, place.latitude(), place.longitude(), S2Cells.leafOf(place), boxed, null);
    }
  }

  @TempDir private Path temporary;

  private String folder(String name) {
    return temporary.resolve(name).toString();
  }

  private static List<Entry> entries(String prefix, int count, int seed) {
    Random random = new Random(seed);
    List<LatLng> places = LocalSpark.points(count / 3, random);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] vector = new float[DIMENSION];
      Random numbers = new Random(random.nextInt(count / 4));
      for (int d = 0; d < DIMENSION; d++) {
        vector[d] = (float) numbers.nextGaussian();
      }
      entries.add(new Entry(prefix + i, places.get(random.nextInt(places.size())), vector));
    }
    return entries;
  }

  private static Dataset<Row> vectors(List<Entry> entries, int parts) {
    return SPARK
        .createDataFrame(entries.stream().map(Entry::row).toList(), VECTORS)
        .repartition(parts);
  }

  private static EmbeddingIndex.Builder inOrder(List<Entry> entries) {
    EmbeddingIndex.Builder builder = EmbeddingIndex.builder(DIMENSION, OPTIONS);
    for (Entry entry : entries.stream().sorted(Comparator.comparing(Entry::image)).toList()) {
      builder.add(entry.vector(), entry.place(), entry.image());
    }
    return builder;
  }

  private static List<Found> found(Dataset<Row> hits) {
    return hits.orderBy("query", "rank").collectAsList().stream()
        .map(
            hit ->
                new Found(
                    hit.getAs("query"),
                    hit.<Long>getAs("row"),
                    hit.<Float>getAs("score"),
                    hit.getAs("image"),
                    new LatLng(hit.getAs("latitude"), hit.getAs("longitude"))))
        .toList();
  }

  private static Stream<Found> found(EmbeddingSearch index, Entry query, int k) {
    return index.search(query.vector(), k).hits().stream()
        .map(hit -> new Found(query.image(), hit.row(), hit.score(), hit.id(), hit.latLng()));
  }

  private static List<Found> found(EmbeddingSearch index, List<Entry> queries, int k) {
    return queries.stream()
        .sorted(Comparator.comparing(Entry::image))
        .flatMap(query -> found(index, query, k))
        .toList();
  }

  private static List<String> files(String folder) throws IOException {
    try (Stream<Path> all = Files.list(Path.of(folder))) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  @Test
  void changesAndSearchesAreThoseOfOneMachine() {
    List<Entry> rows = entries("a", 500, 1);
    List<Entry> more = entries("b", 170, 2);
    List<Entry> queries = entries("q", 40, 3);
    ShardedIndex index = GEO.buildIndex(vectors(rows, 4), folder("index"), OPTIONS, ROWS_PER_SHARD);
    assertThat(index.shards()).isEqualTo(9);
    try (EmbeddingIndex one = inOrder(rows).build()) {
      check(index, one, queries);
      index = index.append(vectors(more, 3));
      int first = one.append(inOrder(more));
      assertThat(first).isEqualTo(500);
      assertThat(index.shards()).isEqualTo(12);
      check(index, one, queries);
      List<String> deleted = List.of("a3", "a77", "a499", "b0", "b169");
      index = index.delete(SPARK.createDataset(deleted, Encoders.STRING()).toDF("image"));
      assertThat(
              one.delete(
                  IntStream.range(0, one.rows())
                      .filter(row -> deleted.contains(one.id(row)))
                      .toArray()))
          .isEqualTo(deleted.size());
      check(index, one, queries);
      index = index.compact();
      assertThat(one.compact()).isEqualTo(665);
      assertThat(index.shards()).isEqualTo(12);
      check(index, one, queries);
      assertThat(index.number()).isEqualTo(4);
      assertThat(index.compact()).isSameAs(index);
    }
  }

  private static void check(ShardedIndex index, EmbeddingIndex one, List<Entry> queries) {
    assertThat(index.rows()).isEqualTo(one.rows());
    assertThat(index.size()).isEqualTo(one.size());
    assertThat(found(index.search(vectors(queries, 3), ShardedIndex.Search.nearest(7))))
        .isEqualTo(found(one, queries, 7));
  }

  @Test
  void oneShardOfACompactionKeepsTheOthers() throws IOException {
    List<Entry> rows = entries("a", 300, 1);
    String folder = folder("index");
    ShardedIndex index = GEO.buildIndex(vectors(rows, 2), folder, OPTIONS, ROWS_PER_SHARD);
    List<String> before = files(folder);
    assertThat(before).hasSize(6);
    ShardedIndex smaller = index.delete(vectors(rows.subList(5, 6), 1).select("image")).compact();
    assertThat(smaller.size()).isEqualTo(299);
    List<String> added = new ArrayList<>(files(folder));
    added.removeAll(before);
    assertThat(added.stream().filter(name -> name.endsWith(".index"))).hasSize(1);
    assertThat(index.size()).isEqualTo(300);
    assertThat(GEO.openIndex(folder).size()).isEqualTo(299);
    ShardedIndex empty = smaller.delete(vectors(rows, 2)).compact();
    assertThat(empty.shards()).isZero();
    assertThat(found(empty.search(vectors(rows.subList(0, 1), 1), ShardedIndex.Search.nearest(1))))
        .isEmpty();
    assertThat(empty.append(vectors(rows, 2)).size()).isEqualTo(300);
  }

  @Test
  void aRepeatedJobWritesTheSameFiles() throws IOException {
    List<Entry> rows = entries("a", 300, 4);
    ShardedIndex first = GEO.buildIndex(vectors(rows, 2), folder("1"), OPTIONS, ROWS_PER_SHARD);
    List<Entry> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(1));
    ShardedIndex second =
        GEO.buildIndex(vectors(shuffled, 5), folder("2"), OPTIONS, ROWS_PER_SHARD);
    assertThat(files(folder("2"))).isEqualTo(files(folder("1"))).hasSize(first.shards() + 1);
    assertThat(second.shards()).isEqualTo(5);
    for (String name : files(folder("1"))) {
      assertThat(Path.of(folder("2"), name)).hasSameBinaryContentAs(Path.of(folder("1"), name));
    }
    ShardedIndex appended = first.append(vectors(shuffled.subList(0, 10), 1));
    assertThat(appended.number()).isEqualTo(2);
    assertThatThrownBy(() -> first.append(vectors(rows.subList(0, 3), 1)))
        .hasMessageContaining("another job");
    assertThatThrownBy(() -> GEO.buildIndex(vectors(rows, 2), folder("1"), OPTIONS, ROWS_PER_SHARD))
        .hasMessageContaining("has an index");
    assertThatThrownBy(() -> GEO.openIndex(folder("3"))).hasMessageContaining("no index");
  }

  @Test
  void aPrunedSearchReadsOnlyTheShardsOfTheRegionOrTheCandidates() throws IOException {
    List<Entry> rows = entries("a", 500, 6);
    List<Entry> queries = entries("q", 12, 7);
    String folder = folder("index");
    ShardedIndex index = GEO.buildIndex(vectors(rows, 3), folder, OPTIONS, ROWS_PER_SHARD);
    LatLng center = rows.get(0).place();
    Region region = Region.around(center, 20);
    Dataset<Row> located =
        vectors(queries, 2)
            .withColumn(
                "candidates",
                functions.expr(
                    "array(named_struct('latitude', "
                        + center.latitude()
                        + "D, 'longitude', "
                        + center.longitude()
                        + "D))"));
    try (EmbeddingIndex one = inOrder(rows).build()) {
      List<Found> expected = found(one.within(region), queries, 5);
      assertThat(expected).isNotEmpty();
      List<String> unneeded =
          IndexManifest.newest(folder).shards().stream()
              .filter(shard -> !shard.touches(region.cellIds()))
              .map(IndexManifest.Shard::digest)
              .toList();
      assertThat(unneeded).isNotEmpty();
      for (String digest : unneeded) {
        Files.delete(Path.of(folder, digest + ".index"));
      }
      ShardedIndex.Search search = ShardedIndex.Search.nearest(5);
      assertThat(found(index.search(vectors(queries, 2), search.within(region))))
          .isEqualTo(expected);
      assertThat(found(index.search(located, search.nearCandidates(20)))).isEqualTo(expected);
      assertThatThrownBy(() -> found(index.search(located, search)))
          .hasStackTraceContaining(".index");
    }
  }

  @Test
  void neighborsAreTheOtherRowsThatASearchFinds() {
    List<Entry> rows = entries("a", 150, 9);
    ShardedIndex index = GEO.buildIndex(vectors(rows, 2), folder("n"), OPTIONS, ROWS_PER_SHARD);
    try (EmbeddingIndex one = inOrder(rows).build()) {
      List<List<Number>> expected = new ArrayList<>();
      for (int row = 0; row < one.rows(); row++) {
        int own = row;
        List<Hit> others =
            one.search(one.vector(row), 5).hits().stream()
                .filter(hit -> hit.row() != own)
                .limit(4)
                .toList();
        for (int i = 0; i < others.size(); i++) {
          expected.add(
              List.of((long) row, i + 1, (long) others.get(i).row(), others.get(i).score()));
        }
      }
      assertThat(
              index.neighbors(4).orderBy("row", "rank").collectAsList().stream()
                  .map(
                      row ->
                          List.<Number>of(
                              row.getLong(0), row.getInt(1), row.getLong(2), row.getFloat(3))))
          .isEqualTo(expected);
    }
  }

  @Test
  void queriesOfOneNameAreSearchedOneByOne() {
    List<Entry> rows = entries("a", 100, 8);
    ShardedIndex index = GEO.buildIndex(vectors(rows, 1), folder("i"), OPTIONS, ROWS_PER_SHARD);
    Entry a = new Entry("same", rows.get(1).place(), rows.get(1).vector());
    Entry b = new Entry("same", rows.get(2).place(), rows.get(3).vector());
    assertThat(found(index.search(vectors(List.of(a, b), 2), ShardedIndex.Search.nearest(4))))
        .hasSize(8);
    assertThatThrownBy(
            () -> {
              Entry shorter = new Entry("short", rows.get(0).place(), new float[] {1, 2});
              index.append(vectors(List.of(shorter), 1));
            })
        .hasMessageContaining("2 numbers");
  }

  private static void age(String folder, String name, int hours) throws IOException {
    Files.setLastModifiedTime(
        Path.of(folder, name), FileTime.from(Instant.now().minus(Duration.ofHours(hours))));
  }

  @Test
  void aVacuumKeepsWhatSearchesThatRunMayRead() throws IOException {
    List<Entry> rows = entries("a", 300, 1);
    String folder = folder("v");
    ShardedIndex first = GEO.buildIndex(vectors(rows, 2), folder, OPTIONS, ROWS_PER_SHARD);
    ShardedIndex second = first.delete(vectors(rows.subList(0, 70), 1).select("image"));
    ShardedIndex third = second.compact();
    Path foreign = Files.writeString(Path.of(folder, "notes.txt"), "mine");
    Path left =
        Files.writeString(
            Path.of(folder, "a".repeat(64) + ".index." + UUID.randomUUID() + ".tmp"), "cut");
    List<String> all = files(folder);
    assertThat(first.vacuum(Duration.ofHours(5))).isZero();
    assertThat(files(folder)).isEqualTo(all);
    for (String name : all) {
      age(folder, name, 9);
    }
    // The second manifest was the newest until an hour ago, the first until nine hours ago.
    age(folder, "manifest-000000003.json", 1);
    assertThat(third.vacuum(Duration.ofHours(5))).isEqualTo(2);
    assertThat(left).doesNotExist();
    assertThat(Path.of(folder, "manifest-000000001.json")).doesNotExist();
    List<Entry> queries = entries("q", 5, 2);
    ShardedIndex.Search search = ShardedIndex.Search.nearest(3);
    List<Found> expected = found(third.search(vectors(queries, 1), search));
    assertThat(found(second.search(vectors(queries, 1), search)).stream().map(Found::image))
        .containsExactlyElementsOf(expected.stream().map(Found::image).toList());

    age(folder, "manifest-000000003.json", 9);
    assertThat(third.vacuum(Duration.ofHours(5))).isPositive();
    assertThat(files(folder))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Stream.of("manifest-000000003.json", "notes.txt"),
                    IndexManifest.newest(folder).files().stream())
                .toList());
    assertThat(foreign).hasContent("mine");
    assertThat(found(third.search(vectors(queries, 1), search))).isEqualTo(expected);
    assertThatThrownBy(() -> found(first.search(vectors(queries, 1), search)))
        .hasStackTraceContaining(".index");
    assertThat(third.append(vectors(rows.subList(0, 70), 2)).size()).isEqualTo(300);
    assertThatThrownBy(() -> third.vacuum(Duration.ofHours(-1))).hasMessageContaining("negative");
  }

  @Test
  void aChangeWhoseFilesWereDeletedMeanwhileIsRepeated() throws IOException {
    List<Entry> rows = entries("a", 100, 1);
    String folder = folder("w");
    ShardedIndex index = GEO.buildIndex(vectors(rows, 2), folder, OPTIONS, ROWS_PER_SHARD);
    Files.delete(Path.of(folder, IndexManifest.newest(folder).shards().get(0).digest() + ".index"));
    assertThatThrownBy(() -> index.append(vectors(entries("b", 10, 2), 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("deleted 1 files");
  }

  @Test
  void recallIsThatOfOneMachine() {
    List<LatLng> places = LocalSpark.points(460, new Random(12));
    Random random = new Random(13);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      float[] vector = new float[DIMENSION];
      for (int d = 0; d < DIMENSION; d++) {
        vector[d] = (float) random.nextGaussian();
      }
      entries.add(new Entry((i < 400 ? "a" : "q") + i, places.get(i), vector));
    }
    List<Entry> rows = entries.subList(0, 400);
    List<Entry> queries = entries.subList(400, 460);
    ShardedIndex index = GEO.buildIndex(vectors(rows, 3), folder("r"), OPTIONS, ROWS_PER_SHARD);
    Dataset<Row> hits = index.search(vectors(queries, 4), ShardedIndex.Search.nearest(10));
    Matches near = Matches.within(places(queries), places(rows), 20);
    Map<String, Share> expected =
        new LinkedHashMap<>(
            RetrievalEvaluator.recallAt(1, 3, 10)
                .evaluate(embeddings(queries), embeddings(rows), near)
                .summary()
                .recallAt());
    expected.remove("1%");
    assertThat(Objects.requireNonNull(expected.get("3")).accuracy()).isStrictlyBetween(0.1, 0.9);
    Dataset<Row> asked = vectors(queries, 2);
    Dataset<Row> unread = asked.limit(1).withColumn("error", functions.lit("no image"));
    HitTally.Summary recall = GEO.recallWithin(20, hits, asked.union(unread), 10, 1, 3);
    assertThat(recall).isEqualTo(new HitTally.Summary(60, expected));

    List<Row> matches = new ArrayList<>();
    for (int q = 0; q < queries.size(); q++) {
      for (Entry row : rows) {
        if (GreatCircle.distanceKm(queries.get(q).place(), row.place()) <= 20) {
          matches.add(RowFactory.create(queries.get(q).image(), row.image()));
        }
      }
    }
    matches.add(matches.get(0));
    matches.add(RowFactory.create("never searched", "a0"));
    StructType pairs =
        new StructType().add("query", DataTypes.StringType).add("image", DataTypes.StringType);
    long matched = matches.stream().map(row -> row.getString(0)).distinct().count();
    HitTally.Summary byImage = GEO.recall(hits, SPARK.createDataFrame(matches, pairs), 1, 3, 10);
    assertThat(byImage.count()).isEqualTo(matched);
    byImage
        .recallAt()
        .forEach(
            (k, share) ->
                assertThat(Math.round(share.accuracy() * matched))
                    .isEqualTo(
                        Math.round(Objects.requireNonNull(expected.get(k)).accuracy() * 60)));
    assertThatThrownBy(() -> GEO.recallWithin(20, hits, asked, 11)).hasMessageContaining("rank 10");
    assertThatThrownBy(() -> GEO.recallWithin(-1, hits, asked, 1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> GEO.recallWithin(20, hits, unread, 1))
        .hasMessageContaining("no query");
  }

  private static List<LatLng> places(List<Entry> entries) {
    return entries.stream().map(Entry::place).toList();
  }

  private static Embeddings embeddings(List<Entry> entries) {
    return Embeddings.of(entries.stream().map(Entry::vector).toArray(float[][]::new));
  }
}
