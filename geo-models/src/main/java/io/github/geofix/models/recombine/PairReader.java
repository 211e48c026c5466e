package io.github.geofix.models.recombine;

import io.github.geofix.models.internal.image.PanoramaPair;
import io.github.geofix.models.recombine.RecombineConfig.Photos;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/**
 * Turns photos and their tiles into training examples: mirrors and turns both together if they are
 * augmented, then cuts the photo to the view of a camera at a random heading. Thread-safe.
 */
final class PairReader {
  private final Photos photos;
  private final VectorEncoder encoder;

  PairReader(Photos photos, VectorEncoder encoder) {
    this.photos = photos;
    this.encoder = encoder;
  }

  /**
   * Reads a pair.
   *
   * @param photo a full circle, north in the middle, or from above with north up
   * @param tile square, north up
   * @param target that of {@link FalseNegativeMask} for the two
   */
  Example example(BufferedImage photo, BufferedImage tile, long[] target, SplittableRandom random) {
    if (!photos.augment()) {
      return seen(photo, tile, target, random);
    }
    PanoramaPair pair = new PanoramaPair(photo, tile).augmented(random);
    return seen(pair.panorama(), pair.aerial(), target, random);
  }

  private Example seen(
      BufferedImage photo, BufferedImage tile, long[] target, SplittableRandom random) {
    int heading = photos.headings() == 1 ? 0 : random.nextInt(photos.headings());
    float[] pixels = encoder.photos().apply(seen(photo, heading));
    return new Example(
        new float[][] {pixels, encoder.tiles().apply(tile)},
        new long[][] {target, new long[] {heading}});
  }

  /** Returns the part of a panorama that a camera sees at heading s of S. */
  private BufferedImage seen(BufferedImage circle, int heading) {
    int columns = (int) ((long) circle.getWidth() * heading / photos.headings());
    BufferedImage turned = columns == 0 ? circle : PanoramaPair.rolled(circle, columns);
    if (photos.fieldOfView() == 360) {
      return turned;
    }
    int width = Math.max(1, (int) Math.round(circle.getWidth() * photos.fieldOfView() / 360));
    return turned.getSubimage((circle.getWidth() - width) / 2, 0, width, circle.getHeight());
  }
}
