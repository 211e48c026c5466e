package io.github.geofix.spark.internal;

import io.github.geofix.core.index.IndexOptions;
import io.github.geofix.core.index.IndexOptions.Metric;
import io.github.geofix.core.index.IndexOptions.VectorEncoding;
import io.github.geofix.spark.ShardedIndex;
import io.github.geofix.spark.SparkGeo;
import java.io.PrintWriter;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
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
      @Option(
              names = "--data",
              required = true,
              paramLabel = "DIR",
              description = "Parquet folder that embed wrote.")
          String data,
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
    IndexOptions options =
        IndexOptions.defaults().withMetric(metric).withEncoding(encoding).withEncoder(encoder);
    return print(
        SparkGeo.of(spark).buildIndex(spark.read().parquet(data), out, options, rowsPerShard));
  }

  @Command(
      name = "append",
      description = "Adds vectors to an index.",
      mixinStandardHelpOptions = true)
  int append(
      @Option(
              names = "--index",
              required = true,
              paramLabel = "DIR",
              description = "Folder that index build wrote.")
          String index,
      @Option(
              names = "--data",
              required = true,
              paramLabel = "DIR",
              description = "Parquet folder that embed wrote.")
          String data) {
    SparkSession spark = Main.session("index append");
    return print(SparkGeo.of(spark).openIndex(index).append(spark.read().parquet(data)));
  }

  @Command(
      name = "delete",
      description = "Marks the rows of images as deleted.",
      mixinStandardHelpOptions = true)
  int delete(
      @Option(
              names = "--index",
              required = true,
              paramLabel = "DIR",
              description = "Folder that index build wrote.")
          String index,
      @Option(
              names = "--data",
              required = true,
              paramLabel = "PATH",
              description = "The images: a list .csv, Parquet .parquet, or a folder.")
          String data) {
    SparkGeo geo = SparkGeo.of(Main.session("index delete"));
    return print(geo.openIndex(index).delete(geo.photos(data)));
  }

  @Command(
      name = "compact",
      description = "Drops deleted rows, and merges shards that overlap.",
      mixinStandardHelpOptions = true)
  int compact(
      @Option(
              names = "--index",
              required = true,
              paramLabel = "DIR",
              description = "Folder that index build wrote.")
          String index) {
    return print(SparkGeo.of(Main.session("index compact")).openIndex(index).compact());
  }

  private int print(ShardedIndex index) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(index);
    out.flush();
    return 0;
  }
}
