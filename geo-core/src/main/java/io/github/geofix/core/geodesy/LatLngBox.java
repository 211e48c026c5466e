package io.github.geofix.core.geodesy;

/**
 * A bounding box in latitude and longitude. As a {@link Frame} it is linear in degrees.
 *
 * @param south degrees north of the south edge
 * @param west degrees east of the west edge; east of {@code east} if the box crosses the
 *     antimeridian
 * @param north degrees north of the north edge, above {@code south}
 * @param east degrees east of the east edge
 */
public record LatLngBox(double south, double west, double north, double east) implements Frame {

  /** The whole Earth. */
  public static final LatLngBox WORLD = new LatLngBox(-90, -180, 90, 180);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range or the box is empty
   */
  public LatLngBox {
    boolean inRange = Math.abs(west) <= 180 && Math.abs(east) <= 180 && south >= -90 && north <= 90;
    if (!(inRange && south < north && west != east)) {
      throw new IllegalArgumentException(
          ("not a box: south %s, west %s, north %s, east %s; needed are -90 <= south < north <= 90"
                  + " and two different meridians within -180 to 180")
              .formatted(south, west, north, east));
    }
  }

  /** As the constructor. */
  public static LatLngBox of(double south, double west, double north, double east) {
    return new LatLngBox(south, west, north, east);
  }

  /** Returns the width from west to east, above 0 and at most 360 degrees. */
  public double widthDegrees() {
    return east > west ? east - west : east - west + 360;
  }

  /** Returns the height from south to north, above 0 and at most 180 degrees. */
  public double heightDegrees() {
    return north - south;
  }

  /** Returns whether a position is in the box, edges included. */
  public boolean contains(LatLng place) {
    double eastward = place.longitude() - west;
    return place.latitude() >= south
        && place.latitude() <= north
        && (eastward >= 0 ? eastward : eastward + 360) <= widthDegrees();
  }

  @Override
  public LatLng at(double u, double v) {
    double latitude = north - v * heightDegrees();
    return LatLng.wrapped(Math.max(-90, Math.min(90, latitude)), west + u * widthDegrees());
  }
}
