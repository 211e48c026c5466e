package io.github.geofix.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.Manifest;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.image.Photos;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs that are submitted to a cluster of this machine, with Spark's own libraries first on the
 * class path, speculation, broken photos, and workers that are killed while they work.
 */
@Tag("cluster")
final class ClusterTest {
  private static final int PHOTOS = 300;

  /** One in a hundred. */
  private static final int BROKEN = PHOTOS / 100;

  /** Width and height of a photo, cut from a map of the Earth. */
  private static final int CROP = 64;

  private static final int PARTS = 15;
  private static final int ROWS_PER_SHARD = 40;

  private static final String SHORT_LIVED = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1";

  @TempDir private Path folder;

  @Test
  void aKilledWorkerChangesNoByte() throws Exception {
    writePhotosAndModel();
    Path calm = Files.createDirectory(folder.resolve("calm"));
    Path killed = Files.createDirectory(folder.resolve("killed"));
    try (SparkCluster cluster =
        new SparkCluster(
            Path.of(System.getProperty("cluster.home")),
            Path.of(System.getProperty("cluster.jar")),
            Path.of(System.getProperty("cluster.application")),
            Files.createDirectory(folder.resolve("logs")))) {
      cluster.addWorker();
      cluster.addWorker();
      String embedding = submit(cluster, "embed", embed(calm), ClusterTest::nothing);
      assertThat(embedding).contains("speculatable").doesNotContain("Lost executor");
      submit(cluster, "index", index(calm), ClusterTest::nothing);
      submit(cluster, "search", search(calm), ClusterTest::nothing);

      Path parts = killed.resolve("vectors.parquet.unsorted");
      assertThat(submit(cluster, "embed-killed", embed(killed), killOnce(cluster, parts, PARTS)))
          .contains("Lost executor");
      assertThat(files(killed.resolve("vectors.parquet")))
          .isEqualTo(files(calm.resolve("vectors.parquet")));

      cluster.addWorker();
      int shards = (PHOTOS - BROKEN + ROWS_PER_SHARD - 1) / ROWS_PER_SHARD;
      assertThat(
              submit(
                  cluster,
                  "index-killed",
                  index(killed),
                  killOnce(cluster, killed.resolve("index"), shards)))
          .contains("Lost executor");
      assertThat(files(killed.resolve("index"))).isEqualTo(files(calm.resolve("index")));

      cluster.addWorker();
      assertThat(submit(cluster, "search-killed", search(killed), killAfter(cluster, 4)))
          .contains("Lost executor");
      assertThat(files(killed.resolve("hits.parquet")))
          .isEqualTo(files(calm.resolve("hits.parquet")));
    }
    checkClasses();
    check(calm);
  }

  private void writePhotosAndModel() throws IOException {
    BufferedImage earth =
        ImageIO.read(
            Path.of("../examples/data/earth/BMNG_world.topo.bathy.200405.3.2048x1024.jpg")
                .toFile());
    Files.createDirectory(folder.resolve("photos"));
    StringBuilder list = new StringBuilder("image,latitude,longitude\n");
    Random random = new Random(1);
    for (int i = 0; i < PHOTOS; i++) {
      int x = random.nextInt(earth.getWidth() - CROP);
      int y = random.nextInt(earth.getHeight() - CROP);
      assertThat(
              ImageIO.write(
                  earth.getSubimage(x, y, CROP, CROP),
                  "png",
                  folder.resolve("photos/" + i + ".png").toFile()))
          .isTrue();
      list.append(i).append(".png,").append(90 - (y + CROP / 2) * 180.0 / earth.getHeight());
      list.append(',').append((x + CROP / 2) * 360.0 / earth.getWidth() - 180).append('\n');
    }
    Files.writeString(folder.resolve("photos/manifest.csv"), list);
    Manifest photos = Manifest.readCsv(folder.resolve("photos/manifest.csv"));
    TrainOptions options = TrainOptions.defaults().withEpochs(1).withBatchSize(64).withSeed(1);
    try (EmbedModel model =
        EmbedModel.create(EmbedConfig.tiny(), photos.locations(), options.seed())) {
      TrainReport report = Trainer.of(model, options).fit(Photos.source(photos));
      model.save(folder.resolve("model"), report.card("earth", options));
    }
    for (int i = 0; i < BROKEN; i++) {
      Path photo = photos.entries().get(100 * i + 7).image();
      byte[] bytes = Files.readAllBytes(photo);
      Files.write(photo, Arrays.copyOf(bytes, i % 2 == 0 ? bytes.length / 2 : 0));
    }
  }

  private static boolean nothing(String log) {
    return !log.isEmpty();
  }

  private String submit(
      SparkCluster cluster, String name, List<String> job, Predicate<String> meanwhile)
      throws IOException, InterruptedException {
    List<String> settings =
        List.of(
            "spark.driver.host=127.0.0.1",
            "spark.driver.bindAddress=127.0.0.1",
            "spark.driver.memory=512m",
            "spark.executor.memory=512m",
            "spark.ui.enabled=false",
            "spark.log.level=INFO",
            "spark.sql.shuffle.partitions=8",
            "spark.speculation=true",
            "spark.speculation.interval=50ms",
            "spark.speculation.quantile=0.1",
            "spark.speculation.multiplier=1.01",
            "spark.driver.extraJavaOptions=" + SHORT_LIVED,
            "spark.executor.extraJavaOptions="
                + SHORT_LIVED
                + " -Dai.djl.offline=true -Xlog:class+load:file="
                + folder.resolve("logs").resolve(name + "-%p.classes"));
    return cluster.submit(name, settings, job, meanwhile);
  }

  private List<String> embed(Path out) {
    return List.of(
        "embed",
        "--model",
        folder.resolve("model").toString(),
        "--data",
        folder.resolve("photos/manifest.csv").toString(),
        "--partitions",
        Integer.toString(PARTS),
        "--batch",
        "8",
        "--out",
        out.resolve("vectors.parquet").toString());
  }

  private static List<String> index(Path out) {
    return List.of(
        "index",
        "build",
        "--data",
        out.resolve("vectors.parquet").toString(),
        "--rows-per-shard",
        Integer.toString(ROWS_PER_SHARD),
        "--out",
        out.resolve("index").toString());
  }

  private static List<String> search(Path out) {
    return List.of(
        "search",
        "--index",
        out.resolve("index").toString(),
        "--queries",
        out.resolve("vectors.parquet").toString(),
        "--top",
        "5",
        "--out",
        out.resolve("hits.parquet").toString());
  }

  /** Kills a worker once there is some of the output, and not all of it. */
  private static Predicate<String> killOnce(SparkCluster cluster, Path output, int all) {
    return log -> {
      long written = written(output);
      if (written < 2) {
        return false;
      }
      cluster.killWorker();
      assertThat(written(output)).isLessThan(all);
      return true;
    };
  }

  /** Kills a worker once some tasks have ended. */
  private static Predicate<String> killAfter(SparkCluster cluster, int tasks) {
    return log -> {
      boolean ended = log.split("Finished task", -1).length > tasks;
      if (ended) {
        cluster.killWorker();
      }
      return ended;
    };
  }

  private static long written(Path output) {
    if (!Files.exists(output)) {
      return 0;
    }
    try (Stream<Path> all = Files.walk(output)) {
      return all.filter(path -> path.toString().matches(".*(task_.*\\.parquet|[0-9a-f]\\.index)"))
          .count();
    } catch (IOException | UncheckedIOException e) {
      // A file was renamed meanwhile.
      return 0;
    }
  }

  /** Returns the sizes and digests of files by their names without the number of the job. */
  private static Map<String, String> files(Path output) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(output)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = Objects.requireNonNull(file.getFileName()).toString();
        if (!name.startsWith(".")) {
          byte[] bytes = Files.readAllBytes(file);
          files.put(
              name.replaceFirst("^(part-\\d+)-[0-9a-f-]{36}", "$1"),
              bytes.length + " " + digest(bytes, name.endsWith(".parquet") ? footer(bytes) : 0));
        }
      }
    }
    assertThat(files).isNotEmpty();
    return files;
  }

  private static String digest(byte[] bytes, int footer) {
    MessageDigest digest = Storage.sha256();
    digest.update(bytes, 0, bytes.length - footer);
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Returns the length of the footer of a Parquet file. It lists the encodings of a column in the
   * order of a hash set of enums, which is another one in each JVM.
   */
  private static int footer(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8) + 8;
  }

  /** Guava and Gson were those of Spark, which are older. */
  private void checkClasses() throws IOException {
    List<Path> logs;
    try (Stream<Path> all = Files.list(folder.resolve("logs"))) {
      logs = all.filter(path -> path.toString().endsWith(".classes")).toList();
    }
    List<String> sources = new ArrayList<>();
    for (Path log : logs) {
      try (Stream<String> lines = Files.lines(log)) {
        lines
            .filter(line -> line.matches(".* com\\.google\\.(common\\.(?!geometry)|gson\\.).*"))
            // Classes of lambdas come from the class that has them, not from a file.
            .filter(line -> !line.contains("$$Lambda"))
            .map(line -> line.replaceFirst(".* source: .*/", ""))
            .distinct()
            .forEach(sources::add);
      }
    }
    assertThat(sources).isNotEmpty().contains("gson-2.13.2.jar");
    assertThat(sources.stream().distinct()).isSubsetOf("gson-2.13.2.jar", "guava-32.0.0-jre.jar");
  }

  private static void check(Path out) {
    SparkSession spark = LocalSpark.session();
    Dataset<Row> vectors = spark.read().parquet(out.resolve("vectors.parquet").toString());
    assertThat(vectors.count()).isEqualTo(PHOTOS);
    List<Row> failed = vectors.filter("error is not null").collectAsList();
    assertThat(failed).hasSize(BROKEN);
    failed.forEach(
        row -> {
          assertThat(row.<String>getAs("error")).contains(".png");
          assertThat(row.<Object>getAs("vector")).isNull();
        });
    Dataset<Row> hits = spark.read().parquet(out.resolve("hits.parquet").toString());
    assertThat(hits.count()).isEqualTo(5L * (PHOTOS - BROKEN));
    assertThat(hits.filter("rank = 1 and query = image").count()).isEqualTo(PHOTOS - BROKEN);
  }
}
