package io.github.geofix.earth;

import io.github.geofix.core.geodesy.LatLng;
import java.util.SplittableRandom;

/**
 * A division of the Earth into places to learn from and places to be tested on, for methods that
 * compare a photo with a map: there a test is fair only on map tiles that were never seen.
 *
 * <p>Of the 648 blocks of 10 x 10 degrees 14 % are held out. A margin of 4 degrees of ground around
 * them belongs to neither side, so that a training photo shows little of them. Immutable and
 * thread-safe.
 */
final class HeldOutBlocks {
  private static final int BLOCK_DEGREES = 10;
  private static final int ROWS = 180 / BLOCK_DEGREES;
  private static final int COLUMNS = 360 / BLOCK_DEGREES;
  private static final double SHARE = 0.14;
  private static final double MARGIN_DEGREES = 4;

  private final boolean[] heldOut = new boolean[ROWS * COLUMNS];

  private HeldOutBlocks(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int left = (int) Math.round(SHARE * heldOut.length);
    while (left > 0) {
      int block = random.nextInt(heldOut.length);
      if (!heldOut[block]) {
        heldOut[block] = true;
        left--;
      }
    }
  }

  /** Draws the blocks; the same seed gives the same blocks. */
  static HeldOutBlocks of(long seed) {
    return new HeldOutBlocks(seed);
  }

  /** Returns whether a photo taken at a point may be tested on. */
  boolean isHeldOut(LatLng point) {
    int row = Math.min((int) ((90 - point.latitude()) / BLOCK_DEGREES), ROWS - 1);
    int column = Math.min((int) ((point.longitude() + 180) / BLOCK_DEGREES), COLUMNS - 1);
    return heldOut[row * COLUMNS + column];
  }

  /** Returns whether a photo taken at a point may be learned from. */
  boolean isForTraining(LatLng point) {
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < COLUMNS; column++) {
        if (heldOut[row * COLUMNS + column] && isNear(point, row, column)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether the point is within the margin of a block; corners count as square. */
  private static boolean isNear(LatLng point, int row, int column) {
    double fromMiddleLat = Math.abs(point.latitude() - (90 - (row + 0.5) * BLOCK_DEGREES));
    if (fromMiddleLat > 0.5 * BLOCK_DEGREES + MARGIN_DEGREES) {
      return false;
    }
    double lon = point.longitude() - (-180 + (column + 0.5) * BLOCK_DEGREES);
    double fromMiddleLon = Math.abs(lon - 360 * Math.rint(lon / 360));
    return fromMiddleLon <= 0.5 * BLOCK_DEGREES + marginLongitude(point.latitude());
  }

  /** Returns the difference in longitude of a meridian that is the margin's ground away. */
  private static double marginLongitude(double latitude) {
    double sin = Math.sin(Math.toRadians(MARGIN_DEGREES)) / Math.cos(Math.toRadians(latitude));
    return sin < 1 ? Math.toDegrees(Math.asin(sin)) : 180;
  }
}
