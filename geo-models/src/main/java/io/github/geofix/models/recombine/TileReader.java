package io.github.geofix.models.recombine;

import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.image.PolarTransform;
import io.github.geofix.models.recombine.RecombineConfig.View;
import java.awt.image.BufferedImage;

/**
 * The preprocessor of tiles: resizes and normalizes the square, or unrolls it first by a {@link
 * PolarTransform} into the panorama of a camera in its middle. Immutable and thread-safe.
 */
final class TileReader {
  private final ImagePreprocessor input;
  private final ImagePreprocessor square;
  private final View view;

  TileReader(RecombineConfig config) {
    ImageSpec tile = config.encoder().tile();
    view = config.photos().tileView();
    input = ImagePreprocessor.of(tile);
    square = ImagePreprocessor.of(tile.withSize(side(config), side(config)));
  }

  /**
   * Returns the pixels along the side of a square that is read without loss: a panorama has a row
   * for each pixel of half the side.
   */
  static int side(RecombineConfig config) {
    ImageSpec tile = config.encoder().tile();
    return switch (config.photos().tileView()) {
      case AERIAL -> tile.width();
      case GROUND -> 2 * tile.height();
    };
  }

  /** Returns the pixels along the side of a square that is read without loss. */
  int side() {
    return square.spec().width();
  }

  /** Returns the image that the backbone reads. */
  ImageSpec spec() {
    return input.spec();
  }

  /** Returns the image that {@link #apply} returned the values of. */
  BufferedImage image(float[] pixels) {
    return input.image(pixels);
  }

  /**
   * Returns a tile as the backbone reads it.
   *
   * @param tile square, north up, of any size
   * @return {@code [3, height, width]} row-major
   */
  float[] apply(BufferedImage tile) {
    return normalize(fit(tile));
  }

  /** Returns a tile in the size and shape that the backbone reads. */
  BufferedImage fit(BufferedImage tile) {
    BufferedImage fitted = square.fit(tile);
    return switch (view) {
      case AERIAL -> fitted;
      case GROUND -> PolarTransform.of(spec().width(), spec().height()).apply(fitted);
    };
  }

  /** Returns the values of an image that {@link #fit} returned. */
  float[] normalize(BufferedImage fitted) {
    return input.normalize(fitted);
  }
}
