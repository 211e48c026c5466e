package io.github.geofix.core.geodesy;

/** Distances along great circles of a sphere. */
public final class GreatCircle {

  /** The mean radius of the Earth used by S2 and by every distance of this library. */
  public static final double EARTH_RADIUS_KM = 6371.01;

  /** More than the rounding error of {@link #distanceKm} and of a difference of latitudes. */
  private static final double SLACK_KM = 1;

  private GreatCircle() {}

  /**
   * Returns the great-circle distance in km.
   *
   * <p>Uses the haversine formula, accurate for near points, and to 1e-8 of half the circumference
   * for nearly antipodal ones.
   */
  public static double distanceKm(LatLng a, LatLng b) {
    return distanceKm(a.latitude(), a.longitude(), b.latitude(), b.longitude());
  }

  /** As {@link #distanceKm(LatLng, LatLng)}, without objects; all arguments in degrees. */
  public static double distanceKm(double latA, double lonA, double latB, double lonB) {
    double sinLat = Math.sin(Math.toRadians(latB - latA) / 2);
    double sinLon = Math.sin(Math.toRadians(lonB - lonA) / 2);
    double h =
        sinLat * sinLat
            + Math.cos(Math.toRadians(latA)) * Math.cos(Math.toRadians(latB)) * sinLon * sinLon;
    return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
  }

  /**
   * Returns whether {@link #distanceKm} is at most {@code km}. Cheaper where most points are much
   * farther apart, since it compares latitudes first.
   */
  public static boolean isWithin(LatLng a, LatLng b, double km) {
    // No way is shorter than the one from one parallel to the other.
    double alongMeridian = EARTH_RADIUS_KM * Math.toRadians(Math.abs(a.latitude() - b.latitude()));
    return alongMeridian <= km + SLACK_KM && distanceKm(a, b) <= km;
  }
}
