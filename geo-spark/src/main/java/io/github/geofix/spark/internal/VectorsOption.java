package io.github.geofix.spark.internal;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** The vectors that an index takes. */
final class VectorsOption {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Parquet folder that embed wrote.")
  private String folder;

  Dataset<Row> read(SparkSession spark) {
    return spark.read().parquet(folder);
  }
}
