package io.github.geofix.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingIndexBuilder;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.IndexOptions;
import io.github.geofix.core.index.SearchResult.Hit;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.Region;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
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
  private static final IndexOptions OPTIONS = IndexOptions.defaults();
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

  private static EmbeddingIndexBuilder inOrder(List<Entry> entries) {
    EmbeddingIndexBuilder builder = EmbeddingIndex.builder(DIMENSION, OPTIONS);
    for (Entry entry : entries.stream().sorted(Comparator.comparing(Entry::image)).toList()) {
      EmbeddingIndexBuilder unused = builder.add(entry.vector(), entry.place(), entry.image());
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
}
