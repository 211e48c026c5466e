package io.github.geofix.spark;

import io.github.geofix.core.Photo;
import io.github.geofix.core.Precision;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Drift;
import io.github.geofix.eval.RetrievalEvaluator.HitTally;
import io.github.geofix.models.nn.TorchEngine;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * GeoFix on Apache Spark: photos become vectors and locations, positions become cells, vectors
 * become an index that is searched, and answers become figures, on as many machines as Spark has.
 * All results are functions of the rows alone, so failed tasks, lost executors and speculation
 * change nothing. Thread-safe.
 *
 * <pre>{@code
 * SparkGeo geo = SparkGeo.of(spark);
 * SparkGeo.Model model = SparkGeo.Model.of("hdfs:///models/embed");
 * Dataset<Row> answers = geo.locate(geo.photos("hdfs:///photos.csv"), model);
 * answers.write().parquet("hdfs:///answers");
 * }</pre>
 *
 * <p>An executor loads a model once, shares it between its tasks, and closes it a minute after the
 * last. A photo that cannot be read becomes a row with the reason in the column {@code error}.
 * Spark's pages show, for each stage, the photos done, those that failed and the milliseconds in
 * the network.
 */
public final class SparkGeo {
  static final String GUESS_LATITUDE = "guess_latitude";
  static final String GUESS_LONGITUDE = "guess_longitude";

  private final SparkSession spark;

  private SparkGeo(SparkSession spark) {
    this.spark = spark;
  }

  /** Returns the operators of a session. */
  public static SparkGeo of(SparkSession spark) {
    return new SparkGeo(Objects.requireNonNull(spark));
  }

  /**
   * A model that executors load.
   *
   * @param folder a model folder, on a file system of Spark or at the same path of every machine;
   *     one that is elsewhere is copied once to each machine. Write changed models to new folders
   * @param batch the photos that go through the network at once, 1 to 1024
   * @param candidates the most candidates of a location, 1 or more
   * @param allowCode whether code that the folder names may run
   * @param precision of the network
   * @param maxPixels of a photo, see {@link Photo.Limits#scaledTo}
   * @param inferenceMemory about how many bytes the intermediate arrays of one batch may take, see
   *     {@link TorchEngine#setInferenceMemory}; of the models of an executor, the one used last
   *     sets it
   */
  public record Model(
      String folder,
      int batch,
      int candidates,
      boolean allowCode,
      Precision precision,
      long maxPixels,
      long inferenceMemory)
      implements Serializable {
    private static final int MOST = 1024;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Model {
      Objects.requireNonNull(folder);
      if (batch < 1 || batch > MOST) {
        throw new IllegalArgumentException("batch must be 1 to " + MOST + ": " + batch);
      }
      if (candidates < 1) {
        throw new IllegalArgumentException("candidates must be 1 or more: " + candidates);
      }
      Objects.requireNonNull(precision);
      if (inferenceMemory < 1) {
        throw new IllegalArgumentException(
            "the memory of inference must be positive: " + inferenceMemory);
      }
      // Refuses a limit that is out of range.
      Photo.Limits.defaults().scaledTo(maxPixels);
    }

    /**
     * Returns the model of a folder: batches of 32 photos, 10 candidates, no code, float32, {@link
     * Photo.Limits#defaults}, and the {@link TorchEngine#inferenceMemory} of this process.
     */
    public static Model of(String folder) {
      return new Model(
          folder,
          32,
          10,
          false,
          Precision.FLOAT32,
          Photo.Limits.defaults().maxPixels(),
          TorchEngine.inferenceMemory());
    }

    /** Returns a copy with another size of batches. */
    public Model withBatch(int batch) {
      return new Model(folder, batch, candidates, allowCode, precision, maxPixels, inferenceMemory);
    }

    /** Returns a copy with another number of candidates. */
    public Model withCandidates(int candidates) {
      return new Model(folder, batch, candidates, allowCode, precision, maxPixels, inferenceMemory);
    }

    /** Returns a copy that allows code, or not. */
    public Model withAllowCode(boolean allowCode) {
      return new Model(folder, batch, candidates, allowCode, precision, maxPixels, inferenceMemory);
    }

    /** Returns a copy in another precision. */
    public Model withPrecision(Precision precision) {
      return new Model(folder, batch, candidates, allowCode, precision, maxPixels, inferenceMemory);
    }

    /** Returns a copy with another memory of inference, in bytes. */
    public Model withInferenceMemory(long inferenceMemory) {
      return new Model(folder, batch, candidates, allowCode, precision, maxPixels, inferenceMemory);
    }

    /** Returns a copy for photos of up to so many pixels. */
    public Model withMaxPixels(long maxPixels) {
      return new Model(folder, batch, candidates, allowCode, precision, maxPixels, inferenceMemory);
    }
  }

  /**
   * Returns photos to embed or locate: rows of {@code image}, a path or any name; {@code content},
   * the bytes of the file, null if they are at the path; and {@code latitude} and {@code longitude}
   * where they are known. Data of other shapes is brought into this one with Spark's own means.
   *
   * @param path a list of photos that ends in {@code .csv} with the columns of a {@link
   *     io.github.geofix.core.Manifest}, whose relative images are beside it; Parquet with these
   *     columns, which ends in {@code .parquet}; or a folder of photos
   * @throws IllegalArgumentException if there is no column {@code image}
   */
  public Dataset<Row> photos(String path) {
    String name = path.toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return list(path);
    }
    if (name.endsWith(".parquet")) {
      return requireImage(spark.read().parquet(path), path);
    }
    return spark
        .read()
        .format("binaryFile")
        .option("recursiveFileLookup", "true")
        .load(path)
        .select(functions.col("path").as(PhotoRows.IMAGE), functions.col(PhotoRows.CONTENT));
  }

  private Dataset<Row> list(String path) {
    Dataset<Row> rows = positions(path);
    requireImage(rows, path);
    String folder = new org.apache.hadoop.fs.Path(path).getParent() + "/";
    Column image = functions.col(PhotoRows.IMAGE);
    return rows.withColumn(
        PhotoRows.IMAGE,
        functions
            .when(image.rlike("^([A-Za-z][A-Za-z0-9+.-]*:|/)"), image)
            .otherwise(functions.concat(functions.lit(folder), image)));
  }

  private static Dataset<Row> requireImage(Dataset<Row> rows, String path) {
    if (!List.of(rows.columns()).contains(PhotoRows.IMAGE)) {
      throw new IllegalArgumentException(
          path + " has no column image: its columns are " + String.join(", ", rows.columns()));
    }
    return rows;
  }

  /**
   * Returns the rows of a CSV file or of Parquet, which ends in {@code .parquet}, with columns
   * {@code latitude} and {@code longitude}; {@code lat} and {@code lon}, {@code lng} or {@code
   * long} are accepted too, in any case.
   */
  public Dataset<Row> positions(String path) {
    Dataset<Row> rows =
        path.toLowerCase(Locale.ROOT).endsWith(".parquet")
            ? spark.read().parquet(path)
            : spark.read().option("header", "true").option("mode", "FAILFAST").csv(path);
    for (String column : rows.columns()) {
      String name = column.toLowerCase(Locale.ROOT).trim();
      rows =
          switch (name) {
            case "latitude", "lat" -> number(rows, column, PhotoRows.LATITUDE);
            case "longitude", "lon", "lng", "long" -> number(rows, column, PhotoRows.LONGITUDE);
            case "image" -> rows.withColumnRenamed(column, PhotoRows.IMAGE);
            default -> rows;
          };
    }
    return rows;
  }

  private static Dataset<Row> number(Dataset<Row> rows, String column, String name) {
    return rows.withColumnRenamed(column, name)
        .withColumn(name, functions.col(name).cast("double"));
  }

  /**
   * Embeds photos.
   *
   * @param photos as {@link #photos} returns them; other columns are dropped
   * @param model of the family geoclip, embed or recombine
   * @return {@code image}, {@code latitude}, {@code longitude}, {@code s2cell}, the leaf cell of
   *     the position, {@code vector}, and {@code error}; one row for each photo, not computed
   *     before it is used
   */
  public Dataset<Row> embed(Dataset<Row> photos, Model model) {
    return photos.mapPartitions(
        new EmbedPhotos(model, progress("embed")), Encoders.row(EmbedPhotos.COLUMNS));
  }

  /**
   * Locates photos.
   *
   * @param photos as {@link #photos} returns them; other columns are dropped
   * @param model of any family
   * @return {@code image}, {@code latitude}, {@code longitude} and {@code s2cell} of the true
   *     position if it is known, {@code guess_latitude} and {@code guess_longitude}, {@code
   *     candidates} and {@code regions} with their cells, {@code unanswered} with the reason if the
   *     model declines to answer, and {@code error}; one row for each photo, not computed before it
   *     is used
   */
  public Dataset<Row> locate(Dataset<Row> photos, Model model) {
    return photos.mapPartitions(
        new LocatePhotos(model, progress("locate")), Encoders.row(LocatePhotos.COLUMNS));
  }

  /**
   * Builds an index of any number of rows, in shards of equal size: rows in the order of their S2
   * leaf cells as unsigned numbers, then of their images. A shard is named after its content, so a
   * job that is repeated writes the same files.
   *
   * @param vectors of {@link #embed}, best read from where they were written, as they are read
   *     twice; rows without a vector or a position are left out
   * @param folder of the index; one that has no index yet
   * @param options of all shards. With INT8, each shard selects its own candidates, so a search
   *     finds at least what one index of all rows finds
   * @param rowsPerShard 1 or more; a search reads a shard in one task
   * @throws IllegalArgumentException if there is no row to index, the folder has an index, or the
   *     vectors have different dimensions
   */
  public ShardedIndex buildIndex(
      Dataset<Row> vectors, String folder, EmbeddingIndex.Options options, int rowsPerShard) {
    return ShardedIndex.build(spark, vectors, folder, options, rowsPerShard);
  }

  /**
   * Opens an index at its newest manifest.
   *
   * @throws IllegalArgumentException if there is none
   */
  public ShardedIndex openIndex(String folder) {
    return ShardedIndex.open(spark, folder);
  }

  private PhotoRows.Progress progress(String operator) {
    SparkContext context = spark.sparkContext();
    return new PhotoRows.Progress(
        context.longAccumulator("geofix " + operator + ": photos"),
        context.longAccumulator("geofix " + operator + ": failures"),
        context.longAccumulator("geofix " + operator + ": network ms"));
  }

  /**
   * Writes vectors or answers as Parquet in the order of their S2 cells, so that a reader skips
   * what lies elsewhere. The rows are computed once, and written twice.
   *
   * @param rows of {@link #embed} or {@link #locate}
   * @param path a folder that does not exist
   */
  public void writeSorted(Dataset<Row> rows, String path) {
    String unsorted = path + ".unsorted";
    if (Storage.exists(path)) {
      throw new IllegalArgumentException(path + " exists: name another folder, or delete it");
    }
    if (Storage.exists(unsorted)) {
      throw new IllegalArgumentException(
          unsorted + " exists: another job writes it, or one that was killed left it. Delete it.");
    }
    try {
      rows.write().parquet(unsorted);
      Dataset<Row> written = spark.read().parquet(unsorted);
      written
          .repartitionByRange(functions.col(PhotoRows.CELL), functions.col(PhotoRows.IMAGE))
          .sortWithinPartitions(PhotoRows.CELL, PhotoRows.IMAGE)
          .write()
          .parquet(path);
    } finally {
      Storage.delete(unsorted);
    }
  }

  /**
   * Partitions the Earth by any number of points: the cells of {@link CellHierarchy#adaptive(
   * io.github.geofix.core.partition.CellCounts, AdaptiveOptions, int...)} of all of them. Points in
   * sparse cells are only counted, and those of one dense cell of level 9, some 300 km2, fit into
   * the memory of a task, 32 bytes for each.
   *
   * @param points with columns {@code latitude} and {@code longitude}; rows without are ignored.
   *     They are read twice
   * @param options of all levels, apart from {@code maxPoints}; the means are spherical
   * @param maxPoints the limit of each level, decreasing
   * @throws IllegalArgumentException if there is no point, the limits do not decrease, or a level
   *     has no cells
   */
  public CellHierarchy partition(Dataset<Row> points, AdaptiveOptions options, int... maxPoints) {
    return CellHierarchy.adaptive(PointCounts.of(points, options, maxPoints), options, maxPoints);
  }

  /**
   * Returns the figures of answers, those of a {@link DistanceReport} of all of them to the last
   * digit. A photo that the model declined to locate counts as the farthest error; photos that
   * could not be read, or have no true position, are left out.
   *
   * @param answers of {@link #locate}, best read from where they were written, as they are read
   *     twice
   * @throws IllegalArgumentException if there is no photo to evaluate
   */
  public DistanceReport.Summary evaluate(Dataset<Row> answers) {
    return Evaluation.of(answers, DistanceReport.STANDARD_KM);
  }

  /** Returns the rules that are in the folder of a model, which the driver reads. */
  public AnswerRules answerRules(Model model) {
    return AnswerRules.load(Storage.local(model.folder()));
  }

  /**
   * Returns how unlike the photos of a rule others are, by the score near their answers: the {@link
   * Drift} of up to {@value DriftSample#MOST_ANSWERS} answers, those whose {@code image} has the
   * least {@code xxhash64(20260101, image)}. Photos without an answer are left out.
   *
   * @param answers of {@link #locate}, under different names, with as many candidates as the
   *     answers of the rule had; best read from where they were written, as they are read twice
   * @return empty for fewer than {@value Drift#LEAST_PHOTOS} answers
   * @throws IllegalArgumentException if the rule was fitted on fewer than two photos
   */
  public Optional<Drift> scoreDrift(Dataset<Row> answers, AnswerRule rule) {
    return DriftSample.ofAnswers(answers, rule);
  }

  /**
   * Returns how unlike the photos of a model's calibration others are, by the model's vectors of
   * them: {@link Drift.OfVectors} of up to {@value Drift.OfVectors#MOST_PHOTOS} photos in the order
   * of their names, those whose {@code image} has the least {@code xxhash64(20260101, image)}. Only
   * these are decoded; those that cannot be read are left out.
   *
   * @param photos as {@link #photos} returns them, under different names. Photos whose bytes are in
   *     {@code content} are all read for it, so better give a list of paths
   * @param model whose folder has {@link CalibrationVectors}, and is read by the driver, too
   * @return empty for fewer than {@value Drift#LEAST_PHOTOS} photos, or a model without vectors
   */
  public Optional<Drift.OfVectors> vectorDrift(Dataset<Row> photos, Model model) {
    return CalibrationVectors.load(Storage.local(model.folder()))
        .flatMap(
            calibration -> DriftSample.ofPhotos(photos, calibration, model, progress("drift")));
  }

  /**
   * Returns how often one of the K best hits lies near the query's true position. Of equal scores,
   * the lower row number comes first. A query without such a row counts as missed; queries that
   * could not be read, or have no true position, are left out.
   *
   * @param withinKm how near, 0 or more
   * @param hits of {@link ShardedIndex#search}, best read from where they were written
   * @param queries those that were searched, under different names: {@code image}, {@code latitude}
   *     and {@code longitude}, and {@code error}, if there is such a column
   * @param ks each 1 to the hits of a query
   * @throws IllegalArgumentException if a value is out of range, or no query has a true position
   */
  public HitTally.Summary recallWithin(
      double withinKm, Dataset<Row> hits, Dataset<Row> queries, int... ks) {
    return SearchRecall.near(hits, queries, withinKm, ks);
  }

  /**
   * Returns how often one of the K best hits is a right image. Otherwise as {@link #recallWithin}.
   *
   * @param matches {@code query} and {@code image}: a right image of a query, which may have
   *     several. Queries without one are left out
   */
  public HitTally.Summary recall(Dataset<Row> hits, Dataset<Row> matches, int... ks) {
    return SearchRecall.matching(hits, matches, ks);
  }
}
