package io.github.geofix.models.token;

import io.github.geofix.core.Photo;
import io.github.geofix.models.image.Photos;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/** Turns photos into what the network reads. Called from several threads. */
interface PhotoReader {

  /** Returns a decoded photo as the network reads it. */
  TokenPhoto read(BufferedImage photo);

  /**
   * Returns a photo file as the network reads it.
   *
   * @throws java.io.UncheckedIOException if the file is missing, truncated or not an image
   */
  default TokenPhoto read(Path photo, Photo.Limits limits) {
    return read(Photos.read(photo, limits));
  }
}
