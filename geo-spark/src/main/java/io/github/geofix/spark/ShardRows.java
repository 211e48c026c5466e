package io.github.geofix.spark;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.core.internal.cell.S2Cells;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.api.java.UDF4;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.TaskCompletionListener;
import scala.Tuple3;
import scala.Tuple4;

/**
 * Rows on their way into shards. Their order is total, and the bounds of the shards are rows at
 * exact positions in it, so the files depend on the rows alone.
 */
final class ShardRows {
  private static final String SHARD = "shard";
  private static final String GROUP = "group";
  private static final String KEY = "key";
  private static final String NUMBER = "number";

  private static final StructType COLUMNS =
      new StructType()
          .add(GROUP, DataTypes.IntegerType, false)
          .add(KEY, DataTypes.LongType, false)
          .add(NUMBER, DataTypes.LongType, false)
          .add(PhotoRows.IMAGE, DataTypes.StringType, false)
          .add(PhotoRows.LATITUDE, DataTypes.DoubleType, false)
          .add(PhotoRows.LONGITUDE, DataTypes.DoubleType, false)
          .add(PhotoRows.VECTOR, DataTypes.createArrayType(DataTypes.FloatType, false), false);

  private static final StructType WRITTEN =
      new StructType()
          .add(SHARD, DataTypes.IntegerType, false)
          .add("digest", DataTypes.StringType, false)
          .add("rows", DataTypes.IntegerType, false)
          .add("firstCell", DataTypes.StringType, false)
          .add("lastCell", DataTypes.StringType, false)
          .add("dimension", DataTypes.IntegerType, false);

  private static final UserDefinedFunction KEY_OF =
      functions.udf((UDF2<Double, Double, Long>) ShardRows::key, DataTypes.LongType);

  private ShardRows() {}

  /** Files that were written, and the dimension of their rows. */
  record Written(List<IndexManifest.Shard> shards, int dimension) {}

  /** Returns vectors that have a position, as one group. */
  static Dataset<Row> ofVectors(Dataset<Row> vectors) {
    return vectors
        .select(
            functions.col(PhotoRows.IMAGE).cast("string"),
            functions.col(PhotoRows.LATITUDE).cast("double"),
            functions.col(PhotoRows.LONGITUDE).cast("double"),
            functions.col(PhotoRows.VECTOR).cast("array<float>"))
        .na()
        .drop()
        .select(
            functions.lit(0).as(GROUP),
            KEY_OF
                .apply(functions.col(PhotoRows.LATITUDE), functions.col(PhotoRows.LONGITUDE))
                .as(KEY),
            functions.lit(0L).as(NUMBER),
            functions.col(PhotoRows.IMAGE),
            functions.col(PhotoRows.LATITUDE),
            functions.col(PhotoRows.LONGITUDE),
            functions.col(PhotoRows.VECTOR));
  }

  /** Spark orders numbers as signed ones. */
  private static long key(double latitude, double longitude) {
    return S2Cells.leafOf(latitude, longitude) ^ Long.MIN_VALUE;
  }

  /** Returns the rows of groups of shards that are not deleted. */
  static Dataset<Row> ofShards(
      SparkSession spark, String folder, IndexManifest manifest, List<List<Integer>> groups) {
    List<Row> sources = new ArrayList<>();
    long[] firstRows = manifest.firstRows();
    for (int group = 0; group < groups.size(); group++) {
      for (int shard : groups.get(group)) {
        sources.add(
            RowFactory.create(
                sources.size(),
                group,
                firstRows[shard],
                JsonRecords.write(manifest.shards().get(shard)).toString()));
      }
    }
    StructType columns =
        new StructType()
            .add(SHARD, DataTypes.IntegerType, false)
            .add(GROUP, DataTypes.IntegerType, false)
            .add(NUMBER, DataTypes.LongType, false)
            .add("json", DataTypes.StringType, false);
    return spark
        .createDataFrame(sources, columns)
        .repartitionById(Math.max(1, sources.size()), functions.col(SHARD))
        .mapPartitions(new Read(folder), Encoders.row(COLUMNS));
  }

  /** Returns rows of shards as queries that are named by their row numbers. */
  static Dataset<Row> asQueries(Dataset<Row> rows) {
    return rows.select(
        functions.col(NUMBER).cast("string").as(PhotoRows.IMAGE), functions.col(PhotoRows.VECTOR));
  }

  private record Read(String folder) implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> sources) {
      if (!sources.hasNext()) {
        return sources;
      }
      Row source = sources.next();
      EmbeddingIndex index =
          JsonRecords.read(StrictJson.parse(source.getString(3)), IndexManifest.Shard.class)
              .open(folder);
      TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> index.close());
      return IntStream.range(0, index.rows())
          .filter(row -> !index.isDeleted(row))
          .mapToObj(row -> row(source, index, row))
          .iterator();
    }

    private static Row row(Row source, EmbeddingIndex index, int row) {
      LatLng place = index.latLng(row);
      float[] vector = index.vector(row);
      Float[] boxed = new Float[vector.length];
      Arrays.setAll(boxed, d -> vector[d]);
      return RowFactory.create(
          source.getInt(1),
          key(place.latitude(), place.longitude()),
          source.getLong(2) + row,
          index.id(row),
          place.latitude(),
          place.longitude(),
          boxed);
    }
  }

  /**
   * Writes rows as shards.
   *
   * @param sizes the number of rows of each group; a shard has rows of one group
   * @param stored whether the rows were read from shards
   */
  static Written write(
      Dataset<Row> rows,
      String folder,
      EmbeddingIndex.Options options,
      int rowsPerShard,
      long[] sizes,
      boolean stored) {
    List<Bound> bounds = bounds(rows, rowsPerShard, sizes);
    if (bounds.isEmpty()) {
      return new Written(List.of(), 0);
    }
    Column[] order = Arrays.stream(COLUMNS.fieldNames()).map(functions::col).toArray(Column[]::new);
    Column placed =
        functions
            .udf(new Place(bounds.toArray(Bound[]::new)), DataTypes.IntegerType)
            .apply(
                functions.col(GROUP),
                functions.col(KEY),
                functions.col(NUMBER),
                functions.col(PhotoRows.IMAGE).cast("binary"));
    List<Row> written =
        new ArrayList<>(
            rows.withColumn(SHARD, placed)
                .repartitionById(bounds.size(), functions.col(SHARD))
                .sortWithinPartitions(order)
                .select(
                    functions.struct(SHARD, KEY, PhotoRows.IMAGE),
                    functions.col(PhotoRows.LATITUDE),
                    functions.col(PhotoRows.LONGITUDE),
                    functions.col(PhotoRows.VECTOR))
                .as(sorted(rows.sparkSession()))
                .mapPartitions(
                    new Write(folder, JsonRecords.write(options).toString(), stored),
                    Encoders.row(WRITTEN))
                .collectAsList());
    written.sort(Comparator.comparingInt(row -> row.getInt(0)));
    int dimension = written.get(0).getInt(5);
    for (Row row : written) {
      if (row.getInt(5) != dimension) {
        throw new IllegalArgumentException(
            "there are vectors of " + dimension + " and of " + row.getInt(5) + " numbers");
      }
    }
    return new Written(
        written.stream()
            .map(
                row ->
                    new IndexManifest.Shard(
                        row.getString(1), row.getInt(2), row.getString(3), row.getString(4), 0, ""))
            .toList(),
        dimension);
  }

  /**
   * Returns the encoder of sorted rows: (shard, key, image), latitude, longitude and vector. As a
   * {@link Row}, a vector would be a list of objects.
   */
  private static Encoder<Tuple4<Tuple3<Integer, Long, String>, Double, Double, float[]>> sorted(
      SparkSession spark) {
    return Encoders.tuple(
        Encoders.tuple(Encoders.INT(), Encoders.LONG(), Encoders.STRING()),
        Encoders.DOUBLE(),
        Encoders.DOUBLE(),
        spark.implicits().newFloatArrayEncoder());
  }

  /** The first row of a shard. */
  private record Bound(int group, long key, long number, byte[] image)
      implements Serializable, Comparable<Bound> {

    static Bound of(Row row) {
      return new Bound(
          row.getInt(0),
          row.getLong(1),
          row.getLong(2),
          row.getString(3).getBytes(StandardCharsets.UTF_8));
    }

    /** Texts are compared as Spark sorts them. */
    @Override
    public int compareTo(Bound other) {
      int byGroup = Integer.compare(group, other.group);
      int byKey = byGroup != 0 ? byGroup : Long.compare(key, other.key);
      int byNumber = byKey != 0 ? byKey : Long.compare(number, other.number);
      return byNumber != 0 ? byNumber : Arrays.compareUnsigned(image, other.image);
    }
  }

  /** Only the keys are kept, sorted and counted: vectors are read once for it. */
  private static List<Bound> bounds(Dataset<Row> rows, int rowsPerShard, long[] sizes) {
    long[] starts = new long[sizes.length];
    for (int group = 1; group < sizes.length; group++) {
      starts[group] = starts[group - 1] + sizes[group - 1];
    }
    TreeSet<Bound> bounds = new TreeSet<>();
    Dataset<Row> keys =
        rows.select(GROUP, KEY, NUMBER, PhotoRows.IMAGE).persist(StorageLevel.DISK_ONLY());
    try {
      keys.sort(GROUP, KEY, NUMBER, PhotoRows.IMAGE)
          .javaRDD()
          .zipWithIndex()
          .filter(row -> (row._2() - starts[row._1().getInt(0)]) % rowsPerShard == 0)
          .collect()
          .forEach(row -> bounds.add(Bound.of(row._1())));
    } finally {
      keys.unpersist();
    }
    return List.copyOf(bounds);
  }

  /** The shard of a row; vectors, which are not asked for, stay as Spark holds them. */
  private record Place(Bound[] bounds) implements UDF4<Integer, Long, Long, byte[], Integer> {

    @Override
    public Integer call(Integer group, Long key, Long number, byte[] image) {
      int at = Arrays.binarySearch(bounds, new Bound(group, key, number, image));
      return at >= 0 ? at : -at - 2;
    }
  }

  /** A row on its way into a shard. */
  private record Sorted(int shard, long key, String image, LatLng place, float[] vector) {

    static Sorted of(Tuple4<Tuple3<Integer, Long, String>, Double, Double, float[]> row) {
      return new Sorted(
          row._1()._1(), row._1()._2(), row._1()._3(), new LatLng(row._2(), row._3()), row._4());
    }

    String cell() {
      return S2Cells.token(key ^ Long.MIN_VALUE);
    }
  }

  /** Writes all rows of a part, which are in order, as one shard. */
  private record Write(String folder, String options, boolean stored)
      implements MapPartitionsFunction<
          Tuple4<Tuple3<Integer, Long, String>, Double, Double, float[]>, Row> {

    @Override
    public Iterator<Row> call(
        Iterator<Tuple4<Tuple3<Integer, Long, String>, Double, Double, float[]>> rows)
        throws IOException {
      if (!rows.hasNext()) {
        return Collections.emptyIterator();
      }
      Path local = Files.createTempDirectory("geofix");
      Path file = local.resolve("shard.index");
      try {
        Row shard = write(rows, file);
        Storage.publish(file, IndexManifest.file(folder, shard.getString(1)));
        return List.of(shard).iterator();
      } finally {
        Files.deleteIfExists(file);
        Files.delete(local);
      }
    }

    private Row write(
        Iterator<Tuple4<Tuple3<Integer, Long, String>, Double, Double, float[]>> rows, Path file)
        throws IOException {
      Sorted first = Sorted.of(rows.next());
      Sorted[] last = {first};
      int[] count = {0};
      int dimension = first.vector().length;
      EmbeddingIndex.write(
          file,
          dimension,
          JsonRecords.read(StrictJson.parse(options), EmbeddingIndex.Options.class),
          builder -> {
            add(builder, first);
            while (rows.hasNext()) {
              last[0] = Sorted.of(rows.next());
              add(builder, last[0]);
            }
            count[0] = builder.size();
          });
      return RowFactory.create(
          first.shard(), Storage.sha256(file), count[0], first.cell(), last[0].cell(), dimension);
    }

    private void add(EmbeddingIndex.Builder builder, Sorted row) {
      if (stored) {
        builder.addStored(row.vector(), row.place(), row.image(), new byte[0]);
      } else {
        builder.add(row.vector(), row.place(), row.image());
      }
    }
  }

  static float[] floats(List<Float> numbers) {
    float[] floats = new float[numbers.size()];
    int d = 0;
    for (float number : numbers) {
      floats[d++] = number;
    }
    return floats;
  }
}
