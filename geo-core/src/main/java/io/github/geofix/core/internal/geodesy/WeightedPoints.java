package io.github.geofix.core.internal.geodesy;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.ArrayList;
import java.util.List;

/**
 * Weighted points, such as the candidates of a model with their scores, and their representative
 * points. Immutable and thread-safe.
 *
 * <p>The mean is between clusters, possibly where no photo was taken. The medoid is one of the
 * points and minimizes the expected distance. The density mode is in the heaviest cluster and
 * maximizes the probability of being within a distance.
 */
public final class WeightedPoints {
  private final List<LatLng> points;
  private final double[] weights;
  private final double[] vectors; // x, y, z of each point

  private WeightedPoints(List<LatLng> points, double[] weights) {
    this.points = List.copyOf(points);
    this.weights = weights.clone();
    this.vectors = new double[3 * points.size()];
    for (int i = 0; i < weights.length; i++) {
      double lat = Math.toRadians(this.points.get(i).latitude());
      double lng = Math.toRadians(this.points.get(i).longitude());
      vectors[3 * i] = Math.cos(lng) * Math.cos(lat);
      vectors[3 * i + 1] = Math.sin(lng) * Math.cos(lat);
      vectors[3 * i + 2] = Math.sin(lat);
    }
  }

  /**
   * Returns the given points.
   *
   * @param weights one per point, 0 or more, not all 0
   * @throws IllegalArgumentException if there is no point, the lengths differ, a weight is negative
   *     or not finite, or all are 0
   */
  public static WeightedPoints of(List<LatLng> points, double[] weights) {
    if (points.isEmpty() || points.size() != weights.length) {
      throw new IllegalArgumentException(
          points.size() + " points and " + weights.length + " weights: one or more are needed");
    }
    double sum = 0;
    for (double weight : weights) {
      if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("a weight must be a number of 0 or more, not " + weight);
      }
      sum += weight;
    }
    if (sum > 0) {
      return new WeightedPoints(points, weights);
    }
    throw new IllegalArgumentException("all " + weights.length + " weights are 0");
  }

  /**
   * Returns the spherical mean.
   *
   * @throws IllegalArgumentException if the points cancel out
   */
  public LatLng mean() {
    return SphericalMean.of(points, weights);
  }

  /**
   * Returns the index of the point with the least weighted sum of great-circle distances to all
   * others; of equals, the first. Takes O(n^2) time.
   */
  public int medoid() {
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < weights.length; i++) {
      double sum = 0;
      for (int j = 0; j < weights.length && sum < least; j++) {
        sum += weights[j] * angle(i, j);
      }
      if (sum < least) {
        least = sum;
        best = i;
      }
    }
    return best;
  }

  /**
   * Returns the index of the point with the most weight within a distance, its own included; of
   * equals, the heaviest point, then the first. Takes O(n^2) time.
   *
   * @param radiusKm more than 0
   * @throws IllegalArgumentException if the radius is not more than 0
   */
  public int densest(double radiusKm) {
    double chord = chord(radiusKm);
    int best = 0;
    double most = -1;
    for (int i = 0; i < weights.length; i++) {
      double sum = 0;
      for (int j = 0; j < weights.length; j++) {
        sum += within(3 * i, j, vectors, chord) ? weights[j] : 0;
      }
      if (sum > most || (sum == most && weights[i] > weights[best])) {
        most = sum;
        best = i;
      }
    }
    return best;
  }

  /**
   * Returns the density mode: the mean of the weight within a distance of the {@link #densest}
   * point.
   *
   * @param radiusKm more than 0 and at most a quarter of the circumference, 10,007 km
   * @throws IllegalArgumentException if the radius is out of range
   */
  public LatLng densityMode(double radiusKm) {
    return meanAround(points.get(densest(radiusKm)), radiusKm);
  }

  /**
   * Returns the mean of the weight within a distance of a point, or the point itself if there is no
   * weight.
   *
   * @param radiusKm more than 0 and at most a quarter of the circumference, 10,007 km
   * @throws IllegalArgumentException if the radius is out of range
   */
  public LatLng meanAround(LatLng center, double radiusKm) {
    // Within a hemisphere points cannot cancel out.
    if (!(radiusKm <= GreatCircle.EARTH_RADIUS_KM * Math.PI / 2)) {
      throw new IllegalArgumentException(
          "radiusKm is more than a quarter of the Earth: " + radiusKm);
    }
    double chord = chord(radiusKm);
    double[] from = of(List.of(center), new double[] {1}).vectors;
    SphericalMean mean = new SphericalMean();
    for (int j = 0; j < weights.length; j++) {
      if (within(0, j, from, chord)) {
        mean.add(points.get(j), weights[j]);
      }
    }
    return mean.resultant() > 1e-12 ? mean.latLng() : center;
  }

  /**
   * A place that points agree on.
   *
   * @param latLng the weighted mean of its points
   * @param weight the sum of their weights, above 0
   */
  public record Cluster(LatLng latLng, double weight) {}

  /**
   * Returns the places that the points agree on, that of the most weight first: all points within a
   * distance of the one that has the most weight around it, then the same of the points left.
   * Points without weight are left out. Takes O(c n^2) time for c places.
   *
   * @param radiusKm 0, for equal positions alone, to a quarter of the circumference, 10,007 km
   */
  public List<Cluster> clusters(double radiusKm) {
    List<Cluster> clusters = new ArrayList<>();
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        left.add(i);
      }
    }
    while (!left.isEmpty()) {
      List<Integer> best = List.of();
      double most = 0;
      for (int center : left) {
        List<Integer> near =
            left.stream()
                .filter(i -> GreatCircle.isWithin(points.get(center), points.get(i), radiusKm))
                .toList();
        double weight = near.stream().mapToDouble(i -> weights[i]).sum();
        if (weight > most) {
          most = weight;
          best = near;
        }
      }
      SphericalMean mean = new SphericalMean();
      best.forEach(i -> mean.add(points.get(i), weights[i]));
      clusters.add(new Cluster(mean.latLng(), most));
      left.removeAll(best);
    }
    return clusters;
  }

  private boolean within(int at, int j, double[] from, double chord) {
    double dx = from[at] - vectors[3 * j];
    double dy = from[at + 1] - vectors[3 * j + 1];
    double dz = from[at + 2] - vectors[3 * j + 2];
    return dx * dx + dy * dy + dz * dz <= chord * chord;
  }

  private double angle(int i, int j) {
    double dx = vectors[3 * i] - vectors[3 * j];
    double dy = vectors[3 * i + 1] - vectors[3 * j + 1];
    double dz = vectors[3 * i + 2] - vectors[3 * j + 2];
    return 2 * Math.asin(Math.min(1, Math.sqrt(dx * dx + dy * dy + dz * dz) / 2));
  }

  /** Returns the chord length, on the unit sphere, of a distance. */
  private static double chord(double radiusKm) {
    if (!(radiusKm > 0)) {
      throw new IllegalArgumentException("radiusKm must be more than 0: " + radiusKm);
    }
    double half = Math.min(Math.PI / 2, radiusKm / GreatCircle.EARTH_RADIUS_KM / 2);
    return 2 * Math.sin(half);
  }
}
