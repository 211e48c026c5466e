package io.github.geofix.core;

import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Optional;

/** Photos with known positions, to learn from. Called from several threads at once. */
public interface PhotoSource {

  /**
   * A decoded photo.
   *
   * @param image upright pixels
   * @param latLng where it was taken
   * @param file the file it was read from, for models that look at what lies beside it; empty if
   *     there is none
   */
  record Photo(BufferedImage image, LatLng latLng, Optional<Path> file) {

    /** A photo that comes from no file. */
    public Photo(BufferedImage image, LatLng latLng) {
      this(image, latLng, Optional.empty());
    }
  }

  /** Returns the number of photos in one epoch. */
  int size();

  /**
   * Returns a photo; the same arguments give the same photo.
   *
   * @param epoch 0, 1, ...: a source that renders its photos may give new ones in each epoch
   * @param index 0 to {@link #size()} - 1
   */
  Photo photo(int epoch, int index);
}
