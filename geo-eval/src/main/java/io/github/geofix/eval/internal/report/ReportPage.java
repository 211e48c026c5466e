package io.github.geofix.eval.internal.report;

import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.PairedComparison;
import io.github.geofix.eval.PhotoReport;
import io.github.geofix.eval.PublishedFigures;
import io.github.geofix.eval.RegionCoverage;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.report.HtmlReport;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A report that is made of sections.
 *
 * <pre>{@code
 * ReportPage.titled("Im2GPS3k")
 *     .subtitle("token-small, 2,997 photos")
 *     .add(ReportSection.comparison("Accuracy", "", systems))
 *     .add(ReportSection.worldMap("Where photos went", "", photos, 25, 750))
 *     .write(Path.of("report.html"));
 * }</pre>
 */
public final class ReportPage implements HtmlReport {

  /** Wide enough for most screens. */
  private static final int WORLD_PIXELS = 1600;

  private static final String HIT_RATES =
      " An image that only covers the photo's place is wrong for R@K. Covering is the VIGOR paper's"
          + " hit rate: the best image covers the place; sample4geo is that of Sample4Geo's code:"
          + " nothing but covering images rank above the right one.";

  private final String title;
  private String subtitle = "";
  private @Nullable EmbeddedImage world;
  private final List<ReportSection> sections = new ArrayList<>();
  private final Map<String, String> provenance = new LinkedHashMap<>();

  private ReportPage(String title) {
    this.title = title;
  }

  /** Starts a report. */
  public static ReportPage titled(String title) {
    return new ReportPage(title);
  }

  /** As {@link HtmlReport#comparing}. */
  public static ReportPage comparing(String title, Map<String, DistanceReport> systems) {
    Map<String, DistanceErrors> errors = new LinkedHashMap<>();
    systems.forEach((name, report) -> errors.put(name, report.errors()));
    ReportPage page =
        titled(title)
            .add(
                ReportSection.comparison(
                    "Accuracy",
                    "The share of photos placed within each distance, with its 95 % interval.",
                    systems));
    Map.Entry<String, DistanceReport> first = systems.entrySet().iterator().next();
    page.add(
        ReportSection.errorCurves(
            "Error curve",
            "The share of photos placed within any distance.",
            errors,
            first.getValue().limitsKm()));
    systems.forEach(
        (name, report) -> {
          if (!report.regions().isEmpty()) {
            page.add(regions("Regions of " + name, "", report));
          }
        });
    systems.entrySet().stream()
        .skip(1)
        .forEach(
            second ->
                page.add(
                    ReportSection.table(
                        second.getKey() + " against " + first.getKey(),
                        "Photo by photo. A positive difference favors "
                            + second.getKey()
                            + ", of the median error a negative one; p is the exact McNemar test of the photos only one of them placed"
                            + " within the distance.",
                        PairedComparison.of(first.getValue(), second.getValue())
                            .table(first.getKey(), second.getKey()))));
    return page;
  }

  /**
   * Returns a section on how often the regions of a system's answers held the truth.
   *
   * @param note a text before what is always said; may be empty
   */
  public static ReportSection regions(String title, String note, DistanceReport report) {
    return ReportSection.table(
        title,
        (note.isEmpty() ? "" : note + " ")
            + "How often the regions of the answers held the truth. A 50 % region of a calibrated"
            + " model holds it for half of the photos."
            + (RegionCoverage.note(report.regions()).isEmpty()
                ? ""
                : "\n\n" + RegionCoverage.note(report.regions())),
        RegionCoverage.table(report.regions()));
  }

  /**
   * Starts a report of one run over photos: the shares, the error curve, figures by continent and
   * cell, what is known of headings, sequences and scores, a map, and photos in detail.
   *
   * @param name the name of the system
   * @param photos photos to draw on the map, perhaps not all; may be empty
   * @param inDetail how many of them are shown in detail
   */
  public static ReportPage of(
      String name, PhotoReport report, List<LocatedPhoto> photos, int inDetail) {
    List<Double> limits = report.distances().limitsKm();
    double nearKm = limits.get(limits.size() / 2);
    double farKm = limits.get(Math.min(limits.size() - 1, limits.size() / 2 + 1));
    ReportPage page = comparing("How far off", Map.of(name, report.distances()));
    page.add(
        ReportSection.breakdown(
            "By continent",
            "By the continent that photos were taken on.",
            "continent",
            report.continents()));
    if (!report.cells().isEmpty()) {
      page.add(
          ReportSection.breakdown(
              "By cell", "By the cell that photos were taken in.", "cell", report.cells()));
    }
    if (report.continents().size() > 1) {
      page.add(
          ReportSection.confusion(
              "From continent to continent",
              "Photos by the continent they were taken on, a row each, and the one they were placed"
                  + " on; the stronger the color, the larger the share of the row.",
              report.confusion()));
    }
    Table others = report.others();
    if (!others.rows().isEmpty()) {
      page.add(ReportSection.table("Other figures", "", others));
    }
    report
        .reliability()
        .ifPresent(
            curve ->
                page.add(
                    ReportSection.reliability(
                        "How far scores can be trusted",
                        "An answer is right within "
                            + Html.distance(report.rightKm())
                            + ". Scores are probabilities only if the model was calibrated.",
                        curve)));
    report
        .riskCoverage()
        .ifPresent(
            curve ->
                page.add(
                    ReportSection.riskCoverage(
                        "What declining to answer gains",
                        "If only the answers of the highest scores are given: how many of them are"
                            + " farther off than "
                            + Html.distance(report.rightKm())
                            + ".",
                        Map.of(name, curve))));
    if (!photos.isEmpty()) {
      page.add(
          ReportSection.worldMap(
              "Where photos went",
              "The first " + photos.size() + " photos; an arc leads from the truth to the guess.",
              photos,
              nearKm,
              farKm));
      page.add(
          ReportSection.photos(
              "Photo by photo",
              "",
              photos.subList(0, Math.min(inDetail, photos.size())),
              nearKm,
              farKm));
    }
    return page;
  }

  /**
   * Starts a report of one search for the aerial images of ground photos.
   *
   * @param name the name of the system
   * @param photos photos to show with what was found for them; may be empty
   */
  public static ReportPage ofRetrieval(
      String name, RetrievalReport report, List<RetrievedPhoto> photos) {
    ReportPage page =
        titled("How well places are found")
            .add(
                ReportSection.shares(
                    "At a glance",
                    "R@K is the share of photos with a right image among their K best; K of R@1% is "
                        + report.onePercent()
                        + "."
                        + (report.hitRateCovering().isPresent() ? HIT_RATES : "")
                        + averagePrecision(report)
                        + " Intervals are 95 % Wilson score intervals.",
                    report.shares()))
            .add(
                ReportSection.recallCurves(
                    "Recall curve",
                    "The share of photos with a right image among their K best.",
                    Map.of(name, report)));
    if (!photos.isEmpty()) {
      page.add(
          ReportSection.retrieved(
              "Photo by photo", "Each photo beside the images found for it, best first.", photos));
    }
    return page;
  }

  private static String averagePrecision(RetrievalReport report) {
    return report.meanAveragePrecision().isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            " The mean average precision (AP) is %.1f %%.",
            100 * report.meanAveragePrecision().getAsDouble());
  }

  @Override
  public ReportPage published(String dataset) {
    return add(
        ReportSection.table(
            "Published elsewhere",
            "What others published for "
                + dataset
                + ", in per cent. None of it was measured here, and preprocessing and splits may"
                + " differ.",
            PublishedFigures.builtIn().table(dataset)));
  }

  @Override
  public ReportPage subtitle(String subtitle) {
    this.subtitle = subtitle;
    return this;
  }

  @Override
  public ReportPage world(BufferedImage equirectangular) {
    return world(EmbeddedImage.thumbnail(equirectangular, WORLD_PIXELS));
  }

  /** As {@link #world(BufferedImage)}, encoded already. */
  public ReportPage world(EmbeddedImage equirectangular) {
    world = equirectangular;
    return this;
  }

  /** Adds a section below the ones before. */
  public ReportPage add(ReportSection section) {
    sections.add(section);
    return this;
  }

  @Override
  public ReportPage provenance(String name, String value) {
    provenance.put(name, value);
    return this;
  }

  @Override
  public String toHtml() {
    return HtmlPage.render(this);
  }

  @Override
  public void write(Path file) {
    String html = toHtml();
    AtomicFiles.writeString(file, html);
  }

  String title() {
    return title;
  }

  String subtitle() {
    return subtitle;
  }

  Optional<EmbeddedImage> world() {
    return Optional.ofNullable(world);
  }

  List<ReportSection> sections() {
    return Collections.unmodifiableList(sections);
  }

  Map<String, String> provenance() {
    return Collections.unmodifiableMap(provenance);
  }
}
