package io.github.geofix.core.internal.geodesy;

/**
 * The Web Mercator projection, EPSG:3857, in units of the whole world: x runs from 0 at longitude
 * -180 to 1 at 180, y from 0 at the latitude of atan(sinh(pi)), 85.05 degrees, to 1 at -85.05.
 */
public final class WebMercator {

  /** The radius of the projection's sphere, the equatorial one of WGS 84. */
  public static final double RADIUS_METERS = 6_378_137;

  /** Keeps y finite at the poles. */
  private static final double ALMOST_POLE = 89.999999;

  private WebMercator() {}

  /** Returns x of a longitude in degrees. */
  public static double x(double longitude) {
    return (longitude + 180) / 360;
  }

  /** Returns y of a latitude in degrees; below 0 or above 1 outside the square world. */
  public static double y(double latitude) {
    double sin = Math.sin(Math.toRadians(Math.max(-ALMOST_POLE, Math.min(ALMOST_POLE, latitude))));
    return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
  }

  /** Returns the longitude in degrees of an x. */
  public static double longitude(double x) {
    return x * 360 - 180;
  }

  /** Returns the latitude in degrees of a y. */
  public static double latitude(double y) {
    return Math.toDegrees(Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)));
  }
}
