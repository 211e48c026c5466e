package io.github.geofix.earth.demo;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.earth.EarthData.TestRendering;
import io.github.geofix.earth.EarthView;
import io.github.geofix.earth.demo.EarthDemo.Figures;
import io.github.geofix.earth.demo.EarthDemo.Outcome;
import io.github.geofix.earth.demo.EarthDemo.Tested;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.internal.report.EmbeddedImage;
import io.github.geofix.eval.internal.report.LocatedPhoto;
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

/** What {@code geofix demo} leaves behind: figures, pictures and a page to look at. */
public final class DemoReport {
  private static final Gson JSON = new GsonBuilder().setPrettyPrinting().create();

  /** The baselines' names for people, by their keys. */
  static final Map<String, String> NAMES =
      Map.of(
          "chance", "chance",
          "meanColor", "mean color",
          "correlation", "correlation",
          "correlationSearch", "correlation with search");

  private static final double NEAR_KM = 200;
  private static final double FAR_KM = 750;
  static final int PHOTOS_ON_THE_MAP = 200;
  static final int PHOTOS_IN_DETAIL = 12;
  private static final int PIXELS = 128;

  private final Outcome outcome;
  private final Figures may;
  private final List<Tested> mayPhotos;

  public DemoReport(Outcome outcome) {
    this.outcome = outcome;
    this.may = Objects.requireNonNull(outcome.figures().get(TestRendering.MAY));
    this.mayPhotos = outcome.shown();
  }

  public void writeJson(Path file) {
    JsonObject report = new JsonObject();
    report.addProperty("method", outcome.recipe().method());
    report.addProperty("seed", outcome.recipe().seed());
    report.addProperty("steps", outcome.training().steps());
    report.addProperty("trainSeconds", outcome.training().seconds());
    report.addProperty("evaluateSeconds", outcome.evaluateSeconds());
    report.addProperty("parameters", outcome.cost().parameters());
    report.addProperty("modelBytes", outcome.cost().folderBytes());
    report.addProperty("millisPerPhoto", outcome.cost().millisPerPhoto());
    add(report, may);
    JsonObject renderings = new JsonObject();
    outcome
        .figures()
        .forEach(
            (rendering, figures) -> {
              JsonObject entry = new JsonObject();
              entry.addProperty("title", rendering.title());
              add(entry, figures);
              renderings.add(rendering.key(), entry);
            });
    report.add("renderings", renderings);
    AtomicFiles.writeString(file, JSON.toJson(report) + "\n");
  }

  private static void add(JsonObject target, Figures figures) {
    target.add("heldOut", figures.model().toJsonObject());
    JsonObject baselines = new JsonObject();
    figures.baselines().forEach((key, report) -> baselines.add(key, report.toJsonObject()));
    target.add("baselines", baselines);
    JsonObject winners = new JsonObject();
    for (double km : figures.model().limitsKm()) {
      winners.addProperty(Long.toString(Math.round(km)), figures.winnerWithin(km));
    }
    target.add("bestWithinKm", winners);
  }

  /** Returns one table for each rendering and names the winners. */
  public String toMarkdown() {
    StringBuilder text = new StringBuilder();
    outcome
        .figures()
        .forEach(
            (rendering, figures) ->
                text.append("### ")
                    .append(rendering.title())
                    .append("\n\n")
                    .append(DistanceReport.table(systems(figures)).toMarkdown())
                    .append('\n')
                    .append(verdict(figures))
                    .append("\n\n"));
    return text.toString();
  }

  public void writeHtml(Path file) {
    ReportPage page =
        ReportPage.titled("GeoFix on the Earth data")
            .subtitle(
                String.format(
                    Locale.ROOT,
                    "%s, tiny: trained on crops of two renderings of the Earth, tested on %,d crops"
                        + " of each of %d renderings it never saw",
                    outcome.recipe().method(),
                    may.model().count(),
                    outcome.figures().size()))
            .world(outcome.reference().toImage())
            .add(headline());
    outcome
        .figures()
        .forEach(
            (rendering, figures) ->
                page.add(
                    ReportSection.comparison(
                        rendering.title(), verdict(figures), systems(figures))));
    if (!may.model().regions().isEmpty()) {
      page.add(
          ReportPage.regions(
              "Regions",
              "On "
                  + TestRendering.MAY.title()
                  + ", calibrated on other photos of the renderings trained on.",
              may.model()));
    }
    Map<String, DistanceErrors> curves = new LinkedHashMap<>();
    systems(may).forEach((name, report) -> curves.put(name, report.errors()));
    page.add(
            ReportSection.errorCurves(
                "How far off", TestRendering.MAY.title() + ".", curves, may.model().limitsKm()))
        .add(
            ReportSection.worldMap(
                "Where photos went",
                String.format(
                    Locale.ROOT,
                    "The first %d photos of %s; each arc leads from the truth to the guess.",
                    PHOTOS_ON_THE_MAP,
                    TestRendering.MAY.title()),
                mayPhotos.stream().limit(PHOTOS_ON_THE_MAP).map(DemoReport::located).toList(),
                NEAR_KM,
                FAR_KM))
        .add(
            ReportSection.photos(
                "Photo by photo",
                "Each photo beside the reference at the truth and at the guess, in the photo's own"
                    + " size and rotation. The heat map shows the scores of the best cells.",
                mayPhotos.stream().limit(PHOTOS_IN_DETAIL).map(this::inDetail).toList(),
                NEAR_KM,
                FAR_KM))
        .add(
            ReportSection.text(
                "What this shows",
                "The whole way from images to answers, learning, and search from coarse to fine on"
                    + " real imagery of another date and hand. It does not show that a street photo"
                    + " can be located. Scores are not proof."))
        .provenance("Training", training())
        .provenance("Testing", String.format(Locale.ROOT, "%.0f s", outcome.evaluateSeconds()))
        .provenance("Seed", Long.toString(outcome.recipe().seed()))
        .provenance("Machine", ModelCard.thisMachine())
        .write(file);
  }

  private ReportSection headline() {
    List<ReportSection.Figure> figures = new ArrayList<>();
    figures.add(
        new ReportSection.Figure(
            String.format(Locale.ROOT, "%,.0f km", may.model().medianKm()).replace(',', '\u202F'),
            "median error",
            ""));
    for (double km : new double[] {200, 750, 2500}) {
      figures.add(
          new ReportSection.Figure(
              String.format(Locale.ROOT, "%.1f %%", 100 * may.model().accuracyWithinKm(km)),
              String.format(Locale.ROOT, "within %.0f km", km),
              ""));
    }
    return ReportSection.headline("At a glance", "On " + TestRendering.MAY.title() + ".", figures);
  }

  private String training() {
    return String.format(
        Locale.ROOT,
        "%,d steps of %d photos in %.0f s",
        outcome.training().steps(),
        outcome.recipe().batchSize(),
        outcome.training().seconds());
  }

  private Map<String, DistanceReport> systems(Figures figures) {
    Map<String, DistanceReport> systems = new LinkedHashMap<>();
    systems.put(outcome.recipe().method(), figures.model());
    figures.baselines().forEach((key, report) -> systems.put(NAMES.get(key), report));
    return systems;
  }

  private String verdict(Figures figures) {
    return verdict(outcome.recipe().method(), figures);
  }

  /** States which system has the most photos within each distance. */
  static String verdict(String method, Figures figures) {
    Map<String, List<String>> wins = new LinkedHashMap<>();
    for (double km : figures.model().limitsKm()) {
      String winner =
          switch (figures.winnerWithin(km)) {
            case "model" -> method;
            case "tie" -> "nobody";
            default -> NAMES.get(figures.winnerWithin(km));
          };
      wins.computeIfAbsent(winner, name -> new ArrayList<>()).add(Long.toString(Math.round(km)));
    }
    List<String> sentences = new ArrayList<>();
    wins.forEach(
        (name, limits) -> sentences.add(name + " wins within " + enumerate(limits) + " km"));
    return String.join("; ", sentences) + ".";
  }

  private static String enumerate(List<String> words) {
    int last = words.size() - 1;
    return last == 0
        ? words.get(0)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  static LocatedPhoto located(Tested tested) {
    String name = "photo of " + tested.photo().latLng();
    return LocatedPhoto.of(name, tested.photo().latLng(), tested.location());
  }

  private LocatedPhoto inDetail(Tested tested) {
    return located(tested)
        .withPicture("photo", EmbeddedImage.png(tested.photo().image()))
        .withPicture("reference at the truth", reference(tested, tested.photo().latLng()))
        .withPicture("reference at the guess", reference(tested, tested.location().latLng()));
  }

  private EmbeddedImage reference(Tested tested, LatLng center) {
    EarthView view = tested.photo().view();
    EarthView there = new EarthView(center, view.sizeDegrees(), view.rotationDegrees());
    return EmbeddedImage.jpeg(outcome.reference().crop(there, PIXELS));
  }
}
