package io.github.geofix.spark.internal;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Option;

/** The Parquet that a job writes. */
final class OutOption {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Parquet folder to write.")
  private String folder;

  /** Writes rows and returns the folder. */
  String write(Dataset<Row> rows) {
    rows.write().parquet(folder);
    return folder;
  }

  String folder() {
    return folder;
  }
}
