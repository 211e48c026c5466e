package io.github.geofix.eval.protocol;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.RelativeNames;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Drift;
import io.github.geofix.eval.PhotoReport;
import io.github.geofix.eval.RetrievalEvaluator.Ranked;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.internal.report.EmbeddedImage;
import io.github.geofix.eval.internal.report.LocatedPhoto;
import io.github.geofix.eval.internal.report.ReportPage;
import io.github.geofix.eval.internal.report.ReportSection;
import io.github.geofix.eval.internal.report.RetrievedPhoto;
import io.github.geofix.eval.protocol.CrossViewBenchmark.CrossViewSet;
import io.github.geofix.eval.report.HtmlReport;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The figures of one system on one benchmark, in every format. */
public sealed interface Evaluation {

  /**
   * Returns a copy with another name of the system, which tables and pages show.
   *
   * @param name for example the name of the model's folder
   */
  Evaluation named(String name);

  /** Returns a copy that states what made the figures, in JSON, CSV, LaTeX and on the page. */
  Evaluation withProvenance(RunProvenance provenance);

  /** Returns the figures in Markdown, published figures below them. */
  String toMarkdown();

  /**
   * Returns the figures as a JSON object, with the names of system and benchmark, and whether the
   * data were the whole benchmark.
   */
  String toJson();

  /** Returns the figures as CSV, one row a figure; lines of provenance start with {@code #}. */
  String toCsv();

  /** Returns a table for a paper: the system in the first row, published figures below it. */
  Table toTable();

  /** Returns {@link #toTable} as LaTeX, the provenance in comments. */
  String toLatex();

  /**
   * Returns the figures as a page, with some photos in detail.
   *
   * @param decode reads an image file, such as {@code Photos::read} of geo-models
   */
  HtmlReport toHtml(Function<Path, BufferedImage> decode);

  /** The figures of one system on a {@link PhotoBenchmark}. Immutable and thread-safe. */
  final class PhotoEvaluation implements Evaluation {
    private static final int ON_THE_MAP = 200;
    private static final int PICTURE_PIXELS = 320;

    private static final String UNANSWERED =
        "photos without an answer, which count as 20,015 km away";

    private final PhotoBenchmark benchmark;
    private final PhotoReport report;
    private final Answers answers;
    private final Labels labels;

    /**
     * The answers that were measured.
     *
     * @param photos the photos with their true positions
     * @param answers one a photo, in the same order
     * @param locations the whole locations of the first photos, by position in the list
     * @param skipped photos that could not be read
     * @param unanswered photos that were not located, among {@code photos}
     * @param ruled what the rules of the model would have done
     * @param drift how unlike those of the calibration the vectors of the photos are
     */
    record Answers(
        Manifest photos,
        Manifest answers,
        Map<Integer, Location> locations,
        List<PhotoOutcome.Failed> skipped,
        List<PhotoOutcome.Unanswered> unanswered,
        List<RuleOutcome> ruled,
        Optional<Drift.OfVectors> drift) {
      Answers {
        locations = Map.copyOf(locations);
        skipped = List.copyOf(skipped);
        unanswered = List.copyOf(unanswered);
        ruled = List.copyOf(ruled);
      }
    }

    /**
     * What a rule of the model did on the photos.
     *
     * @param bound what the answers given should keep
     * @param answered the share of photos whose answer was given
     * @param right the share of right answers among those given; empty if none was
     * @param drift how unlike the photos are those that the rule was fitted on; empty for fewer
     *     than {@value Drift#LEAST_PHOTOS} photos or a rule fitted on one
     */
    public record RuleOutcome(
        ErrorBound bound, Share answered, Optional<Share> right, Optional<Drift> drift) {}

    PhotoEvaluation(PhotoBenchmark benchmark, PhotoReport report, Answers answers) {
      this(benchmark, report, answers, Labels.NONE);
    }

    private PhotoEvaluation(
        PhotoBenchmark benchmark, PhotoReport report, Answers answers, Labels labels) {
      this.benchmark = benchmark;
      this.report = report;
      this.answers = answers;
      this.labels = labels;
    }

    @Override
    public PhotoEvaluation named(String name) {
      return new PhotoEvaluation(benchmark, report, answers, labels.withName(name));
    }

    @Override
    public PhotoEvaluation withProvenance(RunProvenance provenance) {
      return new PhotoEvaluation(benchmark, report, answers, labels.withProvenance(provenance));
    }

    /** Returns all figures. */
    public PhotoReport report() {
      return report;
    }

    /** Returns the answers, one a photo, with the column {@code score} where it is known. */
    public Manifest answers() {
      return answers.answers();
    }

    /** Returns the photos that could not be read and were left out. */
    public List<PhotoOutcome.Failed> skipped() {
      return answers.skipped();
    }

    /**
     * Returns the photos that the localizer declined to locate. They count in all figures, with the
     * largest error there is.
     */
    public List<PhotoOutcome.Unanswered> unanswered() {
      return answers.unanswered();
    }

    /** Returns what the rules of {@link PhotoBenchmark#withAnswerRules} did, in their order. */
    public List<RuleOutcome> ruleOutcomes() {
      return answers.ruled();
    }

    /**
     * Returns how unlike the photos of the calibration these are, by the vectors of {@link
     * PhotoBenchmark#withCalibrationVectors}; empty for fewer than {@value Drift#LEAST_PHOTOS}
     * photos or a localizer without vectors.
     */
    public Optional<Drift.OfVectors> vectorDrift() {
      return answers.drift();
    }

    private boolean isWhole() {
      return benchmark.set().whole() && answers.skipped().isEmpty();
    }

    private Optional<PublishedTable> published() {
      return benchmark
          .protocol()
          .flatMap(
              protocol ->
                  PublishedTable.of(
                      protocol,
                      labels.name(),
                      PublishedTable.figures(report.shares()),
                      isWhole() ? "" : partOfTheData()));
    }

    private String partOfTheData() {
      int expected = benchmark.protocol().map(PhotoProtocol::photos).orElse(0);
      int count = report.distances().count();
      return expected > count
          ? String.format(Locale.ROOT, "%,d of %,d photos", count, expected)
          : Count.of(count, "photos, not all");
    }

    @Override
    public String toMarkdown() {
      return report.toMarkdown()
          + (unanswered().isEmpty()
              ? ""
              : "\nNote: " + UNANSWERED + ": " + unanswered().size() + ".\n")
          + RuleTable.markdown(answers.ruled(), answers.drift())
          + published().map(PublishedTable::toMarkdown).orElse("");
    }

    @Override
    public String toJson() {
      JsonObject json = report.toJsonObject();
      RelativeNames names = RelativeNames.of(benchmark.set().images());
      benchmark
          .protocol()
          .ifPresent(
              protocol -> {
                json.addProperty("benchmark", protocol.dataset());
                json.addProperty("wholeBenchmark", isWhole());
              });
      if (!answers.skipped().isEmpty()) {
        JsonArray skipped = new JsonArray();
        answers.skipped().forEach(failed -> skipped.add(names.of(failed.photo())));
        json.add("skipped", skipped);
      }
      if (!answers.ruled().isEmpty()) {
        json.add("answerRules", RuleTable.json(answers.ruled()));
      }
      answers
          .drift()
          .ifPresent(drift -> json.add("vectorDrift", RuleTable.json(drift, answers.ruled())));
      if (!unanswered().isEmpty()) {
        JsonArray unanswered = new JsonArray();
        unanswered().forEach(photo -> unanswered.add(names.of(photo.photo())));
        json.add("unanswered", unanswered);
      }
      return labels.json(json);
    }

    @Override
    public String toCsv() {
      return labels.csv(report.toCsv());
    }

    @Override
    public Table toTable() {
      return published()
          .map(PublishedTable::table)
          .orElseGet(
              () -> {
                Table table =
                    DistanceReport.table(Map.of(labels.name(), report.distances()))
                        .caption(labels.name());
                return isWhole() ? table : table.note(0, "measured on " + partOfTheData());
              });
    }

    @Override
    public String toLatex() {
      return labels.latex(toTable());
    }

    @Override
    public HtmlReport toHtml(Function<Path, BufferedImage> decode) {
      List<LocatedPhoto> shown = new ArrayList<>();
      for (int i = 0; i < Math.min(ON_THE_MAP, answers.photos().size()); i++) {
        shown.add(shown(i, decode));
      }
      String on = benchmark.protocol().map(protocol -> " on " + protocol.dataset()).orElse("");
      ReportPage page =
          ReportPage.of(labels.name(), report, shown, PhotoBenchmark.IN_DETAIL)
              .subtitle(
                  String.format(
                      Locale.ROOT,
                      "%s%s, photos: %,d",
                      labels.name(),
                      on,
                      report.distances().count()));
      RuleTable.sections(answers.ruled(), answers.drift()).forEach(page::add);
      if (!report.intervals().isEmpty()) {
        page.add(
            ReportSection.table(
                "Intervals by bootstrap",
                "Photos or places are drawn again and again; those of one place together.",
                report.intervalTable()));
      }
      published().ifPresent(table -> page.add(table.toSection()));
      benchmark.set().findings().forEach(finding -> page.provenance("note", finding.toString()));
      if (!answers.skipped().isEmpty()) {
        page.provenance("unreadable photos, left out", Integer.toString(answers.skipped().size()));
      }
      if (!unanswered().isEmpty()) {
        page.provenance(UNANSWERED, Integer.toString(unanswered().size()));
      }
      labels.addTo(page);
      return page;
    }

    private LocatedPhoto shown(int index, Function<Path, BufferedImage> decode) {
      Manifest.Entry photo = answers.photos().entries().get(index);
      String file = String.valueOf(photo.image().getFileName());
      LatLng guess = answers.answers().entries().get(index).latLng();
      @Nullable Location location = answers.locations().get(index);
      LocatedPhoto located =
          location == null
              ? LocatedPhoto.of(file, photo.latLng(), guess)
              : LocatedPhoto.of(file, photo.latLng(), location);
      return index < PhotoBenchmark.IN_DETAIL && Files.isReadable(photo.image())
          ? located.withPicture(
              "photo", EmbeddedImage.thumbnail(decode.apply(photo.image()), PICTURE_PIXELS))
          : located;
    }
  }

  /** The figures of one system on a {@link CrossViewBenchmark}. Immutable and thread-safe. */
  final class CrossViewEvaluation implements Evaluation {
    private static final int PICTURE_PIXELS = 320;

    private final CrossViewBenchmark benchmark;
    private final RetrievalReport report;
    private final List<Found> found;
    private final Labels labels;

    /**
     * The best images of one photo.
     *
     * @param query the photo's row
     * @param best the images, best first
     */
    record Found(int query, List<Ranked> best) {}

    CrossViewEvaluation(CrossViewBenchmark benchmark, RetrievalReport report, List<Found> found) {
      this(benchmark, report, found, Labels.NONE);
    }

    private CrossViewEvaluation(
        CrossViewBenchmark benchmark, RetrievalReport report, List<Found> found, Labels labels) {
      this.benchmark = benchmark;
      this.report = report;
      this.found = List.copyOf(found);
      this.labels = labels;
    }

    @Override
    public CrossViewEvaluation named(String name) {
      return new CrossViewEvaluation(benchmark, report, found, labels.withName(name));
    }

    @Override
    public CrossViewEvaluation withProvenance(RunProvenance provenance) {
      return new CrossViewEvaluation(benchmark, report, found, labels.withProvenance(provenance));
    }

    /** Returns all figures. */
    public RetrievalReport report() {
      return report;
    }

    private Optional<PublishedTable> published() {
      Map<String, Double> figures = PublishedTable.figures(report.shares());
      report.hitRateCovering().ifPresent(hit -> figures.put("Hit", hit.accuracy()));
      report.meanAveragePrecision().ifPresent(mean -> figures.put("AP", mean));
      return PublishedTable.of(benchmark.protocol(), labels.name(), figures, part());
    }

    private String part() {
      CrossViewSet set = benchmark.set();
      return set.whole() ? "" : benchmark.protocol().counts(set) + ", not all";
    }

    @Override
    public String toMarkdown() {
      return report.toMarkdown() + published().map(PublishedTable::toMarkdown).orElse("");
    }

    @Override
    public String toJson() {
      JsonObject json = report.toJsonObject();
      json.addProperty("benchmark", benchmark.protocol().dataset());
      json.addProperty("wholeBenchmark", benchmark.set().whole());
      return labels.json(json);
    }

    @Override
    public String toCsv() {
      return labels.csv(report.toCsv());
    }

    @Override
    public Table toTable() {
      return published()
          .map(PublishedTable::table)
          .orElseGet(() -> report.table().caption(labels.name()));
    }

    @Override
    public String toLatex() {
      return labels.latex(toTable());
    }

    @Override
    public HtmlReport toHtml(Function<Path, BufferedImage> decode) {
      CrossViewProtocol protocol = benchmark.protocol();
      ReportPage page =
          ReportPage.ofRetrieval(
                  labels.name(), report, found.stream().map(photo -> shown(photo, decode)).toList())
              .subtitle(
                  String.format(
                      Locale.ROOT,
                      "%s on %s, %s: %,d, %s: %,d",
                      labels.name(),
                      protocol.dataset(),
                      protocol.queryKind(),
                      report.count(),
                      protocol.galleryKind(),
                      report.gallerySize()))
              .provenance("images", protocol.preprocessing());
      if (!report.intervals().isEmpty()) {
        page.add(
            ReportSection.table(
                "Intervals by bootstrap",
                "Photos or places are drawn again and again; those of one place together.",
                report.intervalTable()));
      }
      published().ifPresent(table -> page.add(table.toSection()));
      benchmark.set().findings().forEach(finding -> page.provenance("note", finding.toString()));
      labels.addTo(page);
      return page;
    }

    private RetrievedPhoto shown(Found photo, Function<Path, BufferedImage> decode) {
      CrossViewSet set = benchmark.set();
      Path query = set.queries().get(photo.query());
      return new RetrievedPhoto(
          benchmark.protocol().nameOf(query),
          report.rank(photo.query()) + 1,
          picture(query, decode),
          picture(set.gallery().get(set.matches().right(photo.query()).orElseThrow()), decode),
          photo.best().stream()
              .map(
                  ranked ->
                      new RetrievedPhoto.Found(
                          benchmark.protocol().nameOf(set.gallery().get(ranked.row())),
                          ranked.score(),
                          set.matches().judge(photo.query(), ranked.row()),
                          picture(set.gallery().get(ranked.row()), decode)))
              .toList());
    }

    private static Optional<EmbeddedImage> picture(
        Path image, Function<Path, BufferedImage> decode) {
      return Files.isReadable(image)
          ? Optional.of(EmbeddedImage.thumbnail(decode.apply(image), PICTURE_PIXELS))
          : Optional.empty();
    }
  }
}
