package io.github.geofix.core.geodesy;

import java.util.Locale;

/**
 * A square of meters around a point, north up. Immutable.
 *
 * <p>The corners are found by going east, then north, along great circles of a sphere of radius
 * {@link WebMercator#RADIUS_METERS}; between the corners the frame is linear in degrees. This is
 * the frame of Erzurumlu et al., "Just Zoom In", 2026. As meridians converge, the edges of a square
 * of 10 km at 39 degrees are 13 m longer in the south than in the north.
 */
public final class LocalFrame implements Frame {

  /** Beyond it a square of meters is no sensible picture of a sphere. */
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
   * Returns the square of a side length around a place.
   *
   * @param sizeMeters above 0 and at most {@link #MAX_SIZE_METERS}
   * @throws IllegalArgumentException if the size is out of range, or the place is within a side
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
   * Returns where in the frame a place lies: {@code {u, v}}, the inverse of {@link #at}. A value is
   * below 0 or above 1 outside the square.
   */
  public double[] locate(LatLng place) {
    return new double[] {
      eastward(northWest, place) / widthDegrees,
      (northWest.latitude() - place.latitude()) / heightDegrees
    };
  }

  /** Returns the place so many meters east, then north, of the middle. */
  public LatLng offset(double eastMeters, double northMeters) {
    return move(move(center, 90, eastMeters), 0, northMeters);
  }

  /**
   * Returns where one arrives who sets out in a direction and follows the great circle.
   *
   * @param bearing degrees clockwise from north
   * @param meters the way to go on a sphere of radius {@link WebMercator#RADIUS_METERS}; negative
   *     goes backwards
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

  /**
   * Returns the length in meters of the great circle between two places, on {@link #move}'s sphere.
   */
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
