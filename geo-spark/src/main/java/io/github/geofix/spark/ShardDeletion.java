package io.github.geofix.spark;

import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.spark.IndexManifest.Shard;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;

/** Finds the rows of images, and marks them as deleted. */
final class ShardDeletion {
  private static final String SHARD = "shard";
  private static final String ROW = "row";
  private static final StructType ROWS =
      new StructType()
          .add(SHARD, DataTypes.IntegerType, false)
          .add(ROW, DataTypes.IntegerType, false)
          .add(PhotoRows.IMAGE, DataTypes.StringType, false);
  private static final StructType MARKED =
      new StructType()
          .add(SHARD, DataTypes.IntegerType, false)
          .add("deleted", DataTypes.IntegerType, false)
          .add("deletions", DataTypes.StringType, false);

  private ShardDeletion() {}

  static List<Shard> of(
      SparkSession spark, String folder, List<Shard> shards, Dataset<Row> images) {
    Dataset<Row> names =
        spark
            .createDataset(IntStream.range(0, shards.size()).boxed().toList(), Encoders.INT())
            .repartitionById(shards.size(), functions.col("value"))
            .mapPartitions(new Names(folder, shards), Encoders.row(ROWS));
    List<Shard> marked = new ArrayList<>(shards);
    names
        .join(
            images.select(PhotoRows.IMAGE),
            names.col(PhotoRows.IMAGE).equalTo(images.col(PhotoRows.IMAGE)),
            "left_semi")
        .repartitionById(shards.size(), functions.col(SHARD))
        .mapPartitions(new Mark(folder, shards), Encoders.row(MARKED))
        .collectAsList()
        .forEach(
            row -> {
              Shard old = shards.get(row.getInt(0));
              marked.set(
                  row.getInt(0),
                  new Shard(
                      old.digest(),
                      old.rows(),
                      old.firstCell(),
                      old.lastCell(),
                      row.getInt(1),
                      row.getString(2)));
            });
    return marked;
  }

  private record Names(String folder, List<Shard> shards)
      implements MapPartitionsFunction<Integer, Row> {

    @Override
    public Iterator<Row> call(Iterator<Integer> numbers) {
      if (!numbers.hasNext()) {
        return List.<Row>of().iterator();
      }
      int shard = numbers.next();
      EmbeddingIndex index = shards.get(shard).open(folder);
      TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> index.close());
      return IntStream.range(0, index.rows())
          .filter(row -> !index.isDeleted(row))
          .mapToObj(row -> RowFactory.create(shard, row, index.id(row)))
          .iterator();
    }
  }

  private record Mark(String folder, List<Shard> shards)
      implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
      if (!rows.hasNext()) {
        return rows;
      }
      Row first = rows.next();
      BitSet more = new BitSet();
      more.set(first.getInt(1));
      rows.forEachRemaining(row -> more.set(row.getInt(1)));
      Shard marked = shards.get(first.getInt(0)).deleting(folder, more);
      return List.of(RowFactory.create(first.getInt(0), marked.deleted(), marked.deletions()))
          .iterator();
    }
  }
}
