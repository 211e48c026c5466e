package io.github.geofix.earth;

import io.github.geofix.core.geodesy.LatLng;
import java.util.Objects;

/**
 * A square of the ground seen from above.
 *
 * <p>Its plane is the stereographic projection that touches the sphere at the center (Snyder, "Map
 * Projections: A Working Manual", USGS 1987, section 21): angles are kept, the scale is exact in
 * the center and 0.5 % off in the corners of a view of 12 degrees. It has no seam at the
 * antimeridian and none at the poles.
 *
 * @param center the middle of the view
 * @param sizeDegrees length of a side in degrees of a great circle (111.2 km each), measured at the
 *     scale of the center; above 0, at most 180
 * @param rotationDegrees the direction that is up in the picture, clockwise from north
 */
public record EarthView(LatLng center, double sizeDegrees, double rotationDegrees) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if the size is not within 0 to 180 or the rotation not finite
   */
  public EarthView {
    Objects.requireNonNull(center);
    if (!(sizeDegrees > 0 && sizeDegrees <= 180)) {
      throw new IllegalArgumentException(
          "sizeDegrees must be above 0 and at most 180: " + sizeDegrees);
    }
    if (!Double.isFinite(rotationDegrees)) {
      throw new IllegalArgumentException("rotationDegrees must be finite: " + rotationDegrees);
    }
  }
}
