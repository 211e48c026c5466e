package io.github.geofix.models;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model that turns a photo into one vector, so that photos of one place can be found by the
 * cosine of their vectors. Both steps are thread-safe.
 */
public interface EncodingModel {

  /** Returns the length D of the vectors. */
  int dimension();

  /**
   * Turns a photo into numbers, as many for each photo.
   *
   * @param photo upright
   * @param file where the photo came from, if it came from a file
   */
  float[] prepare(BufferedImage photo, Optional<Path> file);

  /**
   * Returns the vectors of photos, without gradients.
   *
   * @param photos what {@link #prepare} returned, one photo after the other
   * @param count the number of photos
   * @return {@code [count][D]}, of any length
   */
  float[][] encode(float[] photos, int count);
}
