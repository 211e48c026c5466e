package io.github.geofix.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code geofix spark}. */
@Command(
    name = "spark",
    description =
        "Submits a job to Apache Spark: embed, locate, evaluate, partition, index, search,"
            + " recall, neighbors or drift. Options before its name are for Spark, those after it for"
            + " the job; its own --help lists them.",
    footer = {
      "",
      "Examples:",
      "  geofix spark --master yarn locate --model hdfs:///m --data hdfs:///a.csv --out hdfs:///b",
      "  geofix spark --master local[4] partition --data train.parquet --out cells.csv"
    },
    mixinStandardHelpOptions = true)
final class SparkCommand implements Callable<Integer> {
  private static final String MAIN = "io.github.geofix.spark.internal.Main";

  @Option(
      names = "--spark-home",
      defaultValue = "${env:SPARK_HOME}",
      paramLabel = "DIR",
      description = "Where Spark 4 is, with bin/spark-submit (default: $SPARK_HOME).")
  private @Nullable Path home;

  @Option(
      names = "--master",
      paramLabel = "URL",
      description = "Where the job runs: yarn, spark://host:7077, k8s://..., local[4].")
  private @Nullable String master;

  @Option(
      names = "--conf",
      paramLabel = "KEY=VALUE",
      description = "A setting of Spark; may be repeated.")
  private Map<String, String> settings = Map.of();

  @Option(
      names = "--jar",
      paramLabel = "FILE",
      description = "geo-spark's jar (default: that of this installation).")
  private @Nullable Path jar;

  @Parameters(arity = "1..*", paramLabel = "JOB", description = "The job and its options.")
  private List<String> job;

  @Override
  public Integer call() {
    Path submit = home == null ? null : home.resolve("bin").resolve("spark-submit");
    if (submit == null || !Files.isExecutable(submit)) {
      throw new IllegalArgumentException(
          (submit == null ? "SPARK_HOME is not set" : "there is no " + submit)
              + ": name the folder of Spark 4 by --spark-home");
    }
    List<String> command = new ArrayList<>(List.of(submit.toString(), "--class", MAIN));
    if (master != null) {
      command.addAll(List.of("--master", master));
    }
    settings.forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
    command.addAll(List.of("--jars", libraries(), (jar == null ? installed() : jar).toString()));
    command.addAll(job);
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + submit + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
  }

  /** Returns the jars of this command; Spark brings a logger of its own. */
  private static String libraries() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar") && !entry.contains("slf4j"))
        .collect(Collectors.joining(","));
  }

  private static Path installed() {
    Path root = Path.of(System.getProperty("geofix.home", "."));
    for (String folder : List.of("spark", "geo-spark/target")) {
      Path place = root.resolve(folder);
      if (Files.isDirectory(place)) {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(place, "geo-spark_2.13-*.jar")) {
          for (Path each : jars) {
            if (!each.toString().matches(".*-(sources|javadoc|tests)\\.jar")) {
              return each;
            }
          }
        } catch (IOException e) {
          throw new UncheckedIOException("cannot read " + place + ": " + e.getMessage(), e);
        }
      }
    }
    throw new IllegalArgumentException(
        "geo-spark is not installed: build it by mvn -DskipTests -Pspark package, or name it by"
            + " --jar");
  }
}
