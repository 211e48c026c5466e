package io.github.geofix.models;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.train.Trainable;
import java.nio.file.Path;

/** A model of one family: trained, asked and saved. Must be closed. */
public interface GeoModel extends Trainable, AutoCloseable {

  /** Returns the family's name, such as {@code embed}. */
  String method();

  /**
   * Returns a localizer that shares this model's arrays: it sees later training, and closing it
   * closes nothing.
   */
  Localizer localizer();

  /**
   * Fits the scores on photos that were not trained on, so that they can be read as probabilities,
   * and what the regions have to hold, so that they hold the truth as often as they say; {@link
   * #save} keeps both. The order of the candidates does not change. Keeps the scores of all photos
   * in memory until it returns.
   *
   * @return what was found, which answers follow from now on
   * @throws IllegalArgumentException if none of the photos lies in a place that the model knows;
   *     the model stays as it was
   */
  Calibration calibrate(PhotoSource photos);

  /**
   * Forgets what {@link #calibrate} found, which does not hold once the model is trained further.
   */
  void forgetCalibration();

  /**
   * Writes a model folder that {@link Localizer#load} reads.
   *
   * @throws java.io.UncheckedIOException if writing fails; nothing is left behind
   */
  void save(Path folder, ModelCard card);

  /** Frees the arrays. */
  @Override
  void close();
}
