package io.github.geofix.core;

import java.awt.image.BufferedImage;

/** Photos with known positions, to learn from. Called from several threads at once. */
public interface PhotoSource {

  /**
   * A decoded photo.
   *
   * @param image upright pixels
   * @param latLng where it was taken
   */
  record Photo(BufferedImage image, LatLng latLng) {}

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
