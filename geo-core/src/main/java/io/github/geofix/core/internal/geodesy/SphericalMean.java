package io.github.geofix.core.internal.geodesy;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import java.util.Collection;
import java.util.List;

/**
 * The mean of weighted points on the sphere: the direction of the sum of their unit vectors.
 *
 * <p>Unlike a mean of degrees it is correct across the antimeridian and the poles. Takes constant
 * memory. Not thread-safe.
 */
public final class SphericalMean {
  /** A shorter sum of unit vectors, per unit of weight, is rounding noise and has no direction. */
  private static final double MIN_RESULTANT = 1e-12;

  private double x;
  private double y;
  private double z;
  private double weight;

  /** Creates the mean of no points. */
  public SphericalMean() {}

  /**
   * Returns the mean of points of equal weight.
   *
   * @throws IllegalArgumentException if there is no point, or the points cancel out
   */
  public static LatLng of(Collection<LatLng> points) {
    SphericalMean mean = new SphericalMean();
    for (LatLng point : points) {
      mean.add(point, 1);
    }
    return mean.latLng();
  }

  /**
   * Returns the mean of weighted points.
   *
   * @param weights one per point, 0 or more
   * @throws IllegalArgumentException if the lengths differ, a weight is negative or not finite, all
   *     are 0, or the points cancel out
   */
  public static LatLng of(List<LatLng> points, double[] weights) {
    if (points.size() != weights.length) {
      throw new IllegalArgumentException(
          Count.of(points.size(), "points but ") + Count.of(weights.length, "weights"));
    }
    SphericalMean mean = new SphericalMean();
    int i = 0;
    for (LatLng point : points) {
      mean.add(point, weights[i++]);
    }
    return mean.latLng();
  }

  /**
   * Adds a point.
   *
   * @param pointWeight 0 or more
   * @throws IllegalArgumentException if the weight is negative or not finite
   */
  public void add(LatLng point, double pointWeight) {
    add(point.latitude(), point.longitude(), pointWeight);
  }

  /** As {@link #add(LatLng, double)}, without objects; degrees. */
  public void add(double latitude, double longitude, double pointWeight) {
    double lat = Math.toRadians(latitude);
    double lng = Math.toRadians(longitude);
    double cosLat = Math.cos(lat);
    addVector(Math.cos(lng) * cosLat, Math.sin(lng) * cosLat, Math.sin(lat), pointWeight);
  }

  private void addVector(double px, double py, double pz, double pointWeight) {
    if (!(pointWeight >= 0 && pointWeight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a weight must be a number of 0 or more, not " + pointWeight);
    }
    x += pointWeight * px;
    y += pointWeight * py;
    z += pointWeight * pz;
    weight += pointWeight;
  }

  /**
   * Returns the mean resultant length: 1 if all points are equal, near 0 if they cancel out, 0 if
   * there is none. Below 1e-12 the mean is undefined.
   */
  public double resultant() {
    return weight > 0 ? Math.sqrt(x * x + y * y + z * z) / weight : 0;
  }

  /**
   * Returns the mean.
   *
   * @throws IllegalArgumentException if no weight was added, or the points cancel out, as two
   *     opposite points do
   */
  public LatLng latLng() {
    if (resultant() >= MIN_RESULTANT) {
      return latLngOf(x, y, z);
    }
    throw new IllegalArgumentException(
        weight > 0
            ? "the points cancel out and have no mean"
            : "the mean of no points, or of weights that are all 0, is not defined");
  }

  /** Returns the point in the direction of a vector that is not zero. */
  public static LatLng latLngOf(double x, double y, double z) {
    return new LatLng(
        Math.toDegrees(Math.atan2(z, Math.sqrt(x * x + y * y))), Math.toDegrees(Math.atan2(y, x)));
  }
}
