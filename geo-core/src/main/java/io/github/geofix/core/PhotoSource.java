package io.github.geofix.core;

import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Optional;

/** A data set of photos with known positions. Must be thread-safe. */
public interface PhotoSource {

  /**
   * A decoded photo with its position.
   *
   * @param image upright pixels
   * @param latLng where it was taken
   * @param file the file it was read from, for models that read sidecar files; empty if none
   */
  record LabeledPhoto(BufferedImage image, LatLng latLng, Optional<Path> file) {

    /** Creates a photo without a file. */
    public LabeledPhoto(BufferedImage image, LatLng latLng) {
      this(image, latLng, Optional.empty());
    }
  }

  /** Returns the number of photos in one epoch. */
  int size();

  /**
   * Returns a photo; deterministic in its arguments.
   *
   * @param epoch 0, 1, ...: a source that renders its photos may give new ones in each epoch
   * @param index 0 to {@link #size()} - 1
   */
  LabeledPhoto photo(int epoch, int index);
}
