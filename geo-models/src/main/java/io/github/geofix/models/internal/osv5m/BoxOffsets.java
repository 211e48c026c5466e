package io.github.geofix.models.internal.osv5m;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.BoxPartition.Box;

/**
 * From the network's offset to a position: {@code mean + 1.2 tanh(offset) * size}, where the size
 * is that from the mean to the border on the side of the offset. Positions may be beyond the box,
 * on purpose.
 *
 * <p>The released {@code HybridHeadCentroid}.
 */
final class BoxOffsets {
  private static final float REACH = 1.2f;

  /** The released code converts to radians by a pi of single precision. */
  private static final double SINGLE_PI = (float) Math.PI / Math.PI;

  private BoxOffsets() {}

  /**
   * Returns the position of a photo in a box.
   *
   * @param latitude the network's output for the latitude
   * @param longitude the network's output for the longitude
   */
  static LatLng position(Box box, float latitude, float longitude) {
    LatLng mean = box.mean();
    return new LatLng(
        coordinate(latitude, box.south(), mean.latitude(), box.north(), 90),
        coordinate(longitude, box.west(), mean.longitude(), box.east(), 180));
  }

  private static double coordinate(
      float output, double least, double mean, double most, double limit) {
    float offset = REACH * (float) Math.tanh(output);
    double size = offset > 0 ? most - mean : mean - least;
    double degrees = Math.max(-limit, Math.min(limit, mean + offset * size)) * SINGLE_PI;
    return Math.max(-limit, Math.min(limit, degrees));
  }
}
