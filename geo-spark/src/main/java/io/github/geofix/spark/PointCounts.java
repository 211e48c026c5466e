package io.github.geofix.spark;

import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.CellCounts;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.PointSet;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.reflect.ClassTag$;

/**
 * Counts of any number of points, in two passes. The first counts the points of the cells of one
 * level. The second brings together the points of each cell that holds too many, and counts them in
 * the largest cells within it that do not.
 */
final class PointCounts {
  /** A cell has 300 km2; all of them are 1.6 million, 64 MB of counts. */
  private static final int LEVEL = 9;

  /** Points on the heap of a task before they are counted. */
  private static final int BLOCK = 1 << 20;

  private static final String CELL = "cell";
  private static final String COUNT = "count";
  private static final List<String> SUMS = List.of("x", "y", "z");

  private static final StructType COUNTS =
      new StructType()
          .add(CELL, DataTypes.LongType, false)
          .add(COUNT, DataTypes.LongType, false)
          .add("x", DataTypes.LongType, false)
          .add("y", DataTypes.LongType, false)
          .add("z", DataTypes.LongType, false);

  private static final StructType DENSE =
      new StructType()
          .add(CELL, DataTypes.LongType, false)
          .add(PhotoRows.LATITUDE, DataTypes.DoubleType, false)
          .add(PhotoRows.LONGITUDE, DataTypes.DoubleType, false);

  private PointCounts() {}

  static CellCounts of(Dataset<Row> points, AdaptiveOptions options, int... maxPoints) {
    if (maxPoints.length == 0) {
      throw new IllegalArgumentException("a hierarchy needs at least one level");
    }
    int limit = Arrays.stream(maxPoints).min().getAsInt();
    int level = options.maxLevel();
    Dataset<Row> places = points.select(PhotoRows.LATITUDE, PhotoRows.LONGITUDE).na().drop();
    int first = Math.min(LEVEL, level);
    CellCounts coarse =
        collected(
            places
                .mapPartitions(new Count(first, 0), Encoders.row(COUNTS))
                .groupBy(CELL)
                .agg(
                    functions.sum(COUNT), SUMS.stream().map(functions::sum).toArray(Column[]::new)),
            first);
    if (first == level) {
      return coarse;
    }
    long[] cells = coarse.cellIds();
    long[] counts = coarse.counts();
    int[] dense = IntStream.range(0, cells.length).filter(i -> counts[i] > limit).toArray();
    List<CellCounts> parts = new ArrayList<>();
    parts.add(sparse(coarse, limit, level));
    if (dense.length > 0) {
      long[] ids = Arrays.stream(dense).mapToLong(i -> cells[i]).sorted().toArray();
      long held = Arrays.stream(dense).mapToLong(i -> counts[i]).sum();
      int tasks =
          Math.max(
              places.sparkSession().sparkContext().defaultParallelism(),
              Math.toIntExact(held / BLOCK + 1));
      Broadcast<long[]> known =
          places
              .sparkSession()
              .sparkContext()
              .broadcast(ids, ClassTag$.MODULE$.apply(long[].class));
      parts.add(
          collected(
              places
                  .mapPartitions(new Dense(first, known), Encoders.row(DENSE))
                  .repartition(tasks, functions.col(CELL))
                  .select(PhotoRows.LATITUDE, PhotoRows.LONGITUDE)
                  .mapPartitions(new Count(level, limit), Encoders.row(COUNTS)),
              level));
      known.destroy();
    }
    return CellCounts.merge(parts);
  }

  private static CellCounts sparse(CellCounts coarse, int limit, int level) {
    long[] cells = coarse.cellIds();
    long[] counts = coarse.counts();
    long[] sums = coarse.vectorSums();
    int[] kept = IntStream.range(0, cells.length).filter(i -> counts[i] <= limit).toArray();
    return CellCounts.of(
        level,
        Arrays.stream(kept).mapToLong(i -> cells[i]).toArray(),
        Arrays.stream(kept).mapToLong(i -> counts[i]).toArray(),
        Arrays.stream(kept)
            .boxed()
            .flatMapToLong(i -> Arrays.stream(sums, 3 * i, 3 * i + 3))
            .toArray());
  }

  private static CellCounts collected(Dataset<Row> counts, int level) {
    List<Row> rows = new ArrayList<>();
    counts.toLocalIterator().forEachRemaining(rows::add);
    rows.sort((a, b) -> Long.compareUnsigned(a.getLong(0), b.getLong(0)));
    long[] cells = new long[rows.size()];
    long[] points = new long[cells.length];
    long[] sums = new long[3 * cells.length];
    for (int i = 0; i < cells.length; i++) {
      Row row = rows.get(i);
      cells[i] = row.getLong(0);
      points[i] = row.getLong(1);
      for (int axis = 0; axis < 3; axis++) {
        sums[3 * i + axis] = row.getLong(2 + axis);
      }
    }
    return CellCounts.of(level, cells, points, sums);
  }

  /**
   * Counts the points of a part.
   *
   * @param limit coarsens the counts to cells of at most so many points; 0 leaves them as they are
   */
  private record Count(int level, int limit) implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> points) {
      CellCounts all = CellCounts.of(level, new long[0], new long[0], new long[0]);
      while (points.hasNext()) {
        PointSet block = new PointSet();
        while (points.hasNext() && (limit > 0 || block.size() < BLOCK)) {
          Row point = points.next();
          block.add(point.getDouble(0), point.getDouble(1));
        }
        CellCounts counts = CellCounts.of(block, level);
        all = all.size() == 0 ? counts : all.merge(counts);
      }
      return rows(limit > 0 ? all.coarsened(limit) : all);
    }

    private static Iterator<Row> rows(CellCounts counts) {
      long[] cells = counts.cellIds();
      long[] points = counts.counts();
      long[] sums = counts.vectorSums();
      return IntStream.range(0, cells.length)
          .mapToObj(
              i ->
                  RowFactory.create(
                      cells[i], points[i], sums[3 * i], sums[3 * i + 1], sums[3 * i + 2]))
          .iterator();
    }
  }

  /** Keeps the points of some cells, with their cell. */
  private record Dense(int level, Broadcast<long[]> cells)
      implements MapPartitionsFunction<Row, Row>, Serializable {

    @Override
    public Iterator<Row> call(Iterator<Row> points) {
      long[] known = cells.value();
      return new Filtered(points, known, level);
    }
  }

  private static final class Filtered implements Iterator<Row> {
    private final Iterator<Row> points;
    private final long[] cells;
    private final int level;
    private @Nullable Row next;

    Filtered(Iterator<Row> points, long[] cells, int level) {
      this.points = points;
      this.cells = cells;
      this.level = level;
    }

    @Override
    public boolean hasNext() {
      while (next == null && points.hasNext()) {
        Row point = points.next();
        double latitude = point.getDouble(0);
        double longitude = point.getDouble(1);
        long cell = S2Cells.parent(S2Cells.leafOf(latitude, longitude), level);
        if (Arrays.binarySearch(cells, cell) >= 0) {
          next = RowFactory.create(cell, latitude, longitude);
        }
      }
      return next != null;
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Row found = Objects.requireNonNull(next);
      next = null;
      return found;
    }
  }
}
