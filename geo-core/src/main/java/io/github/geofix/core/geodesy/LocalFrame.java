package io.github.geofix.core.geodesy;

import io.github.geofix.core.internal.geodesy.WebMercator;
import java.util.Locale;

/**
 * A square of meters around a point, north up. Immutable.
 *
 * <p>The corners are reached by moving east, then north, along great circles of a sphere of radius
 * {@link WebMercator#RADIUS_METERS}; in between the frame is linear in degrees, as in Erzurumlu et
 * al., "Just Zoom In", 2026. Since meridians converge, the southern edge of a 10 km square at 39
 * degrees is 13 m longer than the northern one.
 */
public final class LocalFrame implements Frame {

  /** The largest side, beyond which a square is too distorted. */
  public static final double MAX_SIZE_METERS = 2_000_000;

  private final LatLng center;
  private final double sizeMeters;
  private final LatLng northWest;
  private final double widthDegrees;
  private final double heightDegrees;

  private LocalFrame(LatLng center, double sizeMeters) {
    this.center = center;
    this.sizeMeters = sizeMeters;
    this.northWest = offset(-sizeMeters / 2, sizeMeters / 2);
    LatLng southEast = offset(sizeMeters / 2, -sizeMeters / 2);
    this.widthDegrees = eastward(northWest, southEast);
    this.heightDegrees = northWest.latitude() - southEast.latitude();
  }

  /**
   * Returns the square around a center.
   *
   * @param sizeMeters above 0 and at most {@link #MAX_SIZE_METERS}
   * @throws IllegalArgumentException if the size is out of range, or the center is within a side
   *     length of a pole
   */
  public static LocalFrame of(LatLng center, double sizeMeters) {
    if (!(sizeMeters > 0 && sizeMeters <= MAX_SIZE_METERS)) {
      throw new IllegalArgumentException(
          "sizeMeters must be above 0 and at most " + MAX_SIZE_METERS + ": " + sizeMeters);
    }
    double side = Math.toDegrees(sizeMeters / WebMercator.RADIUS_METERS);
    if (Math.abs(center.latitude()) + side >= 90) {
      throw new IllegalArgumentException(
          "a square of " + sizeMeters + " m around " + center + " is too near to a pole");
    }
    return new LocalFrame(center, sizeMeters);
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
    return LatLng.wrapped(
        northWest.latitude() - v * heightDegrees, northWest.longitude() + u * widthDegrees);
  }

  /**
   * Returns the coordinates {@code {u, v}} of a position, the inverse of {@link #at}; below 0 or
   * above 1 outside the square.
   */
  public double[] locate(LatLng place) {
    return new double[] {
      eastward(northWest, place) / widthDegrees,
      (northWest.latitude() - place.latitude()) / heightDegrees
    };
  }

  /** Returns the position reached by moving east, then north, from the center. */
  public LatLng offset(double eastMeters, double northMeters) {
    return move(move(center, 90, eastMeters), 0, northMeters);
  }

  /**
   * Returns the destination of a great-circle movement.
   *
   * @param bearing the initial direction, in degrees clockwise from north
   * @param meters the distance on a sphere of radius {@link WebMercator#RADIUS_METERS}; negative
   *     for backwards
   */
  public static LatLng move(LatLng from, double bearing, double meters) {
    double latitude = Math.toRadians(from.latitude());
    double direction = Math.toRadians(bearing);
    double angle = meters / WebMercator.RADIUS_METERS;
    double sin =
        Math.sin(latitude) * Math.cos(angle)
            + Math.cos(latitude) * Math.sin(angle) * Math.cos(direction);
    double turn =
        Math.atan2(
            Math.sin(direction) * Math.sin(angle) * Math.cos(latitude),
            Math.cos(angle) - Math.sin(latitude) * sin);
    return LatLng.wrapped(
        Math.toDegrees(Math.asin(Math.max(-1, Math.min(1, sin)))),
        from.longitude() + Math.toDegrees(turn));
  }

  /** Returns the great-circle distance in meters, on {@link #move}'s sphere. */
  public static double meters(LatLng a, LatLng b) {
    return GreatCircle.distanceKm(a, b) * (WebMercator.RADIUS_METERS / GreatCircle.EARTH_RADIUS_KM);
  }

  private static double eastward(LatLng from, LatLng to) {
    return Math.IEEEremainder(to.longitude() - from.longitude(), 360);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LocalFrame frame
        && frame.center.equals(center)
        && frame.sizeMeters == sizeMeters;
  }

  @Override
  public int hashCode() {
    return 31 * center.hashCode() + Double.hashCode(sizeMeters);
  }

  /** Returns the size and the center. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f m around %s", sizeMeters, center);
  }
}
