package io.github.geofix.spark;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.partition.Region;
import io.github.geofix.spark.IndexManifest.Shard;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/** Queries times the shards they may have hits in, and the best hits of each query. */
final class ShardSearch {
  /** Queries that a shard is read for at a time: 8 MB of 512 numbers. */
  private static final int BLOCK = 4096;

  private static final String QUERY = "query";
  private static final String TWIN = "twin";
  private static final String CELLS = "cells";
  private static final String TASK = "task";
  private static final String ROW = "row";
  private static final String SCORE = "score";
  private static final String RANK = "rank";

  /** TWIN numbers queries of one name; CELLS is null for everywhere. */
  private static final StructType PLANNED =
      new StructType()
          .add(TASK, DataTypes.IntegerType, false)
          .add(CELLS, DataTypes.createArrayType(DataTypes.LongType, false))
          .add(QUERY, DataTypes.StringType)
          .add(TWIN, DataTypes.LongType, false)
          .add(PhotoRows.VECTOR, DataTypes.createArrayType(DataTypes.FloatType, false), false);

  private static final StructType HITS =
      new StructType()
          .add(QUERY, DataTypes.StringType)
          .add(TWIN, DataTypes.LongType, false)
          .add(ROW, DataTypes.LongType, false)
          .add(SCORE, DataTypes.FloatType, false)
          .add(PhotoRows.IMAGE, DataTypes.StringType, false)
          .add(PhotoRows.LATITUDE, DataTypes.DoubleType, false)
          .add(PhotoRows.LONGITUDE, DataTypes.DoubleType, false);

  private ShardSearch() {}

  static Dataset<Row> of(
      SparkSession spark,
      String folder,
      IndexManifest manifest,
      Dataset<Row> queries,
      ShardedIndex.Search search) {
    SparkContext context = spark.sparkContext();
    List<Shard> shards = manifest.shards();
    int splits = Math.max(1, context.defaultParallelism() / Math.max(1, shards.size()));
    long[] region = search.region().map(Region::cellIds).orElse(null);
    Column candidates =
        search.candidatesKm() > 0
            ? functions.col(LocatePhotos.CANDIDATES)
            : functions.lit(null).cast("array<struct<latitude:double,longitude:double>>");
    Column vector = functions.col(PhotoRows.VECTOR).cast("array<float>");
    Column[] best = {functions.col(SCORE).desc(), functions.col(ROW).asc()};
    return queries
        .select(
            functions.col(PhotoRows.IMAGE).as(QUERY),
            vector.as(PhotoRows.VECTOR),
            candidates.as(LocatePhotos.CANDIDATES))
        .filter(functions.col(PhotoRows.VECTOR).isNotNull())
        .withColumn(
            TWIN,
            functions.xxhash64(
                functions.col(PhotoRows.VECTOR), functions.col(LocatePhotos.CANDIDATES)))
        .mapPartitions(
            new Plan(shards, region, search.candidatesKm(), splits), Encoders.row(PLANNED))
        .repartitionById(Math.max(1, shards.size() * splits), functions.col(TASK))
        .sortWithinPartitions(CELLS, QUERY, TWIN)
        .mapPartitions(
            new Scan(
                new Source(folder, shards, manifest.firstRows(), splits),
                region,
                search.k(),
                new Progress(
                    context.longAccumulator("geofix search: shards"),
                    context.longAccumulator("geofix search: shards of all queries"),
                    context.longAccumulator("geofix search: rows of all queries"))),
            Encoders.row(HITS))
        .withColumn(
            RANK, functions.dense_rank().over(Window.partitionBy(QUERY, TWIN).orderBy(best)))
        .filter(functions.col(RANK).leq(search.k()))
        .select(QUERY, RANK, ROW, SCORE, PhotoRows.IMAGE, PhotoRows.LATITUDE, PhotoRows.LONGITUDE);
  }

  /** Sends each query to the shards it may have hits in. */
  private record Plan(List<Shard> shards, long @Nullable [] region, double candidatesKm, int splits)
      implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> queries) {
      int[] inRegion =
          IntStream.range(0, shards.size())
              .filter(shard -> region == null || shards.get(shard).touches(region))
              .toArray();
      Iterable<Row> all = () -> queries;
      return StreamSupport.stream(all.spliterator(), false)
          .flatMap(query -> planned(query, inRegion))
          .iterator();
    }

    private Stream<Row> planned(Row query, int[] inRegion) {
      long[] near =
          query.isNullAt(2) || query.getList(2).isEmpty() ? null : around(query.getList(2));
      Long[] cells = near == null ? null : Arrays.stream(near).boxed().toArray(Long[]::new);
      int split = (int) Math.floorMod(query.getLong(3), (long) splits);
      return Arrays.stream(inRegion)
          .filter(shard -> near == null || shards.get(shard).touches(near))
          .mapToObj(
              shard ->
                  RowFactory.create(
                      shard * splits + split, cells, query.get(0), query.get(3), query.get(1)));
    }

    private long[] around(List<Row> candidates) {
      return Region.ofCellIds(
              candidates.stream()
                  .flatMapToLong(
                      candidate ->
                          Arrays.stream(
                              Region.around(
                                      new LatLng(
                                          candidate.getAs(PhotoRows.LATITUDE),
                                          candidate.getAs(PhotoRows.LONGITUDE)),
                                      candidatesKm)
                                  .cellIds()))
                  .toArray())
          .cellIds();
    }
  }

  /**
   * Counts that Spark shows for each stage.
   *
   * @param shards that were read
   * @param queryShards for each query, the shards that were searched for it
   * @param queryRows for each query, the rows that it was compared with
   */
  private record Progress(
      LongAccumulator shards, LongAccumulator queryShards, LongAccumulator queryRows)
      implements Serializable {}

  /** Where tasks read. */
  private record Source(String folder, List<Shard> shards, long[] firstRows, int splits)
      implements Serializable {}

  /** Searches one shard for blocks of queries that share their cells. */
  private record Scan(Source source, long @Nullable [] region, int k, Progress progress)
      implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> queries) {
      if (!queries.hasNext()) {
        return queries;
      }
      QueryBlocks rest = new QueryBlocks(queries);
      int shard = rest.peek().getInt(0) / source.splits();
      EmbeddingIndex index = source.shards().get(shard).open(source.folder());
      TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> index.close());
      progress.shards().add(1);
      EmbeddingSearch all = index.withThreads(SparkEnv.get().conf().getInt("spark.task.cpus", 1));
      EmbeddingSearch area = region == null ? all : all.within(Region.ofCellIds(region));
      return Stream.generate(() -> rest.block(BLOCK))
          .takeWhile(block -> !block.isEmpty())
          .flatMap(block -> hits(area, block, source.firstRows()[shard]))
          .iterator();
    }

    private Stream<Row> hits(EmbeddingSearch area, List<Row> block, long firstRow) {
      EmbeddingSearch within =
          block.get(0).isNullAt(1)
              ? area
              : area.within(
                  Region.ofCellIds(
                      block.get(0).<Long>getList(1).stream().mapToLong(Long::longValue).toArray()));
      float[][] vectors =
          block.stream().map(query -> ShardRows.floats(query.getList(4))).toArray(float[][]::new);
      List<EmbeddingSearch.Result> results = within.search(vectors, k);
      progress.queryShards().add(block.size());
      progress.queryRows().add(results.get(0).cost().rowsScanned() * block.size());
      return IntStream.range(0, block.size())
          .boxed()
          .flatMap(
              i -> results.get(i).hits().stream().map(hit -> row(block.get(i), hit, firstRow)));
    }

    private static Row row(Row query, Hit hit, long firstRow) {
      return RowFactory.create(
          query.get(2),
          query.get(3),
          firstRow + hit.row(),
          hit.score(),
          hit.id(),
          hit.latLng().latitude(),
          hit.latLng().longitude());
    }
  }

  /** Queries in the order of their cells. */
  private static final class QueryBlocks {
    private final Iterator<Row> rows;
    private @Nullable Row next;

    QueryBlocks(Iterator<Row> rows) {
      this.rows = rows;
      this.next = rows.next();
    }

    Row peek() {
      return Objects.requireNonNull(next);
    }

    /** Returns the next queries of the same cells; empty at the end. */
    List<Row> block(int most) {
      List<Row> block = new ArrayList<>();
      Row row = next;
      while (row != null
          && block.size() < most
          && (block.isEmpty() || Objects.equals(row.get(1), block.get(0).get(1)))) {
        block.add(row);
        row = rows.hasNext() ? rows.next() : null;
      }
      next = row;
      return block;
    }
  }
}
