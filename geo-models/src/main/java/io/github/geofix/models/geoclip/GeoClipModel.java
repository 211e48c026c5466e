package io.github.geofix.models.geoclip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.Release;
import io.github.geofix.models.backbone.LocationEncoder;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.internal.Answer;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.StoredVectors;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.calibration.Temperature;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.loss.InfoNce;
import io.github.geofix.models.internal.weights.WeightsVersion;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.train.Trainable.Contrastive;
import io.github.geofix.models.weights.ImportReport;
import io.github.geofix.models.weights.RenameTable;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * GeoCLIP: photos and positions are unit vectors of one space, and a photo is located at the
 * position of a gallery that is most similar.
 *
 * <p>Vivanco Cepeda, Nayak and Shah, "GeoCLIP: Clip-Inspired Alignment between Locations and Images
 * for Effective Worldwide Geo-localization", NeurIPS 2023. The released model is imported by {@link
 * io.github.geofix.models.Release}. Training learns all but the backbone by the symmetric InfoNCE
 * of a batch; the paper's queue of further positions and its noise are left out. With texts about
 * the photos a second head learns from them by the same loss, which is added: {@link
 * GeoClipConfig#geoToken}.
 *
 * <p>The vectors of the gallery are computed when they are first needed, and again after training;
 * they are saved with the weights: 205 MB for the 100,000 positions of the release.
 *
 * <p>Training and changes of the gallery are for one thread; the localizer is thread-safe.
 */
public final class GeoClipModel extends GeoModel implements Contrastive {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "geoclip";

  private final GeoClipConfig config;
  private final GeoClipNetwork network;
  private final ImagePreprocessor preprocessor;
  private List<LatLng> positions = List.of();
  private @Nullable PositionGallery gallery;
  private @Nullable WeightsVersion version;

  private GeoClipModel(GeoClipConfig config) {
    this(config, new GeoClipNetwork(config));
  }

  private GeoClipModel(GeoClipConfig config, GeoClipNetwork network) {
    super(METHOD, network, config.answer());
    this.config = config;
    this.network = network;
    this.preprocessor = ImagePreprocessor.of(config.image());
  }

  /** Returns the family of these models. */
  public static Family family() {
    return new GeoClipFamily();
  }

  /**
   * Creates an untrained model.
   *
   * @param positions the gallery; empty for a model that gets one by {@link #setGallery} later
   * @param seed the parameters' first values depend on it alone
   */
  public static GeoClipModel create(GeoClipConfig config, List<LatLng> positions, long seed) {
    GeoClipModel model = new GeoClipModel(config);
    model.network.initialize(model.manager(), seed);
    model.positions = List.copyOf(positions);
    return model;
  }

  /** Fills a part of the network, and reports what filled it. */
  interface Filling<P, R> {
    /** Fills the part; its arrays belong to the manager. */
    R fill(P part, NDManager manager);
  }

  /** Creates a model of published weights. Closes it if they do not fit. */
  static Release.Imported of(
      GeoClipConfig config,
      Filling<ClipVit, ImportReport> backbone,
      Filling<GeoClipHead, Map<String, ImportReport>> head,
      List<LatLng> gallery) {
    GeoClipModel model = new GeoClipModel(config);
    try {
      Map<String, ImportReport> reports = new LinkedHashMap<>();
      reports.put("backbone", backbone.fill(model.network.backbone(), model.manager()));
      reports.putAll(head.fill(model.network.head(), model.manager()));
      model.setGallery(gallery);
      return new Release.Imported(model, reports);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Loads a trained model.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the weights do not fit the
   *     configuration
   */
  public static GeoClipModel load(ModelFolder folder) {
    return load(folder, GeoClipConfig.class, (config, weights) -> new GeoClipModel(config));
  }

  @Override
  public GeoClipNetwork network() {
    return network;
  }

  @Override
  public GeoClipConfig config() {
    return config.withAnswer(answerOptions());
  }

  /** Returns the encoder of positions, which shares this model's arrays. */
  public LocationEncoder locationEncoder() {
    return network.head().locations();
  }

  /** Returns the positions that photos are looked up among; empty if there is no gallery. */
  public synchronized List<LatLng> gallery() {
    return positions;
  }

  /**
   * Replaces the positions that photos are looked up among. They are encoded when they are first
   * needed: 100,000 take about half a minute on two cores.
   *
   * @param positions at least one, of any area and density
   * @throws IllegalArgumentException if there is none
   */
  public synchronized void setGallery(List<LatLng> positions) {
    if (positions.isEmpty()) {
      throw new IllegalArgumentException("a gallery needs at least one position");
    }
    this.positions = List.copyOf(positions);
    gallery = null;
  }

  /** Returns the gallery of the present weights. */
  private synchronized PositionGallery encodedGallery() {
    if (positions.isEmpty()) {
      throw new IllegalStateException(
          "the model has no positions to choose from: give it a gallery by setGallery, or create it"
              + " with positions");
    }
    PositionGallery current = gallery;
    WeightsVersion made = version;
    if (current == null || made == null || !made.isOf(network.head().locations(), manager())) {
      WeightsVersion present = WeightsVersion.of(network.head().locations(), manager());
      current =
          PositionGallery.encode(positions, network.head(), manager(), config.regionPositions());
      gallery = current;
      version = present;
    }
    return current;
  }

  /** Returns the shape of a photo, {@code [3, H, W]}, of a position, and of a text if any. */
  @Override
  public List<Shape> inputShapes() {
    Shape photo = new Shape(3, config.image().height(), config.image().width());
    return config.textDimension() == 0
        ? List.of(photo, new Shape(2))
        : List.of(photo, new Shape(2), new Shape(config.textDimension()));
  }

  /** Returns the photo's pixels, its latitude and longitude, and no text. */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    return example(photo, latLng, new float[config.textDimension()]);
  }

  private Example example(BufferedImage photo, LatLng latLng, float[] text) {
    float[] position = {(float) latLng.latitude(), (float) latLng.longitude()};
    float[] pixels = preprocessor.apply(photo);
    return new Example(
        text.length == 0
            ? new float[][] {pixels, position}
            : new float[][] {pixels, position, text},
        new long[0][]);
  }

  /**
   * Returns the examples of photos with texts about them.
   *
   * @param texts [N, T], the vector of each photo's text, in the order of the photos; zeros for a
   *     photo without one. Must stay open
   * @throws IllegalArgumentException if they are of another number or length
   */
  public Examples examples(PhotoSource photos, Embeddings texts) {
    if (texts.size() != photos.size() || texts.dimension() != config.textDimension()) {
      throw new IllegalArgumentException(
          "the texts are [%d, %d]: [%d, %d] needed, a row for each photo"
              .formatted(texts.size(), texts.dimension(), photos.size(), config.textDimension()));
    }
    return new Examples() {
      @Override
      public int size() {
        return photos.size();
      }

      @Override
      public Example example(int epoch, int index, SplittableRandom random) {
        PhotoSource.LabeledPhoto photo = photos.photo(epoch, index);
        float[] text = new float[texts.dimension()];
        texts.read(index, 1, text);
        return GeoClipModel.this.example(photo.image(), photo.latLng(), text);
      }
    };
  }

  /**
   * Returns the unit vectors of the photos and of their positions, {@code [B, D]} each; with texts
   * also those of the photos for texts, and of the texts.
   */
  @Override
  public List<NDArray> vectors(Forward f, Batch batch) {
    NDArray images = batch.inputs().get(0);
    float[] degrees = batch.inputs().get(1).toFloatArray();
    List<LatLng> places = new ArrayList<>();
    for (int i = 0; i < degrees.length; i += 2) {
      places.add(new LatLng(degrees[i], degrees[i + 1]));
    }
    NDArray positions = network.head().embedPositions(f, images.getManager(), places);
    GeoClipTexts texts = network.head().texts();
    if (texts == null) {
      return List.of(network.embedPhotos(f, images), positions);
    }
    NDArray features = network.backbone().vector(f, images);
    return List.of(
        network.head().embedFeatures(f, features),
        positions,
        texts.embedFeatures(f, features),
        texts.embedTexts(f, batch.inputs().get(2)));
  }

  @Override
  public NDArray loss(Forward f, List<NDArray> vectors, List<NDArray> targets) {
    NDArray photos = vectors.get(0);
    NDArray loss =
        InfoNce.symmetric()
            .loss(photos, vectors.get(1), network.head().logScale(photos.getManager()));
    GeoClipTexts texts = network.head().texts();
    return texts == null ? loss : loss.add(texts.loss(vectors.get(2), vectors.get(3)));
  }

  /**
   * Returns an encoder of one to three vectors: CLIP's where it has the length of the space, the
   * head for locations, and the head for texts if there is one. GeoToken reads all three.
   */
  @Override
  public Optional<PhotoEncoder> photoEncoder() {
    return Optional.of(new GeoClipPhotoEncoder(network, preprocessor, manager()));
  }

  /** Returns the factor that turns cosines into logits. */
  private double scale() {
    return Math.exp(network.head().logScale().array().toFloatArray()[0]);
  }

  /**
   * Encodes photos as unit vectors of the shared space, one after the other.
   *
   * @return {@code [B][D]}
   */
  public float[][] encode(List<BufferedImage> photos) {
    return photos.stream()
        .map(
            photo ->
                TorchEngine.infer(
                    manager(),
                    step ->
                        network
                            .embedPhotos(
                                Forward.INFERENCE,
                                step.create(preprocessor.apply(photo), batchOf(1)))
                            .toFloatArray()))
        .toArray(float[][]::new);
  }

  private Shape batchOf(int count) {
    return new Shape(count).addAll(inputShapes().get(0));
  }

  /**
   * Returns the cosines of photos and the positions of a gallery, {@code [B][N]}.
   *
   * @param photos {@code [B, 3, H, W]}, preprocessed
   */
  private float[][] cosines(float[] photos, int count, PositionGallery among) {
    float[] all =
        TorchEngine.infer(
            manager(),
            step -> {
              NDArray images = step.create(photos, batchOf(count));
              NDArray embedded = network.embedPhotos(Forward.INFERENCE, images);
              return embedded.matMul(among.vectors(step).transpose()).toFloatArray();
            });
    float[][] rows = new float[count][among.size()];
    for (int photo = 0; photo < count; photo++) {
      System.arraycopy(all, photo * among.size(), rows[photo], 0, among.size());
    }
    return rows;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the model has no gallery
   */
  @Override
  public Localizer localizer() {
    return new BatchLocalizer(config.image(), photoLimits()) {
      @Override
      protected List<Location> locate(float[] photos, int count) {
        PositionGallery among = encodedGallery();
        return Arrays.stream(cosines(photos, count, among))
            .map(cosines -> location(cosines, among, Optional.empty()))
            .toList();
      }

      @Override
      protected Answer answer(float[] pixels, Photo photo, Explanation.Options options) {
        PositionGallery among = encodedGallery();
        return Answer.of(location(cosines(pixels, 1, among)[0], among, photo.region()));
      }

      private Location location(float[] cosines, PositionGallery among, Optional<Region> region) {
        return locationWithin(
            region,
            among::position,
            among.cells(),
            Temperature.softmax(cosines, scale() / calibration().temperature()),
            answerOptions(),
            calibration());
      }
    };
  }

  /** Scores positions: the true one is that nearest to where the photo was taken. */
  @Override
  protected Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
    PositionGallery among = encodedGallery();
    return photo -> {
      float[] cosines = cosines(preprocessor.apply(photo.image()), 1, among)[0];
      double[] scores = Temperature.softmax(cosines, scale());
      return among.cells().scored(scores, among.nearest(photo.latLng()), photo.latLng());
    };
  }

  @Override
  protected RenameTable extraTensors() {
    return StoredVectors.LEFT_OUT;
  }

  @Override
  protected void addTensors(Safetensors.Writer writer) {
    if (!gallery().isEmpty()) {
      encodedGallery().write(writer);
    }
  }

  @Override
  protected void readExtras(ModelFolder folder, Safetensors weights) {
    if (PositionGallery.isIn(weights)) {
      PositionGallery read =
          PositionGallery.read(
              weights, network.head().locations().dimension(), config.regionPositions());
      positions = read.positions();
      gallery = read;
      version = WeightsVersion.of(network.head().locations(), manager());
    }
  }
}
