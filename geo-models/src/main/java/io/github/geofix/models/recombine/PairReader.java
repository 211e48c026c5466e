package io.github.geofix.models.recombine;

import io.github.geofix.models.image.PanoramaPair;
import io.github.geofix.models.recombine.RecombineModel.Config;
import io.github.geofix.models.train.Example;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/**
 * Makes training examples of photos and their tiles: both are mirrored and turned together where
 * the configuration says so, then of the photo is left what a camera sees that looks to one of the
 * headings, chosen at random. Thread-safe.
 */
final class PairReader {
  private final Config config;
  private final VectorEncoder encoder;

  PairReader(Config config, VectorEncoder encoder) {
    this.config = config;
    this.encoder = encoder;
  }

  /**
   * Reads a pair.
   *
   * @param photo a full circle, north in the middle, or from above with north up
   * @param tile square, north up
   * @param target what {@link SamePlace} made of the two
   */
  Example example(BufferedImage photo, BufferedImage tile, long[] target, SplittableRandom random) {
    if (!config.augmented()) {
      return seen(photo, tile, target, random);
    }
    PanoramaPair pair = new PanoramaPair(photo, tile).augmented(random);
    return seen(pair.panorama(), pair.aerial(), target, random);
  }

  private Example seen(
      BufferedImage photo, BufferedImage tile, long[] target, SplittableRandom random) {
    int heading = config.headings() == 1 ? 0 : random.nextInt(config.headings());
    float[] pixels = encoder.photos().apply(seen(photo, heading));
    return new Example(
        new float[][] {pixels, encoder.tiles().apply(tile)},
        new long[][] {target, new long[] {heading}});
  }

  /** Returns the part of a full circle that a camera sees which looks to heading s of S. */
  private BufferedImage seen(BufferedImage circle, int heading) {
    int columns = (int) ((long) circle.getWidth() * heading / config.headings());
    BufferedImage turned = columns == 0 ? circle : PanoramaPair.rolled(circle, columns);
    if (config.fieldOfView() == 360) {
      return turned;
    }
    int width = Math.max(1, (int) Math.round(circle.getWidth() * config.fieldOfView() / 360));
    return turned.getSubimage((circle.getWidth() - width) / 2, 0, width, circle.getHeight());
  }
}
