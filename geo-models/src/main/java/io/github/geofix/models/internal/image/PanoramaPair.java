package io.github.geofix.models.internal.image;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/**
 * A panorama taken on the ground and the same place from above, changed together so that they keep
 * fitting: Deuser, Habel and Oswald, "Sample4Geo", ICCV 2023. Immutable as long as nobody draws on
 * the images.
 *
 * @param panorama a full circle, clockwise from left to right, north in the middle; for {@link
 *     #mirrored} and {@link #withAerialTurned} any photo
 * @param aerial square, north up
 */
public record PanoramaPair(BufferedImage panorama, BufferedImage aerial) {

  /** Checks that the aerial image is square. */
  public PanoramaPair {
    if (aerial.getWidth() != aerial.getHeight()) {
      throw new IllegalArgumentException(
          "the aerial image of "
              + aerial.getWidth()
              + " x "
              + aerial.getHeight()
              + " pixels is not square: fit it first");
    }
  }

  /** Returns the pair mirrored and turned at random, each of the eight ways as likely. */
  public PanoramaPair augmented(SplittableRandom random) {
    PanoramaPair pair = random.nextBoolean() ? mirrored() : this;
    return pair.turned(random.nextInt(4));
  }

  /**
   * Returns the pair mirrored at random, and the aerial image alone turned at random: for photos
   * that face any direction.
   */
  public PanoramaPair withAerialTurned(SplittableRandom random) {
    PanoramaPair pair = random.nextBoolean() ? mirrored() : this;
    return new PanoramaPair(pair.panorama, turn(pair.aerial, random.nextInt(4)));
  }

  /** Returns the pair with east and west swapped. */
  public PanoramaPair mirrored() {
    return new PanoramaPair(Pixels.mirrored(panorama), Pixels.mirrored(aerial));
  }

  /**
   * Returns the pair as it would be if another direction were north.
   *
   * @param quarters 1 makes east north, 2 south, 3 west; any number of quarter turns
   */
  public PanoramaPair turned(int quarters) {
    int turns = Math.floorMod(quarters, 4);
    int columns = (int) ((long) panorama.getWidth() * turns / 4);
    return new PanoramaPair(rolled(panorama, columns), turn(aerial, turns));
  }

  private static BufferedImage turn(BufferedImage aerial, int turns) {
    Orientation turn =
        switch (turns) {
          case 1 -> new Orientation(true, false, true);
          case 2 -> new Orientation(false, true, true);
          case 3 -> new Orientation(true, true, false);
          default -> new Orientation(false, false, false);
        };
    return turn.apply(Pixels.bgr(aerial));
  }

  /**
   * Returns a panorama that begins some columns further to the right; what leaves on the left comes
   * back on the right.
   *
   * @param columns any number, also negative
   */
  public static BufferedImage rolled(BufferedImage panorama, int columns) {
    BufferedImage bgr = Pixels.bgr(panorama);
    int width = bgr.getWidth();
    int left = Math.floorMod(columns, width);
    if (left == 0) {
      return bgr;
    }
    BufferedImage rolled = Pixels.create(width, bgr.getHeight());
    Pixels.copy(bgr, new Rectangle(left, 0, width - left, bgr.getHeight()), rolled, 0);
    Pixels.copy(bgr, new Rectangle(0, 0, left, bgr.getHeight()), rolled, width - left);
    return rolled;
  }
}
