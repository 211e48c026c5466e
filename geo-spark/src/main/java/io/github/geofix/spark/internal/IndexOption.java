package io.github.geofix.spark.internal;

import io.github.geofix.spark.ShardedIndex;
import io.github.geofix.spark.SparkGeo;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** The index that a job uses. */
final class IndexOption {
  @Option(
      names = "--index",
      required = true,
      paramLabel = "DIR",
      description = "Folder that index build wrote.")
  private String folder;

  ShardedIndex open(SparkSession spark) {
    return SparkGeo.of(spark).openIndex(folder);
  }
}
