package io.github.geofix.cli;

import io.github.geofix.core.internal.Count;
import io.github.geofix.core.partition.BoxPartition;
import io.github.geofix.core.partition.BoxPartition.QuadtreeOptions;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.PointSet;
import io.github.geofix.earth.EarthImage;
import io.github.geofix.eval.internal.report.EmbeddedImage;
import io.github.geofix.eval.internal.report.ReportPage;
import io.github.geofix.eval.internal.report.ReportSection;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code geofix partition}. */
@Command(
    name = "partition",
    description = "Partitions the Earth into cells by the points of a CSV file.",
    footer = {
      "",
      "Example:",
      "  geofix partition --data train.csv --max-points 5000,500 --out cells.csv --map cells.html"
    },
    mixinStandardHelpOptions = true)
final class PartitionCommand implements Callable<Integer> {
  private static final int MAP_PIXELS = 2400;

  enum Format {
    CSV,
    GEOJSON
  }

  enum Rule {
    GEOSURGE,
    ISN,
    QUADTREE
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
      paramLabel = "N",
      description =
          "Cells of more points are split; several falling limits make a hierarchy (default:"
              + " ${DEFAULT-VALUE}).")
  private int[] maxPoints;

  @Option(
      names = "--rule",
      defaultValue = "geosurge",
      paramLabel = "RULE",
      description = {
        "geosurge: as in its paper; isn: the older rule of ISN; quadtree: boxes of latitude and"
            + " longitude, as OpenStreetView-5M's, split at --max-points (default: geosurge)."
      })
  private Rule rule;

  @Option(
      names = "--depth",
      defaultValue = "10",
      paramLabel = "N",
      description = "Most splits of a quadtree (default: ${DEFAULT-VALUE}).")
  private int depth;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to write.")
  private Path out;

  @Option(
      names = "--format",
      defaultValue = "csv",
      paramLabel = "FORMAT",
      description = "csv, or geojson of one partition to look at (default: csv).")
  private Format format;

  @Option(
      names = "--map",
      paramLabel = "FILE.html",
      description = "Write a page that shows the cells on a world map, too.")
  private @Nullable Path map;

  @Option(
      names = "--world",
      defaultValue = "${sys:geofix.home:-.}/examples/data/earth/earth-blue-marble.jpg",
      paramLabel = "IMAGE",
      description = "Equirectangular picture of the Earth below the cells (default: Blue Marble).")
  private Path world;

  @Override
  public Integer call() {
    OutputFiles.check(out, map);
    ParseResult given = spec.commandLine().getParseResult();
    if (given.hasMatchedOption("--world") && map == null) {
      throw new ParameterException(spec.commandLine(), "--world is the picture of --map: add it");
    }
    if (given.hasMatchedOption("--depth") && rule != Rule.QUADTREE) {
      throw new ParameterException(spec.commandLine(), "--depth is for --rule quadtree");
    }
    if (rule == Rule.QUADTREE) {
      quadtree();
      return 0;
    }
    Optional<EmbeddedImage> picture = map == null ? Optional.empty() : picture();
    PointSet points = PointSet.readCsv(data);
    AdaptiveOptions options =
        AdaptiveOptions.defaults()
            .withRule(rule == Rule.ISN ? AdaptiveOptions.Rule.ISN : AdaptiveOptions.Rule.GEOSURGE)
            .withMinPoints(minPoints);
    PrintWriter stdout = spec.commandLine().getOut();
    if (maxPoints.length == 1) {
      CellPartition cells = CellPartition.adaptive(points, options.withMaxPoints(maxPoints[0]));
      if (format == Format.GEOJSON) {
        cells.saveGeoJson(out);
      } else {
        cells.save(out);
      }
      say(stdout, points, List.of(cells), picture);
    } else if (format == Format.GEOJSON) {
      throw new IllegalArgumentException(
          "--format geojson shows one partition: give one --max-points, not " + maxPoints.length);
    } else {
      CellHierarchy hierarchy = CellHierarchy.adaptive(points, options, maxPoints);
      hierarchy.save(out);
      say(stdout, points, hierarchy.partitions(), picture);
    }
    stdout.flush();
    return 0;
  }

  private void quadtree() {
    if (format != Format.CSV
        || map != null
        || maxPoints.length != 1
        || spec.commandLine().getParseResult().hasMatchedOption("--min-points")) {
      throw new IllegalArgumentException(
          "--rule quadtree takes one --max-points, and neither --min-points, --map nor --format"
              + " geojson");
    }
    BoxPartition boxes = BoxPartition.quadtree(data, new QuadtreeOptions(depth, maxPoints[0]));
    boxes.save(out);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(
        "less than " + Count.of(maxPoints[0], "points") + ": " + Count.of(boxes.size(), "boxes"));
    stdout.flush();
  }

  private Optional<EmbeddedImage> picture() {
    return Files.exists(world)
        ? Optional.of(EmbeddedImage.thumbnail(EarthImage.read(world).toImage(), MAP_PIXELS))
        : Optional.empty();
  }

  /** Prints the number of cells and, on request, draws them on a map. */
  private void say(
      PrintWriter out,
      PointSet points,
      List<CellPartition> levels,
      Optional<EmbeddedImage> picture) {
    ReportPage page =
        ReportPage.titled("Cells of " + data.getFileName())
            .subtitle(Count.of(points.size(), "points"));
    for (int level = 0; level < levels.size(); level++) {
      CellPartition cells = levels.get(level);
      String limit = "at most " + Count.of(maxPoints[level], "points");
      String size =
          String.format(
              Locale.ROOT,
              "%s with %,d of %s",
              Count.of(cells.size(), "cells"),
              Arrays.stream(cells.counts()).asLongStream().sum(),
              Count.of(points.size(), "points"));
      out.println(limit + ": " + size);
      page.add(ReportSection.cellMap("Cells of " + limit, size + ".", cells));
    }
    if (map != null) {
      picture.ifPresent(page::world);
      page.write(map);
    }
  }
}
