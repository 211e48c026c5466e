package io.github.geofix.core.geodesy;

import java.util.Locale;

/**
 * A point on the Earth, in degrees on WGS 84.
 *
 * @param latitude degrees north, -90 to 90
 * @param longitude degrees east, -180 to 180
 */
public record LatLng(double latitude, double longitude) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range or not a number
   */
  public LatLng {
    if (!(latitude >= -90 && latitude <= 90)) {
      throw new IllegalArgumentException(
          "latitude " + latitude + " is not within -90 to 90 degrees" + swapHint(latitude));
    }
    if (!(longitude >= -180 && longitude <= 180)) {
      throw new IllegalArgumentException(
          "longitude " + longitude + " is not within -180 to 180 degrees");
    }
  }

  /** Returns the point with any finite longitude wrapped into -180 (inclusive) to 180. */
  public static LatLng wrapped(double latitude, double longitude) {
    if (longitude >= -180 && longitude <= 180) {
      return new LatLng(latitude, longitude);
    }
    double turns = Math.floor((longitude + 180) / 360);
    return new LatLng(latitude, longitude - 360 * turns);
  }

  private static String swapHint(double latitude) {
    return Math.abs(latitude) <= 180 ? ": are latitude and longitude swapped?" : "";
  }

  /** Returns {@code latitude,longitude} with six decimals, about 0.1 m. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.6f,%.6f", latitude, longitude);
  }
}
