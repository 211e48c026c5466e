package io.github.geofix.eval.protocol;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.TileEncoder.ImagePair;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.internal.Interrupts;
import io.github.geofix.core.internal.TemporaryFolder;
import io.github.geofix.eval.Bootstrap;
import io.github.geofix.eval.Matches;
import io.github.geofix.eval.PhotoReport;
import io.github.geofix.eval.RetrievalEvaluator;
import io.github.geofix.eval.RetrievalEvaluator.Ranked;
import io.github.geofix.eval.RetrievalEvaluator.Ties;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.protocol.Evaluation.CrossViewEvaluation;
import io.github.geofix.eval.protocol.Protocol.Finding;
import io.github.geofix.eval.protocol.RunProvenance.FilesDigest;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Photos to find in a gallery of aerial images, or the other way, and what is measured on them.
 * Immutable and thread-safe.
 *
 * <pre>{@code
 * CrossViewBenchmark benchmark = CrossViewProtocol.named("cvusa").open(root);
 * RetrievalReport report = benchmark.evaluate(encoder).report();
 * }</pre>
 *
 * <p>A model's vectors are written to a temporary file, 4 D bytes an image, so memory does not grow
 * with the gallery. The system property {@code java.io.tmpdir} names the folder.
 */
public final class CrossViewBenchmark {
  private static final int[] RECALL_AT = {1, 5, 10};

  /** Images found for each photo in detail. */
  private static final int BEST = 5;

  private static final int BATCH = 32;

  private final CrossViewProtocol protocol;
  private final CrossViewSet set;
  private final Ties ties;
  private final int photosInDetail;
  private final Optional<PhotoReport.Resampling> resampling;

  private CrossViewBenchmark(
      CrossViewProtocol protocol,
      CrossViewSet set,
      Ties ties,
      int photosInDetail,
      Optional<PhotoReport.Resampling> resampling) {
    this.resampling = resampling;
    this.protocol = protocol;
    this.set = set;
    this.ties = ties;
    this.photosInDetail = photosInDetail;
  }

  /**
   * Returns a benchmark of the field, with ties against the query and no photos in detail.
   *
   * @param set its images, all or some
   */
  public static CrossViewBenchmark of(CrossViewProtocol protocol, CrossViewSet set) {
    return new CrossViewBenchmark(protocol, set, Ties.AGAINST_QUERY, 0, Optional.empty());
  }

  /** Returns a copy that counts ties differently. */
  public CrossViewBenchmark withTies(Ties ties) {
    return new CrossViewBenchmark(protocol, set, ties, photosInDetail, resampling);
  }

  /**
   * Returns a copy that keeps the images found for some photos, for a page. Each takes one pass
   * over the gallery.
   *
   * @param photos how many, spread evenly over the list
   */
  public CrossViewBenchmark withPhotosInDetail(int photos) {
    return new CrossViewBenchmark(protocol, set, ties, photos, resampling);
  }

  /**
   * Returns a copy that draws intervals by bootstrap, besides those of Wilson. With a level of
   * cells, photos are of one place if one cell holds them; where the benchmark gives no positions,
   * if they are of one aerial image, whatever the level.
   */
  public CrossViewBenchmark withResampling(PhotoReport.Resampling resampling) {
    return new CrossViewBenchmark(protocol, set, ties, photosInDetail, Optional.of(resampling));
  }

  /** Returns the protocol. */
  public CrossViewProtocol protocol() {
    return protocol;
  }

  /** Returns the images. */
  public CrossViewSet set() {
    return set;
  }

  /**
   * Encodes all images and ranks the gallery for every photo.
   *
   * @throws IllegalArgumentException if the encoder considers several headings, or gives a vector
   *     that is not finite
   * @throws UncheckedIOException if an image cannot be read, or the vectors cannot be written
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted
   */
  public CrossViewEvaluation evaluate(TileEncoder encoder) {
    return evaluate(encoder, encoded -> {});
  }

  /**
   * As {@link #evaluate(TileEncoder)}.
   *
   * @param progress receives the number of images encoded so far, photos and aerial images together
   */
  public CrossViewEvaluation evaluate(TileEncoder encoder, LongConsumer progress) {
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path queryFile = folder.path().resolve("queries.npy");
      Path galleryFile = folder.path().resolve("gallery.npy");
      encode(set.queries(), queryFile, 0, progress, encoderOf(protocol.queryKind(), encoder));
      encode(
          set.gallery(),
          galleryFile,
          set.queries().size(),
          progress,
          encoderOf(protocol.galleryKind(), encoder));
      try (Embeddings queries = Embeddings.open(queryFile);
          Embeddings gallery = Embeddings.open(galleryFile)) {
        return evaluate(queries, gallery);
      }
    }
  }

  private void encode(
      List<Path> images,
      Path file,
      long done,
      LongConsumer progress,
      Function<List<Path>, List<float[]>> encoder) {
    try (Embeddings.Writer vectors = Embeddings.Writer.create(file)) {
      for (int from = 0; from < images.size(); from += BATCH) {
        Interrupts.check(done + from, (long) set.queries().size() + set.gallery().size(), "images");
        List<Path> batch = images.subList(from, Math.min(from + BATCH, images.size()));
        encoder.apply(batch).forEach(vectors::write);
        progress.accept(done + from + batch.size());
      }
      vectors.commit();
    }
  }

  private Function<List<Path>, List<float[]>> encoderOf(
      CrossViewProtocol.Kind kind, TileEncoder encoder) {
    return kind == CrossViewProtocol.Kind.AERIAL_IMAGES
        ? images -> encoder.encodeTiles(images.stream().map(encoder::decode).toList())
        : images -> encodePhotos(encoder, images);
  }

  private List<float[]> encodePhotos(TileEncoder encoder, List<Path> images) {
    List<BufferedImage> prepared =
        images.stream().map(image -> protocol.prepare(encoder.decode(image))).toList();
    List<float[]> vectors = new ArrayList<>();
    for (float[][] headings : encoder.encodeImages(prepared)) {
      if (headings.length != 1) {
        throw new IllegalArgumentException(
            "the model considers "
                + headings.length
                + " headings, but those of "
                + protocol
                + " are known: train or set it with one heading");
      }
      vectors.add(headings[0]);
    }
    return vectors;
  }

  /**
   * Ranks the gallery for every photo by vectors already computed.
   *
   * @param queries one row a photo, in the order of {@link CrossViewSet#queries}
   * @param gallery one row an aerial image, in the order of {@link CrossViewSet#gallery}
   * @throws IllegalArgumentException if rows are missing, or a vector is not finite
   */
  public CrossViewEvaluation evaluate(Embeddings queries, Embeddings gallery) {
    checkSize(queries, "the queries", set.queries().size(), protocol.queryKind());
    checkSize(gallery, "the gallery", set.gallery().size(), protocol.galleryKind());
    RetrievalEvaluator recall = RetrievalEvaluator.recallAt(RECALL_AT).withTies(ties);
    RetrievalEvaluator evaluator =
        protocol.reportsAveragePrecision() ? recall.withAveragePrecision() : recall;
    RetrievalReport report =
        evaluator.evaluate(queries, gallery, set.matches(), set.withinMeters());
    return new CrossViewEvaluation(
        this,
        resampling.map(drawn -> resampled(report, drawn)).orElse(report),
        found(evaluator, queries, gallery));
  }

  private RetrievalReport resampled(RetrievalReport report, PhotoReport.Resampling drawn) {
    return drawn.placeLevel().isEmpty()
        ? report.withIntervals(drawn.bootstrap())
        : report.withIntervals(drawn.bootstrap(), set.places(drawn.placeLevel().getAsInt()));
  }

  private static void checkSize(
      Embeddings rows, String what, int images, CrossViewProtocol.Kind kind) {
    if (rows.size() != images) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%,d rows in %s, but %,d %s: one row each is needed, in the order of the list",
              rows.size(),
              rows.file().map(Path::toString).orElse(what),
              images,
              kind));
    }
  }

  private List<CrossViewEvaluation.Found> found(
      RetrievalEvaluator evaluator, Embeddings queries, Embeddings gallery) {
    List<CrossViewEvaluation.Found> found = new ArrayList<>();
    int count = Math.min(photosInDetail, queries.size());
    for (int i = 0; i < count; i++) {
      int query = (int) ((long) i * queries.size() / count);
      List<Ranked> best = evaluator.best(queries, query, gallery, BEST);
      found.add(new CrossViewEvaluation.Found(query, best));
    }
    return found;
  }

  /**
   * Ground photos, aerial images and which belong together. Row i of a file of embeddings is image
   * i of the list.
   *
   * @param queries the ground photos
   * @param gallery the aerial images
   * @param matches the rows of {@code gallery} that are right for each of {@code queries}
   * @param queryPlaces where each ground photo was taken; empty if the benchmark has no positions
   * @param galleryPlaces the middle of each aerial image; empty if the benchmark has no positions
   * @param findings what a user should be shown
   * @param whole whether these are all images of the benchmark, so that published figures compare
   */
  public record CrossViewSet(
      List<Path> queries,
      List<Path> gallery,
      Matches matches,
      List<LatLng> queryPlaces,
      List<LatLng> galleryPlaces,
      List<Finding> findings,
      boolean whole) {

    /** Distances of the best image that cross-view benchmarks report, in meters. */
    private static final int[] NEAR_METERS = {40, 50, 100};

    /** Copies the lists. */
    public CrossViewSet {
      queries = List.copyOf(queries);
      gallery = List.copyOf(gallery);
      queryPlaces = List.copyOf(queryPlaces);
      galleryPlaces = List.copyOf(galleryPlaces);
      findings = List.copyOf(findings);
    }

    /**
     * Returns this if nothing is wrong with the data.
     *
     * @throws IllegalArgumentException if files are missing or rows twice there; the message counts
     *     them and names the first
     */
    public CrossViewSet complete() {
      Finding.refuseFatal("the data are not complete", findings);
      return this;
    }

    /**
     * Digests the lists of images; reads every image that is there.
     *
     * @param name of the benchmark
     */
    public FilesDigest digest(String name) {
      List<Path> images = new ArrayList<>(queries);
      images.addAll(gallery);
      return FilesDigest.ofList(name, queries.size() + "," + gallery.size(), images);
    }

    /**
     * Returns each photo with its aerial image, in the order of {@link #queries}: what a matching
     * model learns from.
     */
    public List<ImagePair> pairs() {
      return IntStream.range(0, queries.size()).mapToObj(this::pair).toList();
    }

    private ImagePair pair(int query) {
      return new ImagePair(
          queries.get(query),
          gallery.get(matches.right(query).orElseThrow()),
          Arrays.stream(matches.semiPositives(query)).mapToObj(gallery::get).toList());
    }

    /**
     * Returns the aerial images within 40, 50 and 100 m of each photo, by meters, for {@link
     * io.github.geofix.eval.RetrievalEvaluator#evaluate}; empty where places are not known.
     */
    public Map<Integer, Matches> withinMeters() {
      Map<Integer, Matches> within = new LinkedHashMap<>();
      if (!queryPlaces.isEmpty() && !galleryPlaces.isEmpty()) {
        for (int meters : NEAR_METERS) {
          within.put(meters, Matches.within(queryPlaces, galleryPlaces, meters / 1000.0));
        }
      }
      return within;
    }

    /**
     * Returns a number for each photo, equal for photos of one cell or else of one aerial image.
     */
    int[] places(int level) {
      return queryPlaces.isEmpty()
          ? IntStream.range(0, queries.size()).map(q -> matches.right(q).orElse(-1 - q)).toArray()
          : Bootstrap.placesOf(queryPlaces, level);
    }

    /**
     * Writes {@code list,row,image}: the order in which embeddings are expected.
     *
     * @throws java.io.UncheckedIOException if the file cannot be written; then no file is left
     *     behind
     */
    public void writeCsv(Path file) {
      AtomicFiles.writeText(
          file,
          out -> {
            try (CsvWriter writer = CsvWriter.builder().build(out)) {
              writer.writeRecord("list", "row", "image");
              for (int i = 0; i < queries.size(); i++) {
                writer.writeRecord("queries", Integer.toString(i), CsvFile.cell(queries.get(i)));
              }
              for (int i = 0; i < gallery.size(); i++) {
                writer.writeRecord("gallery", Integer.toString(i), CsvFile.cell(gallery.get(i)));
              }
            }
          });
    }

    /** Collects a set while lists are read. */
    static final class Builder {
      private final boolean withImages;
      private final Map<Path, Integer> gallery = new LinkedHashMap<>();
      private final Map<Path, Integer> queries = new LinkedHashMap<>();
      private final List<int[]> positives = new ArrayList<>();
      private final List<int[]> semiPositives = new ArrayList<>();
      private final List<LatLng> queryPlaces = new ArrayList<>();
      private final List<LatLng> galleryPlaces = new ArrayList<>();
      private final List<String> missing = new ArrayList<>();
      private final List<String> twice = new ArrayList<>();

      Builder(boolean withImages) {
        this.withImages = withImages;
      }

      /** Adds an aerial image unless it is known; returns its row. */
      int row(Path image, Optional<LatLng> place) {
        Integer known = gallery.putIfAbsent(image, gallery.size());
        if (known != null) {
          twice.add(image.toString());
          return known;
        }
        look(image);
        place.ifPresent(galleryPlaces::add);
        return gallery.size() - 1;
      }

      void query(Path image, Optional<LatLng> place, int[] positive, int... semi) {
        if (queries.putIfAbsent(image, queries.size()) != null) {
          twice.add(image.toString());
          return;
        }
        look(image);
        place.ifPresent(queryPlaces::add);
        positives.add(positive);
        semiPositives.add(semi);
      }

      private void look(Path image) {
        if (withImages && !Files.isReadable(image)) {
          missing.add(image.toString());
        }
      }

      /**
       * Returns what was collected for a test.
       *
       * @param wholeQueries the queries that the benchmark has
       * @param wholeGallery the gallery that it has
       */
      CrossViewSet build(CrossViewProtocol.Side wholeQueries, CrossViewProtocol.Side wholeGallery) {
        Finding other =
            new Finding(
                String.format(
                    Locale.ROOT,
                    "%s listed with %,d %s, where the benchmark has %,d with %,d",
                    wholeQueries.kind(),
                    gallery.size(),
                    wholeGallery.kind(),
                    wholeQueries.count(),
                    wholeGallery.count()),
                queries.size(),
                List.of(),
                false);
        return build(
            queries.size() == wholeQueries.count() && gallery.size() == wholeGallery.count(),
            other);
      }

      /**
       * Returns what was collected for training.
       *
       * @param wholeQueries how many photos the benchmark has
       */
      CrossViewSet buildTraining(int wholeQueries) {
        Finding other =
            new Finding(
                String.format(
                    Locale.ROOT,
                    "photos listed to train on, where the benchmark has %,d",
                    wholeQueries),
                queries.size(),
                List.of(),
                false);
        return build(queries.size() == wholeQueries, other);
      }

      private CrossViewSet build(boolean asMany, Finding other) {
        List<Finding> findings = new ArrayList<>();
        Finding.add(findings, "images missing", missing, true);
        Finding.add(findings, "images listed twice", twice, true);
        boolean whole = asMany && findings.isEmpty();
        if (!asMany) {
          findings.add(other);
        }
        return new CrossViewSet(
            List.copyOf(queries.keySet()),
            List.copyOf(gallery.keySet()),
            Matches.of(positives).withSemiPositives(semiPositives),
            queryPlaces.size() == queries.size() ? queryPlaces : List.of(),
            galleryPlaces.size() == gallery.size() ? galleryPlaces : List.of(),
            findings,
            whole);
      }
    }
  }
}
