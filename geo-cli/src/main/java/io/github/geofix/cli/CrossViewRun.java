package io.github.geofix.cli;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.eval.Count;
import io.github.geofix.eval.Embeddings;
import io.github.geofix.eval.PublishedFigures;
import io.github.geofix.eval.RetrievalEvaluator;
import io.github.geofix.eval.RetrievalEvaluator.Ranked;
import io.github.geofix.eval.RetrievalEvaluator.Ties;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.protocol.CrossViewProtocol;
import io.github.geofix.eval.protocol.CrossViewSet;
import io.github.geofix.eval.protocol.Finding;
import io.github.geofix.eval.report.EmbeddedImage;
import io.github.geofix.eval.report.HtmlReport;
import io.github.geofix.eval.report.RetrievedPhoto;
import io.github.geofix.models.image.Photos;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** The evaluation of a search for the aerial images of ground photos. */
final class CrossViewRun {
  /** Queries shown on the page, spread evenly over the list. */
  private static final int IN_DETAIL = 24;

  private static final int BEST = 5;
  private static final int PICTURE_PIXELS = 320;
  private static final int BATCH = 32;

  private final CrossViewProtocol protocol;
  private final Path root;
  private final CrossViewSet set;
  private final RetrievalEvaluator evaluator;

  private CrossViewRun(
      CrossViewProtocol protocol, Path root, CrossViewSet set, RetrievalEvaluator evaluator) {
    this.protocol = protocol;
    this.root = root;
    this.set = set;
    this.evaluator = evaluator;
  }

  /**
   * Reads the lists and refuses what would spoil the figures.
   *
   * @param images whether the images are needed
   * @param note is told what a person should know
   */
  static CrossViewRun read(
      CrossViewProtocol protocol, Path root, boolean images, Consumer<Finding> note) {
    CrossViewSet set = (images ? protocol.read(root) : protocol.readLists(root)).complete();
    set.findings().forEach(note);
    return new CrossViewRun(protocol, root, set, RetrievalEvaluator.recallAt(1, 5, 10));
  }

  CrossViewRun withTies(Ties ties) {
    return new CrossViewRun(protocol, root, set, evaluator.withTies(ties));
  }

  CrossViewSet set() {
    return set;
  }

  /** Evaluates embeddings; {@code write} sees them while the files are open. */
  String evaluate(Path queryFile, Path galleryFile, Function<Evaluated, String> write) {
    try (Embeddings queries = Embeddings.open(queryFile);
        Embeddings gallery = Embeddings.open(galleryFile)) {
      refuseOtherSize(queryFile, queries, set.queries().size(), "photos");
      refuseOtherSize(galleryFile, gallery, set.gallery().size(), "aerial images");
      return write.apply(evaluated(String.valueOf(queryFile.getFileName()), queries, gallery));
    }
  }

  private static void refuseOtherSize(Path file, Embeddings rows, int images, String what) {
    if (rows.size() != images) {
      throw new IllegalArgumentException(
          file
              + " has "
              + Count.of(rows.size(), "rows for ")
              + Count.of(images, what)
              + ": --list writes the order they are expected in");
    }
  }

  Evaluated evaluate(Path model, LoadOptions load) {
    try (TileEncoder encoder = TileEncoder.load(model, load);
        Bar bar = Bar.of("encode", (long) set.queries().size() + set.gallery().size())) {
      float[][] queries = encode(set.queries(), 0, bar, images -> photos(encoder, model, images));
      float[][] gallery =
          encode(
              set.gallery(),
              queries.length,
              bar,
              images -> encoder.encodeTiles(images.stream().map(Photos::read).toList()));
      return evaluated(
          String.valueOf(model.getFileName()), Embeddings.of(queries), Embeddings.of(gallery));
    }
  }

  private List<float[]> photos(TileEncoder encoder, Path model, List<Path> images) {
    List<BufferedImage> prepared =
        images.stream().map(image -> protocol.prepare(Photos.read(image))).toList();
    List<float[]> vectors = new ArrayList<>();
    for (float[][] headings : encoder.encodeImages(prepared)) {
      if (headings.length != 1) {
        throw new IllegalArgumentException(
            model
                + " considers "
                + headings.length
                + " headings, but those of "
                + protocol
                + " are known: train or set it with one heading");
      }
      vectors.add(headings[0]);
    }
    return vectors;
  }

  private static float[][] encode(
      List<Path> images, int done, Bar bar, Function<List<Path>, List<float[]>> encoder) {
    List<float[]> vectors = new ArrayList<>(images.size());
    for (int from = 0; from < images.size(); from += BATCH) {
      vectors.addAll(encoder.apply(images.subList(from, Math.min(from + BATCH, images.size()))));
      bar.stepTo((long) done + vectors.size());
    }
    return vectors.toArray(float[][]::new);
  }

  private Evaluated evaluated(String name, Embeddings queries, Embeddings gallery) {
    RetrievalReport report =
        evaluator.evaluate(queries, gallery, set.matches(), set.withinMeters());
    Map<String, Share> shares = new LinkedHashMap<>(report.shares());
    report.hitRateCovering().ifPresent(hit -> shares.put("Hit", hit));
    Table published = PublishedFigures.table(protocol.dataset(), name, shares);
    return new Evaluated(
        report.toMarkdown() + PublishedNote.markdown(published, set.whole()),
        report.toJson(),
        report.toCsv(),
        published,
        () -> page(name, report, shown(report, queries, gallery), published));
  }

  private HtmlReport page(
      String name, RetrievalReport report, List<RetrievedPhoto> shown, Table published) {
    HtmlReport page =
        HtmlReport.ofRetrieval(name, report, shown)
            .subtitle(
                name
                    + " on "
                    + protocol.dataset()
                    + ", "
                    + Count.of(report.count(), "photos in a gallery of ")
                    + report.gallerySize())
            .add(PublishedNote.section(published, set.whole()))
            .provenance("data", root.toString())
            .provenance("images", protocol.preprocessing());
    set.findings().forEach(finding -> page.provenance("note", finding.toString()));
    return page;
  }

  private List<RetrievedPhoto> shown(
      RetrievalReport report, Embeddings queries, Embeddings gallery) {
    List<RetrievedPhoto> shown = new ArrayList<>();
    int count = Math.min(IN_DETAIL, queries.size());
    for (int i = 0; i < count; i++) {
      int query = (int) ((long) i * queries.size() / count);
      Path photo = set.queries().get(query);
      List<RetrievedPhoto.Found> found = new ArrayList<>();
      for (Ranked ranked : evaluator.best(queries, query, gallery, BEST)) {
        found.add(
            new RetrievedPhoto.Found(
                String.valueOf(set.gallery().get(ranked.row()).getFileName()),
                ranked.score(),
                set.matches().judge(query, ranked.row()),
                picture(set.gallery().get(ranked.row()))));
      }
      shown.add(
          new RetrievedPhoto(
              String.valueOf(photo.getFileName()),
              report.rank(query) + 1,
              picture(photo),
              picture(set.gallery().get(set.matches().right(query).orElseThrow())),
              found));
    }
    return shown;
  }

  private static Optional<EmbeddedImage> picture(Path image) {
    return Files.isReadable(image)
        ? Optional.of(EmbeddedImage.thumbnail(Photos.read(image), PICTURE_PIXELS))
        : Optional.empty();
  }
}
