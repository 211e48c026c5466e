package io.github.geofix.core.geodesy;

/** Distances along great circles of a sphere. */
public final class GreatCircle {

  /** The mean radius of the Earth used by S2 and by every distance of this library. */
  public static final double EARTH_RADIUS_KM = 6371.01;

  /** More than what {@link #distanceKm} and a difference of latitudes may differ by rounding. */
  private static final double SLACK_KM = 1;

  private GreatCircle() {}

  /**
   * Returns the great-circle distance in km.
   *
   * <p>The haversine form, accurate for near points; within 1e-8 of the half circumference for
   * points almost opposite.
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
   * Tells whether points are at most so many km apart, as {@link #distanceKm} measures it. Where
   * most are much farther apart, their latitudes tell, at a fraction of the cost.
   */
  public static boolean isWithin(LatLng a, LatLng b, double km) {
    // No way is shorter than the one from one parallel to the other.
    double alongMeridian = EARTH_RADIUS_KM * Math.toRadians(Math.abs(a.latitude() - b.latitude()));
    return alongMeridian <= km + SLACK_KM && distanceKm(a, b) <= km;
  }
}
