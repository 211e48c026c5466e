package io.github.geofix.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.cli.EarthDemo.Figures;
import io.github.geofix.cli.EarthDemo.Outcome;
import io.github.geofix.cli.EarthDemo.Rendering;
import io.github.geofix.core.AtomicFiles;
import io.github.geofix.eval.DistanceReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** What {@code geofix demo} leaves behind: figures, pictures and a page to look at. */
final class DemoReport {
  private static final Gson JSON = new GsonBuilder().setPrettyPrinting().create();

  private final Outcome outcome;

  DemoReport(Outcome outcome) {
    this.outcome = outcome;
  }

  void writeJson(Path file) {
    JsonObject report = new JsonObject();
    report.addProperty("method", outcome.recipe().method());
    report.addProperty("seed", outcome.recipe().seed());
    report.addProperty("steps", outcome.training().steps());
    report.addProperty("trainSeconds", outcome.training().seconds());
    report.addProperty("evaluateSeconds", outcome.evaluateSeconds());
    add(report, Objects.requireNonNull(outcome.figures().get(Rendering.MAY)));
    JsonObject renderings = new JsonObject();
    outcome
        .figures()
        .forEach(
            (rendering, figures) -> {
              JsonObject entry = new JsonObject();
              entry.addProperty("title", rendering.title);
              add(entry, figures);
              renderings.add(rendering.key, entry);
            });
    report.add("renderings", renderings);
    AtomicFiles.write(file, path -> Files.writeString(path, JSON.toJson(report) + "\n"));
  }

  private static void add(JsonObject target, Figures figures) {
    target.add("heldOut", tree(figures.model()));
    JsonObject baselines = new JsonObject();
    figures.baselines().forEach((key, report) -> baselines.add(key, tree(report)));
    target.add("baselines", baselines);
    JsonObject winners = new JsonObject();
    for (double km : figures.model().limitsKm()) {
      winners.addProperty(Long.toString(Math.round(km)), figures.winnerWithin(km));
    }
    target.add("bestWithinKm", winners);
  }

  private static JsonObject tree(DistanceReport report) {
    return JsonParser.parseString(report.toJson()).getAsJsonObject();
  }
}
