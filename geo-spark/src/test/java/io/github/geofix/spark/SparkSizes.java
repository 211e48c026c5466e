package io.github.geofix.spark;

import com.sun.management.OperatingSystemMXBean;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.partition.CellCounts;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.PointSet;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple4;

/**
 * Measures jobs at their sizes on one machine; docs/results/spark.csv has the commands. {@code
 * -Dspark.master} names the master.
 */
final class SparkSizes {
  private static final int CITIES = 2_000;
  private static final int DIMENSION = 64;
  private static final long BLOCK = 250_000;

  private SparkSizes() {}

  public static void main(String[] args) throws IOException {
    SparkSession spark =
        SparkSession.builder()
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    spark.sparkContext().setLogLevel("ERROR");
    long start = System.nanoTime();
    long cpu = cpu();
    switch (args[0]) {
      case "positions" -> write(spark, Long.parseLong(args[1]), 0, args[2]);
      case "vectors" -> write(spark, Long.parseLong(args[1]), DIMENSION, args[2]);
      case "partition" -> partition(spark, args[1], Path.of(args[2]));
      case "partition-one" -> partitionOne(spark, args[1], Path.of(args[2]));
      case "index" -> print(index(spark, args[1], args[2], Integer.parseInt(args[3])));
      case "search" -> search(spark, args[1], args[2], Integer.parseInt(args[3]));
      case "photos" -> photos(Path.of(args[1]), Integer.parseInt(args[2]), args[3], args[4]);
      case "speed" ->
          speed(spark, Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      default -> throw new IllegalArgumentException(args[0]);
    }
    print(
        "%s: %.0f s, %.0f CPU s",
        String.join(" ", args), (System.nanoTime() - start) / 1e9, (cpu() - cpu) / 1e9);
    spark.stop();
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  /** Returns the CPU time of this process in nanoseconds. */
  private static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void write(SparkSession spark, long count, int dimension, String path) {
    Dataset<Row> rows =
        spark
            .range(0, count, 1, Math.toIntExact((count + BLOCK - 1) / BLOCK))
            .mapPartitions(
                new Generate(dimension),
                Encoders.tuple(
                    Encoders.STRING(),
                    Encoders.DOUBLE(),
                    Encoders.DOUBLE(),
                    spark.implicits().newFloatArrayEncoder()))
            .toDF("image", "latitude", "longitude", "vector");
    (dimension > 0 ? rows : rows.drop("image", "vector")).write().parquet(path);
  }

  /** Positions as crowded as photos are, by Zipf's law; vectors of noise. */
  private record Generate(int dimension)
      implements MapPartitionsFunction<Long, Tuple4<String, Double, Double, float[]>> {

    @Override
    public Iterator<Tuple4<String, Double, Double, float[]>> call(Iterator<Long> numbers) {
      Random cities = new Random(1);
      double[] centers = new double[2 * CITIES];
      for (int i = 0; i < centers.length; i += 2) {
        centers[i] = Math.toDegrees(Math.asin(2 * cities.nextDouble() - 1));
        centers[i + 1] = 360 * cities.nextDouble() - 180;
      }
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return numbers.hasNext();
        }

        @Override
        public Tuple4<String, Double, Double, float[]> next() {
          long number = numbers.next();
          Random random = new Random(number * 0x9E3779B97F4A7C15L);
          random.nextInt();
          int city = (int) (CITIES * Math.pow(random.nextDouble(), 3));
          boolean anywhere = random.nextInt(10) == 0;
          double latitude =
              anywhere
                  ? Math.toDegrees(Math.asin(2 * random.nextDouble() - 1))
                  : clamp(centers[2 * city] + 0.2 * random.nextGaussian(), 90);
          double longitude =
              anywhere
                  ? 360 * random.nextDouble() - 180
                  : clamp(centers[2 * city + 1] + 0.2 * random.nextGaussian(), 180);
          float[] vector = new float[dimension];
          for (int d = 0; d < dimension; d++) {
            vector[d] = random.nextFloat() - 0.5f;
          }
          return new Tuple4<>(Long.toString(number), latitude, longitude, vector);
        }
      };
    }

    private static double clamp(double value, double limit) {
      return Math.max(-limit, Math.min(limit, value));
    }
  }

  private static final int[] MAX_POINTS = {250_000, 50_000, 5_000};

  private static AdaptiveOptions options() {
    return AdaptiveOptions.defaults().withMinPoints(50);
  }

  private static void partition(SparkSession spark, String data, Path out) {
    SparkGeo geo = SparkGeo.of(spark);
    CellHierarchy cells = geo.partition(geo.positions(data), options(), MAX_POINTS);
    cells.save(out);
    print(cells.toString());
  }

  private static void partitionOne(SparkSession spark, String data, Path out) {
    PointSet points = new PointSet();
    Iterator<Row> rows = spark.read().parquet(data).toLocalIterator();
    while (rows.hasNext()) {
      Row row = rows.next();
      points.add(row.getDouble(0), row.getDouble(1));
    }
    CellHierarchy cells =
        CellHierarchy.adaptive(CellCounts.of(points, options().maxLevel()), options(), MAX_POINTS);
    cells.save(out);
    print(cells.toString());
  }

  private static String index(SparkSession spark, String data, String out, int rowsPerShard) {
    return SparkGeo.of(spark)
        .buildIndex(
            spark.read().parquet(data), out, EmbeddingIndex.Options.defaults(), rowsPerShard)
        .toString();
  }

  /** Searches everywhere and near candidates, and compares a sample with brute force. */
  private static void search(SparkSession spark, String data, String folder, int count) {
    Map<Long, Map<String, Long>> counted = new TreeMap<>();
    spark
        .sparkContext()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onStageCompleted(SparkListenerStageCompleted stage) {
                scala.jdk.javaapi.CollectionConverters.asJava(
                        stage.stageInfo().accumulables().values())
                    .forEach(
                        value -> {
                          String name = value.name().getOrElse(() -> "");
                          if (name.startsWith("geofix search")) {
                            synchronized (counted) {
                              counted
                                  .computeIfAbsent(value.id(), id -> new TreeMap<>())
                                  .put(name, ((Number) value.value().get()).longValue());
                            }
                          }
                        });
              }
            });
    ShardedIndex index = SparkGeo.of(spark).openIndex(folder);
    print("%s", index);
    // A row is near itself by another encoder's guess, some kilometers away.
    Dataset<Row> queries =
        spark
            .read()
            .parquet(data)
            .limit(count)
            .withColumn(
                "candidates",
                functions.expr("array(named_struct('latitude', latitude, 'longitude', longitude))"))
            .cache();
    print("%d queries", queries.count());
    for (double km : new double[] {0, 25}) {
      long start = System.nanoTime();
      long cpu = cpu();
      List<Row> hits =
          index.search(queries, ShardedIndex.Search.nearest(10).nearCandidates(km)).collectAsList();
      long self =
          hits.stream()
              .filter(hit -> hit.getInt(1) == 1 && hit.getString(0).equals(hit.getString(4)))
              .count();
      synchronized (counted) {
        print(
            "within %s km: %.1f s, %.1f CPU s, %d hits, %d found themselves, %s",
            km,
            (System.nanoTime() - start) / 1e9,
            (cpu() - cpu) / 1e9,
            hits.size(),
            self,
            counted.values());
        counted.clear();
      }
      if (km == 0) {
        print("recall of 20 queries against brute force: %.4f", recall(spark, data, queries, hits));
      }
    }
  }

  private static double recall(
      SparkSession spark, String data, Dataset<Row> queries, List<Row> hits) {
    List<Row> sample = queries.limit(20).collectAsList();
    float[][] vectors =
        sample.stream().map(row -> ShardRows.floats(row.getList(3))).toArray(float[][]::new);
    List<Row> best =
        spark
            .read()
            .parquet(data)
            .mapPartitions(
                new BruteForce(vectors),
                Encoders.row(
                    new StructType()
                        .add("query", DataTypes.IntegerType, false)
                        .add("image", DataTypes.StringType, false)
                        .add("score", DataTypes.DoubleType, false)))
            .collectAsList();
    int found = 0;
    for (int q = 0; q < vectors.length; q++) {
      int query = q;
      List<String> expected =
          best.stream()
              .filter(row -> row.getInt(0) == query)
              .sorted(Comparator.comparingDouble((Row row) -> -row.getDouble(2)))
              .limit(10)
              .map(row -> row.getString(1))
              .toList();
      String name = sample.get(q).getString(0);
      found +=
          (int)
              hits.stream()
                  .filter(
                      hit -> hit.getString(0).equals(name) && expected.contains(hit.getString(4)))
                  .count();
    }
    return found / (10.0 * vectors.length);
  }

  /** The ten most similar rows of a part, by cosine in double precision. */
  private record BruteForce(float[][] queries) implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
      List<List<Row>> best = new ArrayList<>();
      for (float[] unused : queries) {
        best.add(new ArrayList<>());
      }
      while (rows.hasNext()) {
        Row row = rows.next();
        float[] vector = ShardRows.floats(row.getList(3));
        for (int q = 0; q < queries.length; q++) {
          List<Row> kept = best.get(q);
          double score = cosine(queries[q], vector);
          if (kept.size() < 10 || score > kept.get(9).getDouble(2)) {
            kept.add(RowFactory.create(q, row.getString(0), score));
            kept.sort(Comparator.comparingDouble((Row each) -> -each.getDouble(2)));
            if (kept.size() > 10) {
              kept.remove(10);
            }
          }
        }
      }
      return best.stream().flatMap(List::stream).iterator();
    }

    private static double cosine(float[] a, float[] b) {
      double dot = 0;
      double aa = 0;
      double bb = 0;
      for (int d = 0; d < a.length; d++) {
        dot += (double) a[d] * b[d];
        aa += (double) a[d] * a[d];
        bb += (double) b[d] * b[d];
      }
      return dot / Math.sqrt(aa * bb);
    }
  }

  /** Writes an untrained model of a size, and photos of noise, such as 1600x1200. */
  private static void photos(Path folder, int count, String pixels, String size)
      throws IOException {
    int width = Integer.parseInt(pixels.split("x")[0]);
    int height = Integer.parseInt(pixels.split("x")[1]);
    Files.createDirectories(folder.resolve("photos"));
    LocalSpark.model(folder.resolve("model"), size, LocalSpark.points(400, new Random(1)));
    for (int i = 0; i < count; i++) {
      BufferedImage small = ImageIO.read(new ByteArrayInputStream(LocalSpark.photo(i)));
      BufferedImage photo = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
      Graphics2D graphics = photo.createGraphics();
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
      graphics.drawImage(small, 0, 0, width, height, null);
      graphics.dispose();
      ImageIO.write(photo, "jpg", folder.resolve("photos/" + i + ".jpg").toFile());
    }
  }

  /**
   * Compares the CPU time of a photo on Spark with that in one JVM, in turn. The first round, when
   * both are compiled, is not counted.
   */
  private static void speed(SparkSession spark, Path folder, int count, int rounds)
      throws IOException {
    SparkGeo geo = SparkGeo.of(spark);
    SparkGeo.Model model = SparkGeo.Model.of(folder.resolve("model").toString());
    List<Path> files;
    try (Stream<Path> all = Files.list(folder.resolve("photos"))) {
      files = all.sorted().toList();
    }
    List<Path> photos =
        IntStream.range(0, count).mapToObj(i -> files.get(i % files.size())).toList();
    Dataset<Row> list =
        spark
            .createDataset(photos.stream().map(Path::toString).toList(), Encoders.STRING())
            .toDF("image")
            .coalesce(1);
    double oneJvm = 0;
    double onSpark = 0;
    try (Localizer localizer = Localizer.load(folder.resolve("model"))) {
      for (int round = 0; round <= rounds; round++) {
        long start = cpu();
        for (int first = 0; first < count; first += model.batch()) {
          localizer.locateAll(photos.subList(first, Math.min(first + model.batch(), count)));
        }
        long middle = cpu();
        geo.locate(list, model).write().format("noop").mode("overwrite").save();
        long end = cpu();
        print(
            "round %d: %.2f and on Spark %.2f CPU ms a photo",
            round, (middle - start) / 1e6 / count, (end - middle) / 1e6 / count);
        if (round > 0) {
          oneJvm += (middle - start) / 1e6 / count / rounds;
          onSpark += (end - middle) / 1e6 / count / rounds;
        }
      }
    }
    print(
        "mean: %.2f and on Spark %.2f CPU ms a photo: %.3f times the photos",
        oneJvm, onSpark, oneJvm / onSpark);
  }
}
