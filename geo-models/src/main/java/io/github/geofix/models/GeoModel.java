package io.github.geofix.models;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Photo;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.Precision;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.internal.Count;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.internal.io.NamesCode;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelCard.Attribution;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.models.weights.RenameTable;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model of one family: a network with its arrays, trained, calibrated, used and saved. Must be
 * closed.
 *
 * <p>Training, calibration and changes of the answer options are for one thread; localizers are
 * thread-safe.
 */
public abstract class GeoModel implements Trainable, AutoCloseable {

  /**
   * A model that compares photos with what it holds of a place, such as a map, and can re-rank the
   * places another model proposed.
   */
  public interface Refining {

    /**
     * Returns a refiner of the present weights: it may keep what it has computed, so take another
     * one after training. Closing it closes nothing.
     */
    Refiner refiner();

    /**
     * Returns how many of the map images of training so far had no imagery, in words; empty if all
     * had some, and without a map.
     */
    default Optional<String> missingImagery() {
      return Optional.empty();
    }
  }

  private final String method;
  private final Module network;
  private volatile AnswerOptions answerOptions;
  private volatile Photo.Limits photoLimits = Photo.Limits.defaults();
  private volatile Calibration calibration = Calibration.NONE;
  private Optional<Attribution> attribution = Optional.empty();

  /** Null until it is asked for: a model without arrays needs no PyTorch. */
  private @Nullable NDManager manager;

  /** Where the weights are that were rounded when they were loaded; null if none were. */
  private @Nullable ModelFolder rounded;

  /**
   * Creates a model whose parameters have no values yet.
   *
   * @param method the family's name
   */
  protected GeoModel(String method, Module network, AnswerOptions answerOptions) {
    this.method = method;
    this.network = network;
    this.answerOptions = answerOptions;
  }

  /**
   * Loads a model: creates it without values and fills it from its folder. Closes it if that fails.
   *
   * @param type of the folder's configuration
   * @param create returns a model without values; given the configuration and the weights file, for
   *     what the network's sizes depend on
   * @throws ModelFormatException if the weights do not fit the configuration, or it names code and
   *     the folder does not allow it
   */
  protected static <C extends Record, M extends GeoModel> M load(
      ModelFolder folder, Class<C> type, BiFunction<C, Safetensors, M> create) {
    C config = folder.config(type);
    if (config instanceof NamesCode code) {
      folder.checkCode(code);
    }
    try (Safetensors weights = Safetensors.open(folder.weights())) {
      M model = unfilled(folder, () -> create.apply(config, weights));
      GeoModel base = model;
      try {
        Weights.load(base.network, base.manager(), weights, base.extraTensors()).requireExact();
        folder.verify(folder.weights());
        if (TorchEngine.resolved(folder.options().precision()) == Precision.BFLOAT16) {
          base.rounded = folder;
          base.network.toBfloat16();
        }
        base.photoLimits = folder.options().photoLimits();
        base.readExtras(folder, weights);
        base.calibration = folder.calibration();
        base.attribution = folder.attribution();
        return model;
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
    }
  }

  /**
   * Returns the digest of the weights as they were saved, in whatever precision they were loaded;
   * see {@link Weights#digest}.
   */
  public final String digest() {
    ModelFolder from = rounded;
    if (from == null) {
      return Weights.digest(network);
    }
    try (Safetensors weights = Safetensors.open(from.weights())) {
      return Weights.digest(network, weights);
    }
  }

  private static <M extends GeoModel> M unfilled(ModelFolder folder, Supplier<M> create) {
    try {
      return create.get();
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("cannot load " + folder.path() + ": " + e.getMessage(), e);
    }
  }

  /** Returns the family's name, such as {@code embed}. */
  public final String method() {
    return method;
  }

  @Override
  public Module network() {
    return network;
  }

  /** Returns the manager that owns the parameters' arrays. */
  protected final synchronized NDManager manager() {
    NDManager created = manager == null ? TorchEngine.newManager() : manager;
    manager = created;
    return created;
  }

  /** Returns the configuration that {@link #save} writes, with the present answer options. */
  public abstract Record config();

  /** Returns the limits on the photos that the model's localizers and examples decode. */
  public final Photo.Limits photoLimits() {
    return photoLimits;
  }

  /** Changes the limits on photos, of localizers and examples that are made from now on. */
  public final void setPhotoLimits(Photo.Limits photoLimits) {
    this.photoLimits = photoLimits;
  }

  /** Returns how scores become locations. */
  public final AnswerOptions answerOptions() {
    return answerOptions;
  }

  /** Changes how scores become locations, in localizers that exist and in saved folders too. */
  public final void setAnswerOptions(AnswerOptions answerOptions) {
    this.answerOptions = answerOptions;
  }

  /**
   * Returns a localizer that shares this model's arrays: later training shows in it, and closing it
   * closes nothing.
   *
   * @throws IllegalStateException if the model needs more than photos to answer
   */
  public abstract Localizer localizer();

  /**
   * Returns the encoder of photos as vectors that shares this model's arrays; closing it closes
   * nothing. Empty if the family has none.
   */
  public Optional<PhotoEncoder> photoEncoder() {
    return Optional.empty();
  }

  /**
   * Returns the model's vector of a photo, {@code [D]}: what it has made of the photo before it
   * scores places, such as for {@link CalibrationVectors}. By default the mean of the vectors of
   * {@link #photoEncoder}.
   *
   * @param photo upright
   * @param file where it came from, for models that read what is beside it
   * @return empty if the model has none
   */
  public Optional<float[]> vector(BufferedImage photo, Optional<Path> file) {
    return photoEncoder()
        .map(
            encoder -> {
              try (encoder) {
                return encoder.meanVector(photo, file);
              }
            });
  }

  /**
   * Completes the model after training with what it needs of the training photos for its answers,
   * such as an index of them; nothing by default.
   */
  public void afterTraining(PhotoSource photos) {}

  /**
   * Returns the uncalibrated scoring of held-out photos; called once for each calibration.
   *
   * @throws IllegalStateException if the model cannot score photos alone
   */
  protected abstract Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer();

  /**
   * Calibrates the model on held-out photos: fits a temperature, and by split conformal prediction
   * the score mass that each region needs for its nominal coverage. The order of candidates stays.
   * Keeps the scores of all photos in memory until it returns.
   *
   * @return the calibration, which answers follow from now on and {@link #save} keeps
   * @throws IllegalArgumentException if no photo is in a place that the model covers; the model
   *     stays as it was
   */
  public final Calibration calibrate(PhotoSource photos) {
    Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer = scorer();
    return calibrate(photos.size(), i -> scorer.apply(photos.photo(0, i)));
  }

  /**
   * Calibrates the model so that its regions have their nominal coverage in each of several groups
   * of photos, see {@link Calibration#fit(IntFunction, List)}.
   *
   * @param groups the group of each photo, such as its date, camera or continent
   * @return the calibration, which answers follow from now on and {@link #save} keeps
   * @throws IllegalArgumentException if no photo is in a place that the model covers, a group is
   *     too small, or there is not one group for each photo; the model stays as it was
   */
  public final Calibration calibrate(PhotoSource photos, List<String> groups) {
    checkGroups(photos, groups);
    Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer = scorer();
    calibration = Calibration.fit(i -> scorer.apply(photos.photo(0, i)), groups);
    return calibration;
  }

  /**
   * Calibrates the model so that its regions have their nominal coverage among the photos that it
   * places on each continent, see {@link Calibration#fitByContinent}.
   *
   * @param groups the group of each photo, as of {@link #calibrate(PhotoSource, List)}
   * @return the calibration, which answers follow from now on and {@link #save} keeps
   */
  public final Calibration calibrateByContinent(PhotoSource photos, List<String> groups) {
    checkGroups(photos, groups);
    Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer = scorer();
    calibration = Calibration.fitByContinent(i -> scorer.apply(photos.photo(0, i)), groups);
    return calibration;
  }

  private static void checkGroups(PhotoSource photos, List<String> groups) {
    if (groups.size() != photos.size()) {
      throw new IllegalArgumentException(
          Count.of(groups.size(), "groups do not pair with ") + Count.of(photos.size(), "photos"));
    }
  }

  /**
   * Calibrates the model so that its regions have their nominal coverage for photos of another kind
   * than those with known places, see {@link Calibration#fitForShift}.
   *
   * @param photos photos with known places
   * @param groups the group of each photo, as of {@link #calibrate(PhotoSource, List)}
   * @param others photos of the kind that will be located; their places are not used
   * @return the calibration, which answers follow from now on and {@link #save} keeps
   */
  public final Calibration calibrateForShift(
      PhotoSource photos, List<String> groups, PhotoSource others, Calibration.Shift shift) {
    checkGroups(photos, groups);
    Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer = scorer();
    calibration =
        Calibration.fitForShift(
            i -> scorer.apply(photos.photo(0, i)),
            groups,
            others.size(),
            i -> scorer.apply(others.photo(0, i)),
            shift);
    return calibration;
  }

  /** Calibrates the model on photos that are scored in another way; called once for each index. */
  protected final Calibration calibrate(int photos, IntFunction<ScoredPhoto> scorer) {
    calibration = Calibration.fit(photos, scorer);
    return calibration;
  }

  /** Takes what a folder that holds no weights of its own has besides them. */
  protected final void readBesides(ModelFolder folder) {
    photoLimits = folder.options().photoLimits();
    calibration = folder.calibration();
    attribution = folder.attribution();
  }

  /**
   * Returns the vectors of the photos of a calibration, or of as many as are kept, drawn at random;
   * {@link CalibrationVectors#save} puts them into the folder.
   *
   * @return empty if the model has none, see {@link #vector}, or there are fewer than two photos
   */
  public final Optional<CalibrationVectors> calibrationVectors(PhotoSource photos) {
    List<float[]> vectors = new ArrayList<>();
    for (int i : CalibrationVectors.sample(photos.size(), CalibrationVectors.MOST)) {
      PhotoSource.LabeledPhoto photo = photos.photo(0, i);
      vector(photo.image(), photo.file()).ifPresent(vectors::add);
    }
    return vectors.size() < 2 ? Optional.empty() : Optional.of(CalibrationVectors.of(vectors));
  }

  /** Removes the calibration, which does not hold once the model is trained further. */
  public final void clearCalibration() {
    calibration = Calibration.NONE;
  }

  /** Returns the calibration; {@link Calibration#NONE} if there is none. */
  public final Calibration calibration() {
    return calibration;
  }

  /** Returns whose published weights the model began with; empty if it began with none. */
  public final Optional<Attribution> attribution() {
    return attribution;
  }

  /** Names whose published weights the model began with; kept in saved folders. */
  final void setAttribution(Attribution attribution) {
    this.attribution = Optional.of(attribution);
  }

  /**
   * Writes a model folder that {@link Localizer#load} reads.
   *
   * @throws java.io.UncheckedIOException if writing fails; nothing is left behind
   * @throws IllegalStateException if the model was loaded in bfloat16
   */
  public final void save(Path folder, ModelCard card) {
    Map<String, ModelFolder.FileWriter> files = new LinkedHashMap<>(files());
    attribution.ifPresent(
        written -> files.put(ModelFolder.ATTRIBUTION, ModelFolder.writerOf(written)));
    ModelFolder.write(
        folder, new ModelFolder.Contents(method, config(), calibration, card, weights(), files));
  }

  /** Returns the writer of the weights file; empty if {@link #files} hold all arrays. */
  protected Optional<ModelFolder.FileWriter> weights() {
    Safetensors.Writer writer = Safetensors.writer();
    addTensors(writer);
    Weights.add(network, writer);
    return Optional.of(writer::write);
  }

  /** Returns which tensors of the weights file are not parameters: those the table ignores. */
  protected RenameTable extraTensors() {
    return RenameTable.IDENTITY;
  }

  /**
   * Adds the tensors that are not parameters. They must not change until the file is written.
   *
   * @param writer the weights file to come
   */
  protected void addTensors(Safetensors.Writer writer) {}

  /** Returns the writers of further files of the folder, by name. */
  protected Map<String, ModelFolder.FileWriter> files() {
    return Map.of();
  }

  /** Reads what {@link #addTensors} and {@link #files} wrote; the parameters have their values. */
  protected void readExtras(ModelFolder folder, Safetensors weights) {}

  /** Frees the arrays, and what the family holds besides. */
  @Override
  public final void close() {
    closeExtras();
    NDManager owned = owned();
    if (owned != null) {
      owned.close();
    }
  }

  private synchronized @Nullable NDManager owned() {
    return manager;
  }

  /** Closes what the family holds besides the parameters. */
  protected void closeExtras() {}

  /**
   * Options of turning the scores of cells into a location.
   *
   * @param meanKm the answer is the mean of the score within this distance of the best place, in
   *     kilometers, 0 to 10,007, a quarter of the Earth; 0 for the best place itself
   * @param candidates the most candidates in a location, 1 or more
   */
  public record AnswerOptions(double meanKm, int candidates) {

    /** A quarter of the Earth's circumference: places further apart have no mean direction. */
    private static final double MOST_KM = 10_007;

    /** Checks the ranges. */
    public AnswerOptions {
      if (!(meanKm >= 0 && meanKm <= MOST_KM)) {
        throw new IllegalArgumentException(
            "meanKm must be 0 to 10,007, a quarter of the Earth: " + meanKm);
      }
      if (candidates <= 0) {
        throw new IllegalArgumentException("candidates must be positive: " + candidates);
      }
    }

    /** Returns the best place itself, among ten candidates. */
    public static AnswerOptions defaults() {
      return new AnswerOptions(0, 10);
    }

    /** Returns a copy with another radius of the mean, in kilometers; 0 for none. */
    public AnswerOptions withMeanKm(double meanKm) {
      return new AnswerOptions(meanKm, candidates);
    }

    /** Returns a copy with another number of candidates. */
    public AnswerOptions withCandidates(int candidates) {
      return new AnswerOptions(meanKm, candidates);
    }
  }
}
