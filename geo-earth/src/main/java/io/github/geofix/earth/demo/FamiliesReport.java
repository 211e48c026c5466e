package io.github.geofix.earth.demo;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.earth.EarthData.TestRendering;
import io.github.geofix.earth.demo.EarthDemo.Cost;
import io.github.geofix.earth.demo.EarthDemo.Figures;
import io.github.geofix.earth.demo.EarthDemo.Outcome;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.PairedComparison;
import io.github.geofix.eval.RiskCoverage;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.internal.report.ReportPage;
import io.github.geofix.eval.internal.report.ReportSection;
import io.github.geofix.models.io.ModelCard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What {@code geofix demo --all} leaves behind: all families on the same photos, with their costs.
 */
public final class FamiliesReport {
  private static final Gson JSON = new GsonBuilder().setPrettyPrinting().create();

  private static final String STRONGEST_BASELINE = "correlationSearch";

  private final List<Outcome> outcomes;

  /**
   * Creates the report.
   *
   * @param outcomes one for each family, measured on the same photos
   */
  public FamiliesReport(List<Outcome> outcomes) {
    this.outcomes = List.copyOf(outcomes);
  }

  public void writeJson(Path file) {
    JsonObject report = new JsonObject();
    JsonObject families = new JsonObject();
    for (Outcome outcome : outcomes) {
      JsonObject family = new JsonObject();
      Cost cost = outcome.cost();
      family.addProperty("steps", outcome.training().steps());
      family.addProperty("trainSeconds", outcome.training().seconds());
      family.addProperty("parameters", cost.parameters());
      family.addProperty("modelBytes", cost.folderBytes());
      family.addProperty("millisPerPhoto", cost.millisPerPhoto());
      outcome
          .figures()
          .forEach((rendering, f) -> family.add(rendering.key(), f.model().toJsonObject()));
      families.add(outcome.recipe().method(), family);
    }
    report.add("families", families);
    JsonObject baselines = new JsonObject();
    outcomes
        .get(0)
        .figures()
        .forEach(
            (rendering, figures) -> {
              JsonObject entry = new JsonObject();
              figures
                  .baselines()
                  .forEach((key, baseline) -> entry.add(key, baseline.toJsonObject()));
              baselines.add(rendering.key(), entry);
            });
    report.add("baselines", baselines);
    AtomicFiles.writeString(file, JSON.toJson(report) + "\n");
  }

  public String toMarkdown() {
    StringBuilder text = new StringBuilder("### Cost\n\n").append(costs().toMarkdown());
    for (TestRendering rendering : outcomes.get(0).figures().keySet()) {
      text.append("\n### ")
          .append(rendering.title())
          .append("\n\n")
          .append(DistanceReport.table(systems(rendering)).toMarkdown())
          .append('\n')
          .append(winners(rendering))
          .append('\n');
    }
    return text.toString();
  }

  public void writeHtml(Path file) {
    Outcome first = outcomes.get(0);
    ReportPage page =
        ReportPage.titled("Four families on the Earth data")
            .subtitle(
                String.format(
                    Locale.ROOT,
                    "Tiny networks, trained on crops of two renderings of the Earth, tested on the"
                        + " same %,d crops of each of %d renderings they never saw",
                    figures(first, TestRendering.MAY).model().count(),
                    first.figures().size()))
            .world(first.reference().toImage());
    for (TestRendering rendering : first.figures().keySet()) {
      page.add(ReportSection.comparison(rendering.title(), winners(rendering), systems(rendering)));
    }
    Map<String, DistanceErrors> curves = new LinkedHashMap<>();
    systems(TestRendering.MAY).forEach((name, report) -> curves.put(name, report.errors()));
    page.add(
            ReportSection.errorCurves(
                "How far off",
                TestRendering.MAY.title() + ".",
                curves,
                figures(first, TestRendering.MAY).model().limitsKm()))
        .add(
            ReportSection.riskCoverage(
                "What declining to answer gains",
                String.format(
                    Locale.ROOT,
                    "%s: if only the answers of the highest scores are given, how many are farther"
                        + " off than %.0f km.",
                    TestRendering.MAY.title(),
                    EarthDemo.RIGHT_KM),
                riskCoverage(TestRendering.MAY)))
        .add(
            ReportSection.table(
                "What it costs",
                "Training and answering on this machine, one family after the other.",
                costs()))
        .add(
            ReportSection.table(
                "Against correlation with search, photo by photo",
                "Points above zero: the family located more photos than the strongest method that"
                    + " learns nothing. p is McNemar's exact test.",
                againstSearch()))
        .add(
            ReportSection.text(
                "What this shows",
                "The families share the photos, the places and about the time of training, not a task"
                    + " that suits them alike: embed and token learn the places they were trained"
                    + " on, zoom and recombine compare with a map and could be given another one."
                    + " It does not show that a street photo can be located. Scores are not"
                    + " proof."))
        .provenance("Machine", ModelCard.thisMachine())
        .provenance("Seed", Long.toString(first.recipe().seed()))
        .write(file);
  }

  private Map<String, RiskCoverage> riskCoverage(TestRendering rendering) {
    Map<String, RiskCoverage> curves = new LinkedHashMap<>();
    for (Outcome outcome : outcomes) {
      curves.put(outcome.recipe().method(), figures(outcome, rendering).riskCoverage());
    }
    return curves;
  }

  private Table costs() {
    Table table =
        new Table("family", "parameters", "model MB", "steps", "training s", "ms a photo");
    for (Outcome outcome : outcomes) {
      Cost cost = outcome.cost();
      table.row(
          outcome.recipe().method(),
          String.format(Locale.ROOT, "%,d", cost.parameters()),
          String.format(Locale.ROOT, "%.1f", cost.folderBytes() / 1e6),
          String.format(Locale.ROOT, "%,d", outcome.training().steps()),
          String.format(Locale.ROOT, "%.0f", outcome.training().seconds()),
          String.format(Locale.ROOT, "%.1f", cost.millisPerPhoto()));
    }
    return table;
  }

  private Map<String, DistanceReport> systems(TestRendering rendering) {
    Map<String, DistanceReport> systems = new LinkedHashMap<>();
    for (Outcome outcome : outcomes) {
      systems.put(outcome.recipe().method(), figures(outcome, rendering).model());
    }
    figures(outcomes.get(0), rendering)
        .baselines()
        .forEach((key, report) -> systems.put(DemoReport.NAMES.get(key), report));
    return systems;
  }

  /** Returns the distances within which each system has the most photos, in a sentence. */
  private String winners(TestRendering rendering) {
    Map<String, DistanceReport> systems = systems(rendering);
    Map<String, List<String>> limitsOf = new LinkedHashMap<>();
    List<String> nobody = new ArrayList<>();
    for (double km : figures(outcomes.get(0), rendering).model().limitsKm()) {
      String limit = String.format(Locale.ROOT, "%.0f", km);
      double most =
          systems.values().stream().mapToDouble(s -> s.accuracyWithinKm(km)).max().orElseThrow();
      if (most == 0) {
        nobody.add(limit);
      } else {
        String best =
            systems.entrySet().stream()
                .filter(system -> system.getValue().accuracyWithinKm(km) == most)
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(" and "));
        limitsOf.computeIfAbsent(best, name -> new ArrayList<>()).add(limit);
      }
    }
    String winners =
        limitsOf.entrySet().stream()
            .map(best -> best.getKey() + " within " + String.join(", ", best.getValue()) + " km")
            .collect(Collectors.joining("; "));
    return (winners.isEmpty() ? "" : "The most photos: " + winners + ".")
        + (winners.isEmpty() || nobody.isEmpty() ? "" : " ")
        + (nobody.isEmpty()
            ? ""
            : "No method located a photo within " + String.join(", ", nobody) + " km.");
  }

  /** Compares each family with the strongest baseline, photo by photo. */
  private Table againstSearch() {
    Table table = new Table("family", "rendering", "within", "difference", "p");
    for (Outcome outcome : outcomes) {
      outcome
          .figures()
          .forEach(
              (rendering, figures) -> {
                DistanceReport search =
                    Objects.requireNonNull(figures.baselines().get(STRONGEST_BASELINE));
                PairedComparison paired = PairedComparison.of(search, figures.model());
                for (PairedComparison.Limit limit : paired.limits()) {
                  table.row(
                      outcome.recipe().method(),
                      rendering.title(),
                      String.format(Locale.ROOT, "%.0f km", limit.km()),
                      String.format(
                          Locale.ROOT,
                          "%+.1f points",
                          100.0 * (limit.onlySecond() - limit.onlyFirst()) / paired.count()),
                      String.format(Locale.ROOT, "%.2g", limit.pValue()));
                }
              });
    }
    return table;
  }

  private static Figures figures(Outcome outcome, TestRendering rendering) {
    return Objects.requireNonNull(outcome.figures().get(rendering));
  }
}
