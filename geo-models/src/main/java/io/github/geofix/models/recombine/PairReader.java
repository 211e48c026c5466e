package io.github.geofix.models.recombine;

import static io.github.geofix.models.internal.image.Augmentation.oneOf;
import static io.github.geofix.models.internal.image.Augmentation.sequence;
import static io.github.geofix.models.internal.image.Augmentation.sometimes;

import io.github.geofix.models.internal.image.Augmentation;
import io.github.geofix.models.internal.image.Augmentation.Blur;
import io.github.geofix.models.internal.image.Augmentation.CoarseDropout;
import io.github.geofix.models.internal.image.Augmentation.ColorJitter;
import io.github.geofix.models.internal.image.Augmentation.GridDropout;
import io.github.geofix.models.internal.image.Augmentation.Jpeg;
import io.github.geofix.models.internal.image.Augmentation.Sharpen;
import io.github.geofix.models.internal.image.PanoramaPair;
import io.github.geofix.models.recombine.RecombineConfig.Augment;
import io.github.geofix.models.recombine.RecombineConfig.Drone;
import io.github.geofix.models.recombine.RecombineConfig.Photos;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/**
 * Turns photos and their tiles into training examples: mirrors and turns both together if they are
 * augmented, then cuts the photo to the view of a camera at a random heading. Thread-safe.
 */
record PairReader(Photos photos, VectorEncoder encoder) {
  private static final Augmentation COMPRESSION = sometimes(0.5, new Jpeg(90, 100));

  /** Sample4Geo's, whose grids have larger holes in panoramas than in other images. */
  private static final Augmentation PANORAMA = changes(0.5);

  private static final Augmentation OTHER = changes(0.4);

  private static Augmentation changes(double gridRatio) {
    return sequence(
        sometimes(0.5, new ColorJitter(0.15, 0.15, 0.15, 0.15)),
        sometimes(0.3, oneOf(Blur.defaults(), Sharpen.defaults())),
        sometimes(0.3, oneOf(GridDropout.ofRatio(gridRatio), CoarseDropout.defaults())));
  }

  /**
   * Reads a pair.
   *
   * @param photo a full circle, north in the middle, or from above
   * @param tile square, north up
   * @param target that of {@link FalseNegativeMask} for the two
   */
  Example example(BufferedImage photo, BufferedImage tile, long[] target, SplittableRandom random) {
    if (photos.augment() == Augment.NONE) {
      return seen(photo, tile, target, random);
    }
    PanoramaPair pair = new PanoramaPair(photo, tile);
    PanoramaPair changed =
        photos instanceof Drone ? pair.withAerialTurned(random) : pair.augmented(random);
    return seen(changed.panorama(), changed.aerial(), target, random);
  }

  private Example seen(
      BufferedImage photo, BufferedImage tile, long[] target, SplittableRandom random) {
    int heading = photos.headings() == 1 ? 0 : random.nextInt(photos.headings());
    BufferedImage view = seen(photo, heading);
    float[][] pixels =
        photos.augment() == Augment.SAMPLE4GEO
            ? changed(view, tile, random)
            : new float[][] {encoder.photos().apply(view), encoder.tiles().apply(tile)};
    return new Example(pixels, new long[][] {target, new long[] {heading}});
  }

  /** Changes photo and tile each on its own: JPEG in their own size, the rest in the network's. */
  private float[][] changed(BufferedImage photo, BufferedImage tile, SplittableRandom random) {
    BufferedImage view = encoder.photos().fit(COMPRESSION.apply(photo, random));
    BufferedImage map = encoder.tiles().fit(COMPRESSION.apply(tile, random));
    return new float[][] {
      encoder.photos().normalize((photos instanceof Drone ? OTHER : PANORAMA).apply(view, random)),
      encoder.tiles().normalize(OTHER.apply(map, random))
    };
  }

  /** Returns the part of a panorama in a camera's view at heading s of S. */
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
