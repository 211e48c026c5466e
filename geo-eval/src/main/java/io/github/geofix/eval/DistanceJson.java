package io.github.geofix.eval;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.geofix.core.internal.InputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link DistanceReport} as it is written in JSON. */
record DistanceJson(
    int count,
    double medianKm,
    double meanKm,
    double meanScore,
    @Nullable Map<String, Share> withinKm,
    Map<String, Double> quantilesKm,
    @Nullable List<Double> errorsKm,
    @Nullable List<String> photos,
    @Nullable List<Regions> regions,
    @Nullable String system) {

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  static DistanceJson of(DistanceReport report) {
    DistanceReport.Summary summary = report.summary();
    return new DistanceJson(
        summary.count(),
        summary.medianKm(),
        summary.meanKm(),
        summary.meanScore(),
        summary.withinKm(),
        summary.quantilesKm(),
        report.errors().asList(),
        report.photos(),
        report.regions().isEmpty() ? null : report.regions().stream().map(Regions::of).toList(),
        null);
  }

  JsonObject toTree() {
    return GSON.toJsonTree(this).getAsJsonObject();
  }

  /** Returns any tree as text. */
  static String text(JsonElement tree) {
    return GSON.toJson(tree);
  }

  /** Returns records, maps and lists as a tree. */
  static JsonElement tree(Object value) {
    return GSON.toJsonTree(value);
  }

  /** As {@link DistanceReport#readJson}. */
  static DistanceReport read(Path file) {
    return readJson(file).report;
  }

  /** A report and the name of its run; the name is empty if the file has none. */
  record Named(DistanceReport report, String name) {}

  /** Reads a report with its name. */
  static Named readJson(Path file) {
    try {
      DistanceJson json =
          GSON.fromJson(Files.readString(InputFiles.find(file)), DistanceJson.class);
      if (json == null) {
        throw new IllegalArgumentException("it is empty");
      }
      return new Named(json.report(), json.system == null ? "" : json.system);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
    } catch (JsonParseException e) {
      throw new IllegalArgumentException(
          file + " is not a report, or was cut short: it is not the JSON of one", e);
    } catch (RuntimeException e) {
      // Gson wraps what a record's own check threw.
      Throwable reason = e.getCause() == null ? e : e.getCause();
      String why = reason instanceof NullPointerException ? "a value is null" : reason.getMessage();
      throw new IllegalArgumentException(file + " is not a report: " + why, e);
    }
  }

  private DistanceReport report() {
    if (errorsKm == null || withinKm == null) {
      throw new IllegalArgumentException("it needs withinKm and errorsKm, one error a photo");
    }
    return new DistanceReport(
        DistanceErrors.ofKm(errorsKm.stream().mapToDouble(Double::doubleValue).toArray()),
        withinKm.keySet().stream().map(Double::valueOf).toList(),
        photos == null ? List.of() : photos,
        regions == null ? List.of() : regions.stream().map(Regions::coverage).toList());
  }

  /** The coverage of the regions of one share. */
  record Regions(
      double share,
      Share measured,
      double medianAreaKm2,
      @Nullable List<Boolean> holdsTruth,
      @Nullable List<Double> areasKm2) {

    static Regions of(RegionCoverage coverage) {
      return new Regions(
          coverage.share(),
          coverage.measured(),
          coverage.medianAreaKm2(),
          coverage.holdsTruth(),
          coverage.areasKm2());
    }

    RegionCoverage coverage() {
      if (holdsTruth == null || areasKm2 == null) {
        throw new IllegalArgumentException("its regions need holdsTruth and areasKm2, one a photo");
      }
      return new RegionCoverage(share, holdsTruth, areasKm2);
    }
  }
}
