package io.github.geofix.models.gallery;

import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.internal.family.UntrainedModel;
import io.github.geofix.models.io.ModelFolder;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * A gallery of photos with known positions: a photo is located at the consensus of the most similar
 * ones. It is in a folder with a copy of its encoder, which {@link Localizer#load} reads.
 *
 * <pre>{@code
 * GalleryModel.build(encoder, Manifest.readCsv(photos), folder);
 * Location location = Localizer.load(folder).locate(photo);
 * }</pre>
 *
 * <p>A photo less similar to all others than {@link GalleryConfig#minScore} has no answer.
 *
 * <p>Each change is on disk when the method returns: the rows are replaced as a whole, so that a
 * process that ends at any time leaves them as they were before or after. One process at a time can
 * change a gallery; others that have it open keep the old version. Answers are thread-safe.
 */
public final class GalleryModel extends UntrainedModel implements GeoModel.Refining {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "gallery";

  /** The probability of an answer for a photo of another place that {@link #build} allows. */
  public static final double FALSE_ANSWERS = 0.05;

  /**
   * A photo of the gallery that is similar to another one.
   *
   * @param photo its file
   * @param latLng where it was taken
   * @param score the cosine of their vectors, -1 to 1; not a probability
   */
  public record Match(Path photo, LatLng latLng, double score) {}

  /**
   * A gallery's answer to a photo.
   *
   * @param location the consensus; empty if the photo is not answered
   * @param matches the most similar photos, best first
   * @param reason why there is no location; empty if there is one
   */
  public record Answer(Optional<Location> location, List<Match> matches, String reason) {
    /** Copies the list. */
    public Answer {
      matches = List.copyOf(matches);
    }
  }

  /**
   * What became of photos to add.
   *
   * @param added the number of photos added
   * @param known the number of photos that were in the gallery before, which stay as they are
   * @param unreadable photos that could not be read
   */
  public record Added(int added, int known, List<Path> unreadable) {
    /** Copies the list. */
    public Added {
      unreadable = List.copyOf(unreadable);
    }
  }

  /**
   * A limit found from a gallery itself.
   *
   * @param minScore see {@link GalleryConfig#minScore}; empty if none was found
   * @param elsewhereKm the distance beyond which photos showed other places
   * @param photos the number of photos that were compared with others beyond it
   * @param answered the share of them that reach the limit, each by all others, 0 to 1
   */
  public record Limit(OptionalDouble minScore, double elsewhereKm, int photos, double answered) {}

  private final Path folder;
  private final GeoModel owner;
  private final PhotoEncoder encoder;
  private final GalleryRows rows;
  private volatile GalleryConfig config;

  private GalleryModel(
      Path folder, GalleryConfig config, GeoModel owner, PhotoEncoder encoder, GalleryRows rows) {
    super(METHOD, owner.network(), config.answer());
    this.folder = folder;
    this.config = config;
    this.owner = owner;
    this.encoder = encoder;
    this.rows = rows;
  }

  /** Returns the family of these models. */
  public static Family family() {
    return new GalleryFamily();
  }

  /**
   * Builds a gallery with {@link GalleryConfig#defaults}, {@link #chooseAgreement} and a limit at
   * {@link #FALSE_ANSWERS}.
   *
   * @param encoder the folder of a model that encodes photos, of which the gallery keeps a copy
   * @param photos with their positions
   * @param folder to write; it must not exist
   * @throws ModelFormatException if the model does not encode photos
   * @throws java.io.UncheckedIOException if a photo cannot be read, or writing fails; photos that
   *     are in the gallery until then stay there
   */
  public static void build(Path encoder, Manifest photos, Path folder) {
    try (GalleryModel gallery =
        create(
            encoder,
            folder,
            GalleryConfig.defaults(),
            VectorEncoding.FLOAT32,
            LoadOptions.defaults())) {
      gallery.add(photos);
      gallery.chooseAgreement();
      gallery.setLimit(FALSE_ANSWERS);
    }
  }

  /**
   * Creates a gallery without photos.
   *
   * @param encoder the folder of a model that encodes photos, of which the gallery keeps a copy
   * @param folder to write; it must not exist
   * @param encoding how vectors are stored
   * @throws ModelFormatException if the model does not encode photos
   * @throws IllegalArgumentException if the folder exists
   */
  public static GalleryModel create(
      Path encoder,
      Path folder,
      GalleryConfig config,
      VectorEncoding encoding,
      LoadOptions options) {
    GalleryFolder.refuseExisting(folder);
    ModelFolder source = ModelFolder.open(encoder, options);
    try (GeoModel model = Family.of(source).load(source);
        PhotoEncoder own = encoder(model, encoder)) {
      EmbeddingIndex.Options index =
          EmbeddingIndex.Options.defaults().withEncoding(encoding).withEncoder(own.digest());
      GalleryFolder.write(folder, encoder, config, own.dimension(), index);
    }
    return open(folder, options);
  }

  /**
   * Opens a gallery, to answer or to change it.
   *
   * @throws ModelFormatException if the folder is no gallery, or damaged
   */
  public static GalleryModel open(Path folder, LoadOptions options) {
    ModelFolder opened = ModelFolder.open(folder, options);
    if (!opened.method().equals(METHOD)) {
      throw new ModelFormatException(
          folder + " is no gallery, but a model of the method " + opened.method());
    }
    return load(opened);
  }

  static GalleryModel load(ModelFolder folder) {
    GalleryConfig config = folder.config(GalleryConfig.class);
    ModelFolder inner = ModelFolder.open(folder.file(GalleryFolder.ENCODER), folder.options());
    GeoModel owner = Family.of(inner).load(inner);
    try {
      PhotoEncoder encoder = encoder(owner, inner.path());
      GalleryRows rows =
          GalleryRows.open(folder.path(), encoder.dimension(), encoder.digest(), config.efSearch());
      GalleryModel model = new GalleryModel(folder.path(), config, owner, encoder, rows);
      model.readBesides(folder);
      return model;
    } catch (RuntimeException e) {
      owner.close();
      throw e;
    }
  }

  private static PhotoEncoder encoder(GeoModel model, Path folder) {
    return model
        .photoEncoder()
        .orElseThrow(
            () ->
                new ModelFormatException(
                    folder
                        + " holds a model of the method "
                        + model.method()
                        + ", which does not turn photos into vectors; encoder, embed, geoclip and"
                        + " recombine do"));
  }

  @Override
  public GalleryConfig config() {
    return config.withAnswer(answerOptions());
  }

  /** Returns the mean of the vectors by which a photo is searched. */
  @Override
  public Optional<float[]> vector(BufferedImage photo, Optional<Path> file) {
    return Optional.of(encoder.meanVector(photo, file));
  }

  /** Returns the number of photos. */
  public int size() {
    return rows.size();
  }

  /** Returns whether searches are approximate; see {@link #compact}. */
  public boolean isApproximate() {
    return rows.isApproximate();
  }

  /**
   * Adds photos, except those of the same file that are in the gallery already.
   *
   * @throws java.io.UncheckedIOException if one cannot be read; those before it stay in the gallery
   */
  public Added add(Manifest photos) {
    return add(photos, false, done -> {});
  }

  /**
   * Adds photos, except those of the same file that are in the gallery already. They are read by
   * all processors and encoded in batches; the gallery is saved every ten minutes, every 256 MiB of
   * vectors and at the end, so that a call with the same photos continues one that was interrupted.
   *
   * @param skipUnreadable whether to leave out photos that cannot be read
   * @param onProgress receives the number of photos that are done, after each batch
   * @throws java.io.UncheckedIOException if a photo cannot be read and is not skipped; those before
   *     it stay in the gallery
   * @throws java.util.concurrent.CancellationException if the thread is interrupted; likewise
   */
  public Added add(Manifest photos, boolean skipUnreadable, IntConsumer onProgress) {
    return GalleryFolder.change(
        folder,
        () ->
            new GalleryAdder(rows, encoder, photoLimits(), skipUnreadable, onProgress).add(photos));
  }

  /**
   * Removes photos by their files. Their space is freed by {@link #compact}.
   *
   * @return those that are not in the gallery
   */
  public List<Path> remove(Collection<Path> photos) {
    Set<String> ids = new TreeSet<>();
    photos.forEach(photo -> ids.add(GalleryFolder.id(photo)));
    ids.removeAll(GalleryFolder.change(folder, () -> rows.remove(ids)));
    return ids.stream().map(Path::of).toList();
  }

  /**
   * Frees the space of removed photos. Needs the memory of the vectors outside the heap.
   *
   * @param approximate whether to build a graph for approximate search, for several 100,000 photos
   *     and more; needs JVector. Adding or removing photos drops it
   * @param onLinked receives the number of photos that are in the graph so far
   * @throws IllegalStateException if JVector is needed and not on the class path
   * @throws IllegalArgumentException if there are no photos to build a graph of
   */
  public void compact(boolean approximate, IntConsumer onLinked) {
    GalleryFolder.change(folder, () -> rows.compact(approximate, onLinked));
  }

  /**
   * Sets the limit from the gallery itself: each of up to 1,000 photos is compared with all that
   * were taken elsewhere, more than a kilometer and ten times the distance of agreement away, or
   * more than the median distance of two photos if that is less. A photo of a place that the
   * gallery does not hold, but otherwise like its photos, is answered with at most the given
   * probability.
   *
   * @param falseAnswers the probability, above 0 to below 1
   * @return the limit; none, and every photo is answered, if too few photos are elsewhere: 19 are
   *     needed for 0.05. Nor is there one if the median is below the distance of agreement
   */
  public Limit setLimit(double falseAnswers) {
    return set(GalleryLimit.of(rows, answerOptions().meanKm(), falseAnswers));
  }

  /**
   * Sets the limit as {@link #setLimit(double)}, by photos beyond a given distance.
   *
   * @param elsewhereKm the distance beyond which photos show other places, above 0. Of a distance
   *     that few photos exceed, the limit is too low for the probability
   */
  public Limit setLimit(double falseAnswers, double elsewhereKm) {
    return set(GalleryLimit.beyond(rows, elsewhereKm, falseAnswers));
  }

  private Limit set(Limit limit) {
    setMinScore(limit.minScore().orElse(GalleryConfig.NO_LIMIT));
    return limit;
  }

  /**
   * Sets the distance within which votes agree, {@link AnswerOptions#meanKm}, from the gallery
   * itself: each of up to 1,000 photos is located by all others, with distances of 1 m to 10 km.
   * That of the least mean logarithm of the error is taken, 100 m if none is better, and with fewer
   * than 20 photos 100 m. Choose it before the limit, which depends on it.
   *
   * @return the distance in km
   */
  public double chooseAgreement() {
    setAgreement(GalleryAgreement.of(rows, config()));
    return answerOptions().meanKm();
  }

  /**
   * Sets the distance within which votes agree.
   *
   * @param km see {@link AnswerOptions#meanKm}
   */
  public void setAgreement(double km) {
    setAnswerOptions(answerOptions().withMeanKm(km));
    saveConfig();
  }

  /** Sets the limit, {@link GalleryConfig#minScore}. */
  public void setMinScore(double minScore) {
    config = config.withMinScore(minScore);
    saveConfig();
  }

  private void saveConfig() {
    GalleryFolder.change(folder, () -> ModelFolder.open(folder).saveConfig(config()));
  }

  /**
   * Answers for a photo, with the most similar photos as evidence.
   *
   * @throws java.io.UncheckedIOException if the file is missing, truncated or not an image
   */
  public Answer query(Path photo) {
    return answers(List.of(encoder.read(Photos.read(photo, photoLimits()), Optional.of(photo))))
        .get(0);
  }

  /** Answers for a photo already decoded and upright, with the most similar photos as evidence. */
  public Answer query(BufferedImage photo) {
    return answers(List.of(encoder.read(photo, Optional.empty()))).get(0);
  }

  /**
   * Returns the vectors that photos are compared by: of several of a photo, the first.
   *
   * @param photos as the encoder read them
   * @return {@code [B][D]}
   */
  static float[][] vectors(PhotoEncoder encoder, List<float[]> photos) {
    return Arrays.stream(encoder.encode(photos)).map(all -> all[0]).toArray(float[][]::new);
  }

  /** Returns what turns photos into vectors. */
  PhotoEncoder encoder() {
    return encoder;
  }

  /**
   * Answers for photos.
   *
   * @param photos as the encoder read them
   */
  List<Answer> answers(List<float[]> photos) {
    if (rows.size() == 0) {
      Answer none = new Answer(Optional.empty(), List.of(), "the gallery holds no photo");
      return Collections.nCopies(photos.size(), none);
    }
    List<Answer> answers = new ArrayList<>(photos.size());
    for (EmbeddingSearch.Result found : rows.search(vectors(encoder, photos), config.neighbors())) {
      answers.add(answer(found.hits()));
    }
    return answers;
  }

  /** Answers for a photo, as the encoder read it, by the photos that were taken in a region. */
  Answer answerWithin(float[] photo, Region region) {
    float[] vector = vectors(encoder, List.of(photo))[0];
    List<Hit> hits =
        rows.size() == 0 ? List.of() : rows.searchWithin(vector, region, config.neighbors());
    return hits.isEmpty()
        ? new Answer(Optional.empty(), List.of(), "the gallery holds no photo of the region given")
        : answer(hits);
  }

  private Answer answer(List<Hit> hits) {
    List<Match> matches =
        hits.stream().map(hit -> new Match(Path.of(hit.id()), hit.latLng(), hit.score())).toList();
    double best = hits.get(0).score();
    if (best < config.minScore()) {
      String reason =
          String.format(
              Locale.ROOT,
              "the most similar photo of the gallery has a score of %.3f, below the limit of %.3f",
              best,
              config.minScore());
      return new Answer(Optional.empty(), matches, reason);
    }
    Location location = GalleryAnswers.location(hits, config(), calibration());
    return new Answer(Optional.of(location), matches, "");
  }

  /** Returns the most similar photos within a distance of a place, best first; none is possible. */
  List<Hit> nearest(float[] vector, LatLng place, double km) {
    return rows.size() == 0
        ? List.of()
        : rows.searchWithin(vector, place, km, config.neighbors()).hits();
  }

  @Override
  public Localizer localizer() {
    return new GalleryLocalizer(this);
  }

  @Override
  public Refiner refiner() {
    return new GalleryRefiner(this);
  }

  @Override
  protected Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
    return photo -> {
      float[] pixels = encoder.read(photo.image(), photo.file());
      float[][] vectors = vectors(encoder, List.of(pixels));
      List<Hit> hits = rows.search(vectors, config.neighbors()).get(0).hits();
      if (hits.isEmpty()) {
        throw new IllegalArgumentException("the gallery holds no photo to calibrate with");
      }
      return GalleryAnswers.scored(photo.latLng(), hits, config());
    };
  }

  @Override
  protected Optional<ModelFolder.FileWriter> weights() {
    return Optional.empty();
  }

  @Override
  protected Map<String, ModelFolder.FileWriter> files() {
    Path file = rows.file();
    return Map.of(
        GalleryFolder.ENCODER,
        copy -> GalleryFolder.copy(folder.resolve(GalleryFolder.ENCODER), copy),
        String.valueOf(file.getFileName()),
        copy -> GalleryFolder.copy(file, copy));
  }

  @Override
  public List<Shape> inputShapes() {
    return owner.inputShapes();
  }

  @Override
  protected IllegalStateException untrained() {
    return new IllegalStateException(
        "a gallery is not trained: train its encoder, and build the gallery again");
  }

  @Override
  protected void closeExtras() {
    rows.close();
    encoder.close();
    owner.close();
  }
}
