package io.github.geofix.models.token;

import io.github.geofix.models.image.Photos;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/** A source of the vectors of photos. Called from several threads at once. */
@FunctionalInterface
public interface PhotoVectors {

  /** Returns the photo's V vectors of W values; neighbors are searched by the first. */
  float[][] of(BufferedImage photo);

  /**
   * Returns the vectors of a photo file, which a source of precomputed vectors need not read.
   *
   * @throws java.io.UncheckedIOException if the file is missing, truncated or not an image
   */
  default float[][] of(Path photo) {
    return of(Photos.read(photo));
  }
}
