package io.github.geofix.spark;

import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.partition.Region;
import io.github.geofix.spark.IndexManifest.Shard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;

/**
 * An index of embeddings in shards, each the file of an {@link EmbeddingIndex}, and a manifest that
 * names them: see {@link SparkGeo#buildIndex}. Immutable and thread-safe: a change publishes a
 * manifest with the next number and returns its index. Files are never changed, so searches of an
 * older manifest continue; {@link #vacuum} deletes what none uses.
 *
 * <p>Rows, their numbers, scores and order are those of one {@link EmbeddingIndex} that had the
 * same rows built, appended, deleted and compacted, in the order of their images.
 */
public final class ShardedIndex {
  private final SparkSession spark;
  private final String folder;
  private final IndexManifest manifest;

  private ShardedIndex(SparkSession spark, String folder, IndexManifest manifest) {
    this.spark = spark;
    this.folder = folder;
    this.manifest = manifest;
  }

  static ShardedIndex build(
      SparkSession spark,
      Dataset<Row> vectors,
      String folder,
      EmbeddingIndex.Options options,
      int rowsPerShard) {
    if (rowsPerShard < 1) {
      throw new IllegalArgumentException("rowsPerShard must be 1 or more: " + rowsPerShard);
    }
    if (IndexManifest.exists(folder)) {
      throw new IllegalArgumentException(
          folder + " has an index: append to it, or build another in another folder");
    }
    ShardRows.Written written =
        ShardRows.write(
            ShardRows.ofVectors(vectors), folder, options, rowsPerShard, new long[1], false);
    if (written.shards().isEmpty()) {
      throw new IllegalArgumentException("there is no row with a vector and a position");
    }
    return new ShardedIndex(
            spark,
            folder,
            new IndexManifest(
                IndexManifest.FORMAT,
                1,
                written.dimension(),
                options,
                rowsPerShard,
                written.shards()))
        .published();
  }

  static ShardedIndex open(SparkSession spark, String folder) {
    return new ShardedIndex(spark, folder, IndexManifest.newest(folder));
  }

  private ShardedIndex published() {
    manifest.publish(folder);
    return this;
  }

  private ShardedIndex with(List<Shard> shards) {
    return new ShardedIndex(spark, folder, manifest.with(shards)).published();
  }

  /** Returns the number of the manifest, from 1. */
  public long number() {
    return manifest.number();
  }

  /** Returns D, the dimension of rows and queries. */
  public int dimension() {
    return manifest.dimension();
  }

  /** Returns the options of all shards. */
  public EmbeddingIndex.Options options() {
    return manifest.options();
  }

  /** Returns the number of shards. */
  public int shards() {
    return manifest.shards().size();
  }

  /** Returns one more than the highest row number. */
  public long rows() {
    return manifest.firstRows()[shards()];
  }

  /** Returns the number of rows that are not deleted. */
  public long size() {
    return manifest.shards().stream().mapToLong(Shard::size).sum();
  }

  /**
   * Adds rows as shards of their own, numbered after all others.
   *
   * @param vectors as {@link SparkGeo#buildIndex} takes them
   * @throws IllegalArgumentException if the vectors have another dimension
   * @throws IllegalStateException if another job changed the index meanwhile
   */
  public ShardedIndex append(Dataset<Row> vectors) {
    ShardRows.Written written =
        ShardRows.write(
            ShardRows.ofVectors(vectors),
            folder,
            options(),
            manifest.rowsPerShard(),
            new long[1],
            false);
    if (written.shards().isEmpty()) {
      return this;
    }
    if (written.dimension() != dimension()) {
      throw new IllegalArgumentException(
          "the vectors have "
              + written.dimension()
              + " numbers, the index has rows of "
              + dimension()
              + ": are they from another encoder?");
    }
    List<Shard> shards = new ArrayList<>(manifest.shards());
    shards.addAll(written.shards());
    return with(shards);
  }

  /**
   * Marks all rows of some images as deleted, so that no search returns them.
   *
   * @param images as {@link SparkGeo#photos} returns them; those that the index does not have are
   *     ignored
   * @throws IllegalStateException if another job changed the index meanwhile
   */
  public ShardedIndex delete(Dataset<Row> images) {
    if (size() == 0) {
      return this;
    }
    List<Shard> shards = ShardDeletion.of(spark, folder, manifest.shards(), images);
    return shards.equals(manifest.shards()) ? this : with(shards);
  }

  /**
   * Drops deleted rows and sorts the remaining ones again, which changes the row numbers. Only
   * shards with deleted rows are rewritten, and those whose ranges of cells overlap.
   *
   * @throws IllegalStateException if another job changed the index meanwhile
   */
  public ShardedIndex compact() {
    List<List<Integer>> groups = manifest.groups();
    List<List<Integer>> touched = groups.stream().filter(this::isTouched).toList();
    Iterator<Shard> written =
        touched.isEmpty() ? List.<Shard>of().iterator() : rewritten(touched).iterator();
    List<Shard> shards = new ArrayList<>();
    for (List<Integer> group : groups) {
      if (isTouched(group)) {
        for (long rows = size(group); rows > 0; rows -= manifest.rowsPerShard()) {
          shards.add(written.next());
        }
      } else {
        shards.add(manifest.shards().get(group.get(0)));
      }
    }
    return shards.equals(manifest.shards()) ? this : with(shards);
  }

  /**
   * Deletes what older manifests alone refer to. The newest manifest stays, each one that was the
   * newest within the time to keep, and all files of these, for searches that began in that time.
   * Younger files stay, too: another job may be about to refer to them.
   *
   * @param keep at least as long as the longest job that uses the index
   * @return the number of files that were deleted
   * @throws IllegalArgumentException if the time is negative
   */
  public int vacuum(Duration keep) {
    return IndexVacuum.of(folder, keep);
  }

  private List<Shard> rewritten(List<List<Integer>> groups) {
    return ShardRows.write(
            ShardRows.ofShards(spark, folder, manifest, groups),
            folder,
            options(),
            manifest.rowsPerShard(),
            groups.stream().mapToLong(this::size).toArray(),
            true)
        .shards();
  }

  private boolean isTouched(List<Integer> group) {
    return group.size() > 1 || manifest.shards().get(group.get(0)).deleted() > 0;
  }

  private long size(List<Integer> group) {
    return group.stream().mapToLong(shard -> manifest.shards().get(shard).size()).sum();
  }

  /**
   * Options of a search.
   *
   * @param k the most hits of a query, 1 or more
   * @param region where all hits must lie; empty for everywhere
   * @param candidatesKm how near to any candidate of a query its hits must lie, in km, by S2 cells
   *     that cover the circles; 0 to ignore the candidates
   */
  public record Search(int k, Optional<Region> region, double candidatesKm) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Search {
      Objects.requireNonNull(region);
      if (k < 1) {
        throw new IllegalArgumentException("k must be 1 or more: " + k);
      }
      if (!(candidatesKm >= 0)) {
        throw new IllegalArgumentException("candidatesKm must be 0 or more: " + candidatesKm);
      }
    }

    /** Returns a search for the k nearest rows, everywhere. */
    public static Search nearest(int k) {
      return new Search(k, Optional.empty(), 0);
    }

    /** Returns a copy that searches in a region. */
    public Search within(Region region) {
      return new Search(k, Optional.of(region), candidatesKm);
    }

    /** Returns a copy that searches around each query's candidates. */
    public Search nearCandidates(double km) {
      return new Search(k, region, km);
    }
  }

  /**
   * Searches the nearest rows of each query. Only shards whose range of cells meets the region and
   * the query's candidates are read. Scores and order are those of {@link EmbeddingIndex#search}
   * over all rows: equal scores by row number.
   *
   * @param queries {@code image}, any name of the query; {@code vector}; and, for a search near
   *     candidates, {@code candidates} as {@link SparkGeo#locate} returns them: a query without
   *     candidates searches everywhere. Rows without a vector are left out
   * @return {@code query}, {@code rank}, from 1, {@code row}, {@code score}, {@code image}, {@code
   *     latitude} and {@code longitude}; not computed before it is used
   */
  public Dataset<Row> search(Dataset<Row> queries, Search search) {
    return ShardSearch.of(spark, folder, manifest, queries, search);
  }

  /**
   * Searches the nearest other rows of each row, as {@link #search} does for the row's vector. All
   * rows are compared with all: for N rows of D numbers it takes 2 N N D operations.
   *
   * @param k the most neighbors of a row, 1 or more
   * @return {@code row}, {@code rank}, from 1, {@code neighbor}, a row number, too, {@code score},
   *     and the neighbor's {@code image}, {@code latitude} and {@code longitude}; not computed
   *     before it is used
   */
  public Dataset<Row> neighbors(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be 1 or more: " + k);
    }
    List<Integer> all = IntStream.range(0, shards()).boxed().toList();
    Column query = functions.col("query").cast("long");
    return search(
            ShardRows.asQueries(ShardRows.ofShards(spark, folder, manifest, List.of(all))),
            Search.nearest(Math.addExact(k, 1)))
        .filter(query.notEqual(functions.col("row")))
        .withColumn(
            "rank", functions.row_number().over(Window.partitionBy("query").orderBy("rank")))
        .filter(functions.col("rank").leq(k))
        .select(
            query.as("row"),
            functions.col("rank"),
            functions.col("row").as("neighbor"),
            functions.col("score"),
            functions.col(PhotoRows.IMAGE),
            functions.col(PhotoRows.LATITUDE),
            functions.col(PhotoRows.LONGITUDE));
  }

  /** Returns the number of the manifest, and those of rows and shards. */
  @Override
  public String toString() {
    return "manifest %d: %s in %s"
        .formatted(number(), Count.of(size(), "rows"), Count.of(shards(), "shards"));
  }
}
