package io.github.geofix.eval.protocol;

import com.google.gson.JsonObject;
import io.github.geofix.core.internal.Count;
import io.github.geofix.eval.RetrievalEvaluator.Ranked;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.internal.report.EmbeddedImage;
import io.github.geofix.eval.internal.report.ReportPage;
import io.github.geofix.eval.internal.report.ReportSection;
import io.github.geofix.eval.internal.report.RetrievedPhoto;
import io.github.geofix.eval.report.HtmlReport;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The figures of one system on a {@link CrossViewBenchmark}. Immutable and thread-safe. */
public final class CrossViewEvaluation implements Evaluation {
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
    Map<String, Share> shares = new LinkedHashMap<>(report.shares());
    report.hitRateCovering().ifPresent(hit -> shares.put("Hit", hit));
    return PublishedTable.of(benchmark.protocol(), labels.name(), shares, part());
  }

  private String part() {
    CrossViewSet set = benchmark.set();
    return set.whole()
        ? ""
        : String.format(
            Locale.ROOT,
            "%s and %s, not all",
            Count.of(set.queries().size(), "photos"),
            Count.of(set.gallery().size(), "aerial images"));
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
                    "%s on %s, photos: %,d, aerial images: %,d",
                    labels.name(),
                    protocol.dataset(),
                    report.count(),
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
        String.valueOf(query.getFileName()),
        report.rank(photo.query()) + 1,
        picture(query, decode),
        picture(set.gallery().get(set.matches().right(photo.query()).orElseThrow()), decode),
        photo.best().stream()
            .map(
                ranked ->
                    new RetrievedPhoto.Found(
                        String.valueOf(set.gallery().get(ranked.row()).getFileName()),
                        ranked.score(),
                        set.matches().judge(photo.query(), ranked.row()),
                        picture(set.gallery().get(ranked.row()), decode)))
            .toList());
  }

  private static Optional<EmbeddedImage> picture(Path image, Function<Path, BufferedImage> decode) {
    return Files.isReadable(image)
        ? Optional.of(EmbeddedImage.thumbnail(decode.apply(image), PICTURE_PIXELS))
        : Optional.empty();
  }
}
