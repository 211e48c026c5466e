package io.github.geofix.core.internal.geodesy;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import java.util.Locale;

/**
 * A conformal square around a point, north up. Immutable.
 *
 * <p>Its plane is the stereographic projection tangent to the sphere of radius {@link
 * WebMercator#RADIUS_METERS} at the center (Snyder, "Map Projections: A Working Manual", USGS 1987,
 * section 21): the scale is exact in the center and 0.5 % off in the corners of a square of 1,300
 * km. Unlike a {@link LocalFrame} it keeps its shape in high latitudes and has no seam at the
 * poles; for a few kilometers the two are the same.
 */
public final class StereographicFrame implements Frame {

  /** The largest side; its corners reach halfway to the antipode. */
  public static final double MAX_SIZE_METERS = 10_000_000;

  private final LatLng center;
  private final double sizeMeters;

  // Unit vectors towards the center, and from there to the east and to the north.
  private final double[] middle;
  private final double[] east;
  private final double[] north;

  private StereographicFrame(LatLng center, double sizeMeters) {
    this.center = center;
    this.sizeMeters = sizeMeters;
    double latitude = Math.toRadians(center.latitude());
    double longitude = Math.toRadians(center.longitude());
    double sinLat = Math.sin(latitude);
    double cosLat = Math.cos(latitude);
    double sinLng = Math.sin(longitude);
    double cosLng = Math.cos(longitude);
    middle = new double[] {cosLat * cosLng, cosLat * sinLng, sinLat};
    east = new double[] {-sinLng, cosLng, 0};
    north = new double[] {-sinLat * cosLng, -sinLat * sinLng, cosLat};
  }

  /**
   * Returns the square around a center.
   *
   * @param sizeMeters above 0 and at most {@link #MAX_SIZE_METERS}, at the scale of the center
   * @throws IllegalArgumentException if the size is out of range
   */
  public static StereographicFrame of(LatLng center, double sizeMeters) {
    if (!(sizeMeters > 0 && sizeMeters <= MAX_SIZE_METERS)) {
      throw new IllegalArgumentException(
          "sizeMeters must be above 0 and at most " + MAX_SIZE_METERS + ": " + sizeMeters);
    }
    return new StereographicFrame(center, sizeMeters);
  }

  @Override
  public LatLng center() {
    return center;
  }

  /** Returns the side length in meters. */
  public double sizeMeters() {
    return sizeMeters;
  }

  @Override
  public LatLng at(double u, double v) {
    double x = (u - 0.5) * sizeMeters / (2 * WebMercator.RADIUS_METERS);
    double y = (0.5 - v) * sizeMeters / (2 * WebMercator.RADIUS_METERS);
    double straight = 1 - x * x - y * y;
    return SphericalMean.latLngOf(
        straight * middle[0] + 2 * (x * east[0] + y * north[0]),
        straight * middle[1] + 2 * (x * east[1] + y * north[1]),
        straight * middle[2] + 2 * (x * east[2] + y * north[2]));
  }

  /** Returns the size and the center. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f m around %s", sizeMeters, center);
  }
}
