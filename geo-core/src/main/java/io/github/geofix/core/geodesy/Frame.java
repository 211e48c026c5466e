package io.github.geofix.core.geodesy;

/**
 * A mapping from image coordinates to positions on the Earth.
 *
 * <p>Any smooth mapping works: a square of meters, a map tile, a rotated or a polar view, or a
 * lambda. Must be thread-safe.
 */
@FunctionalInterface
public interface Frame {

  /**
   * Returns the position shown at a point of the image.
   *
   * @param u from the left edge, 0, to the right edge, 1
   * @param v from the top edge, 0, to the bottom edge, 1
   */
  LatLng at(double u, double v);

  /** Returns the position at the center of the image. */
  default LatLng center() {
    return at(0.5, 0.5);
  }
}
