package io.github.geofix.eval.protocol;

import io.github.geofix.core.LatLng;
import java.util.Optional;

/**
 * Zone 55 south of Universal Transverse Mercator on WGS 84, where Canberra lies.
 *
 * <p>The inverse series of Krüger, 1912, to the third power of the flattening: within a millimetre
 * inside the zone.
 */
final class Zone55 {
  private static final double CENTRAL_MERIDIAN = 147;
  private static final double SCALE = 0.9996;
  private static final double FALSE_EASTING = 500_000;
  private static final double FALSE_NORTHING = 10_000_000;
  private static final double EQUATOR_METERS = 6_378_137;
  private static final double FLATTENING = 1 / 298.257223563;

  /** The third flattening. */
  private static final double N = FLATTENING / (2 - FLATTENING);

  /** Length of a radian of meridian, on average. */
  private static final double RADIUS =
      EQUATOR_METERS / (1 + N) * (1 + N * N / 4 + N * N * N * N / 64);

  private static final double[] TO_SPHERE = {
    N / 2 - 2 * N * N / 3 + 37 * N * N * N / 96, N * N / 48 + N * N * N / 15, 17 * N * N * N / 480
  };

  private static final double[] TO_LATITUDE = {
    2 * N - 2 * N * N / 3 - 2 * N * N * N, 7 * N * N / 3 - 8 * N * N * N / 5, 56 * N * N * N / 15
  };

  private Zone55() {}

  /**
   * Returns the place of coordinates in metres, empty where those are none of the zone.
   *
   * @param easting 100,000 to 900,000
   * @param northing 1,000,000 to 10,000,000, less in the south
   */
  static Optional<LatLng> place(double easting, double northing) {
    boolean inside =
        easting >= 100_000 && easting <= 900_000 && northing >= 1_000_000 && northing <= 10_000_000;
    if (!inside) {
      return Optional.empty();
    }
    double x = (northing - FALSE_NORTHING) / (SCALE * RADIUS);
    double y = (easting - FALSE_EASTING) / (SCALE * RADIUS);
    double along = x;
    double across = y;
    for (int j = 1; j <= TO_SPHERE.length; j++) {
      along -= TO_SPHERE[j - 1] * Math.sin(2 * j * x) * Math.cosh(2 * j * y);
      across -= TO_SPHERE[j - 1] * Math.cos(2 * j * x) * Math.sinh(2 * j * y);
    }
    double conformal = Math.asin(Math.sin(along) / Math.cosh(across));
    double latitude = conformal;
    for (int j = 1; j <= TO_LATITUDE.length; j++) {
      latitude += TO_LATITUDE[j - 1] * Math.sin(2 * j * conformal);
    }
    double longitude = Math.atan2(Math.sinh(across), Math.cos(along));
    return Optional.of(
        new LatLng(Math.toDegrees(latitude), CENTRAL_MERIDIAN + Math.toDegrees(longitude)));
  }
}
