package io.github.geofix.cli;

import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.PointSet;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix partition}. */
@Command(
    name = "partition",
    description = "Cuts the Earth into S2 cells by the points of a CSV file.",
    mixinStandardHelpOptions = true)
final class PartitionCommand implements Callable<Integer> {

  enum Format {
    CSV,
    GEOJSON
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "CSV",
      description = "Points: columns latitude and longitude, or LAT and LON.")
  private Path data;

  @Option(
      names = "--min-points",
      defaultValue = "50",
      paramLabel = "N",
      description = "Sparser cells are dropped (default: ${DEFAULT-VALUE}).")
  private int minPoints;

  @Option(
      names = "--max-points",
      split = ",",
      defaultValue = "500",
      paramLabel = "N[,N...]",
      description =
          "Cells of more points are split; several falling limits make a hierarchy (default:"
              + " ${DEFAULT-VALUE}).")
  private int[] maxPoints;

  @Option(
      names = "--rule",
      defaultValue = "geosurge",
      description = "geosurge: the paper's text; isn: the field's older rule (default: geosurge).")
  private CellPartition.Rule rule;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to write.")
  private Path out;

  @Option(
      names = "--format",
      defaultValue = "csv",
      description = "csv, or geojson of one partition to look at (default: csv).")
  private Format format;

  @Override
  public Integer call() {
    PointSet points = PointSet.readCsv(data);
    CellPartition.Options options =
        CellPartition.Options.defaults().withRule(rule).withMinPoints(minPoints);
    PrintWriter stdout = spec.commandLine().getOut();
    if (maxPoints.length == 1) {
      CellPartition cells = CellPartition.adaptive(points, options.withMaxPoints(maxPoints[0]));
      if (format == Format.GEOJSON) {
        cells.saveGeoJson(out);
      } else {
        cells.save(out);
      }
      say(stdout, maxPoints[0], cells, points);
    } else if (format == Format.GEOJSON) {
      throw new IllegalArgumentException(
          "--format geojson shows one partition: give one --max-points, not " + maxPoints.length);
    } else {
      CellHierarchy hierarchy = CellHierarchy.adaptive(points, options, maxPoints);
      hierarchy.save(out);
      for (int level = 0; level < hierarchy.levels(); level++) {
        say(stdout, maxPoints[level], hierarchy.partition(level), points);
      }
    }
    stdout.flush();
    return 0;
  }

  private static void say(PrintWriter out, int limit, CellPartition cells, PointSet points) {
    long kept = 0;
    for (int count : cells.counts()) {
      kept += count;
    }
    out.printf(
        Locale.ROOT,
        "at most %,d points: %,d cells hold %,d of %,d points%n",
        limit,
        cells.size(),
        kept,
        points.size());
  }
}
