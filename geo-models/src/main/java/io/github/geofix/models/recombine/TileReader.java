package io.github.geofix.models.recombine;

import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.PolarTransform;
import io.github.geofix.models.recombine.RecombineModel.Config;
import java.awt.image.BufferedImage;

/**
 * Turns a tile into what the backbone reads: the square as it is, or unrolled by a {@link
 * PolarTransform} into what a camera in its middle sees. Immutable and thread-safe.
 */
final class TileReader {
  private final ImagePreprocessor input;
  private final ImagePreprocessor square;
  private final View view;

  TileReader(Config config) {
    view = config.tileView();
    input = ImagePreprocessor.of(config.tile());
    square = ImagePreprocessor.of(config.tile().withSize(side(config), side(config)));
  }

  /**
   * Returns the pixels along the side of a square that is read without loss: a panorama has a row
   * for each pixel of half the side.
   */
  static int side(Config config) {
    return switch (config.tileView()) {
      case AERIAL -> config.tile().width();
      case GROUND -> 2 * config.tile().height();
    };
  }

  /** Returns the pixels along the side of a square that is read without loss. */
  int side() {
    return square.spec().width();
  }

  /** Returns what the backbone reads. */
  ImageSpec spec() {
    return input.spec();
  }

  /**
   * Reads a tile.
   *
   * @param tile square, north up, of any size
   * @return {@code [3, height, width]} row-major
   */
  float[] apply(BufferedImage tile) {
    BufferedImage fitted = square.fit(tile);
    return input.normalize(
        switch (view) {
          case AERIAL -> fitted;
          case GROUND -> PolarTransform.of(spec().width(), spec().height()).apply(fitted);
        });
  }
}
