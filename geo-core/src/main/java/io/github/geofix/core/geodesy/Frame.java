package io.github.geofix.core.geodesy;

/**
 * The ground that an image shows: says which place each point of a picture shows.
 *
 * <p>Anything smooth will do: a square of meters, a map tile, a rotated or a polar view. A lambda
 * is a frame. Must be thread-safe.
 */
@FunctionalInterface
public interface Frame {

  /**
   * Returns the place shown at a point of the picture.
   *
   * @param u from the left edge, 0, to the right edge, 1
   * @param v from the top edge, 0, to the bottom edge, 1
   */
  LatLng at(double u, double v);

  /** Returns the place at the middle of the picture. */
  default LatLng center() {
    return at(0.5, 0.5);
  }
}
