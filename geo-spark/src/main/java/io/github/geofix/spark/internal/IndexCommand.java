package io.github.geofix.spark.internal;

import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.spark.ShardedIndex;
import io.github.geofix.spark.SparkGeo;
import java.io.PrintWriter;
import java.time.Duration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix spark index}. */
@Command(
    name = "index",
    description = "Builds and changes an index of vectors in shards.",
    mixinStandardHelpOptions = true)
final class IndexCommand {
  @Spec private CommandSpec spec;

  @Command(
      name = "build",
      description = "Indexes the vectors that embed wrote.",
      mixinStandardHelpOptions = true)
  int build(
      @Mixin VectorsOption vectors,
      @Option(
              names = "--out",
              required = true,
              paramLabel = "DIR",
              description = "Folder of the new index.")
          String out,
      @Option(
              names = "--rows-per-shard",
              defaultValue = "1000000",
              paramLabel = "N",
              description = "Rows of a file (default: ${DEFAULT-VALUE}).")
          int rowsPerShard,
      @Option(
              names = "--metric",
              defaultValue = "cosine",
              paramLabel = "METRIC",
              description = "cosine, dot or l2 (default: ${DEFAULT-VALUE}).")
          Metric metric,
      @Option(
              names = "--encoding",
              defaultValue = "float32",
              paramLabel = "ENCODING",
              description = "float32 or int8 (default: ${DEFAULT-VALUE}).")
          VectorEncoding encoding,
      @Option(
              names = "--encoder",
              defaultValue = "",
              paramLabel = "NAME",
              description = "Name of the weights that computed the vectors.")
          String encoder) {
    SparkSession spark = Main.session("index build");
    EmbeddingIndex.Options options =
        EmbeddingIndex.Options.defaults()
            .withMetric(metric)
            .withEncoding(encoding)
            .withEncoder(encoder);
    return print(SparkGeo.of(spark).buildIndex(vectors.read(spark), out, options, rowsPerShard));
  }

  @Command(
      name = "append",
      description = "Adds vectors to an index.",
      mixinStandardHelpOptions = true)
  int append(@Mixin IndexOption index, @Mixin VectorsOption vectors) {
    SparkSession spark = Main.session("index append");
    return print(index.open(spark).append(vectors.read(spark)));
  }

  @Command(
      name = "delete",
      description = "Marks the rows of images as deleted.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin IndexOption index,
      @Option(
              names = "--data",
              required = true,
              paramLabel = "PATH",
              description = "The images: a list .csv, Parquet .parquet, or a folder.")
          String data) {
    SparkSession spark = Main.session("index delete");
    return print(index.open(spark).delete(SparkGeo.of(spark).photos(data)));
  }

  @Command(
      name = "compact",
      description = "Drops deleted rows, and merges shards that overlap.",
      mixinStandardHelpOptions = true)
  int compact(@Mixin IndexOption index) {
    return print(index.open(Main.session("index compact")).compact());
  }

  @Command(
      name = "vacuum",
      description = "Deletes files that only older manifests refer to.",
      mixinStandardHelpOptions = true)
  int vacuum(
      @Mixin IndexOption index,
      @Option(
              names = "--keep-hours",
              defaultValue = "168",
              paramLabel = "N",
              description =
                  "Keep what was in use within this time, that of the longest job (default:"
                      + " ${DEFAULT-VALUE}).")
          long keepHours) {
    ShardedIndex opened = index.open(Main.session("index vacuum"));
    int deleted = opened.vacuum(Duration.ofHours(keepHours));
    return print(opened + "; " + deleted + " older files deleted");
  }

  private int print(Object line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
    return 0;
  }
}
