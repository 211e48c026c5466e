package io.github.geofix.eval;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import java.util.Arrays;
import java.util.List;

/**
 * The distance of each prediction from its true position, in km. Immutable and thread-safe.
 *
 * <p>Distances are great circles on a sphere of radius {@link GreatCircle#EARTH_RADIUS_KM}. Takes
 * 16 bytes a photo.
 */
public final class DistanceErrors {

  /** Half the Earth's circumference: no error is larger. */
  public static final double WORST_KM = Math.PI * GreatCircle.EARTH_RADIUS_KM;

  /** Points of a full score and the distance at which it has fallen to 1/e of it. */
  private static final double FULL_SCORE = 5000;

  private static final double SCORE_KM = 1492.7;

  private final double[] km;
  private final double[] sorted;

  private DistanceErrors(double[] km) {
    if (km.length == 0) {
      throw new IllegalArgumentException("there is no photo to evaluate");
    }
    this.km = km;
    this.sorted = km.clone();
    Arrays.parallelSort(sorted);
    // NaN sorts last, so checking both ends checks all.
    require(sorted[0]);
    require(sorted[sorted.length - 1]);
  }

  static void require(double km) {
    if (!(km >= 0 && km <= WORST_KM)) {
      throw new IllegalArgumentException("an error must be 0 to " + WORST_KM + " km: " + km);
    }
  }

  /**
   * Returns the distances between truths and guesses, paired by position in their lists.
   *
   * @throws IllegalArgumentException if the lists are empty or differ in size
   */
  public static DistanceErrors of(List<LatLng> truths, List<LatLng> guesses) {
    checkSizes(truths.size(), guesses.size());
    double[] km = new double[truths.size()];
    Arrays.parallelSetAll(km, i -> GreatCircle.distanceKm(truths.get(i), guesses.get(i)));
    return new DistanceErrors(km);
  }

  /**
   * As {@link #of(List, List)} without objects: each array is latitude, longitude, latitude, ... in
   * degrees, [2N].
   *
   * @throws IllegalArgumentException if the arrays are empty, differ in length or hold a value that
   *     is not a number
   */
  public static DistanceErrors ofDegrees(double[] truths, double[] guesses) {
    checkSizes(truths.length, guesses.length);
    if (truths.length % 2 != 0) {
      throw new IllegalArgumentException("latitudes and longitudes do not pair up");
    }
    double[] km = new double[truths.length / 2];
    Arrays.parallelSetAll(
        km,
        i ->
            GreatCircle.distanceKm(
                truths[2 * i], truths[2 * i + 1], guesses[2 * i], guesses[2 * i + 1]));
    return new DistanceErrors(km);
  }

  /**
   * Returns errors already measured, in photo order.
   *
   * @throws IllegalArgumentException if there is none, or one is not within 0 and {@link #WORST_KM}
   */
  public static DistanceErrors ofKm(double... km) {
    return new DistanceErrors(km.clone());
  }

  private static void checkSizes(int truths, int guesses) {
    if (truths != guesses) {
      throw new IllegalArgumentException(
          Count.of(truths, "truths do not pair with ") + Count.of(guesses, "guesses"));
    }
  }

  /** Returns the number of photos, at least 1. */
  public int size() {
    return km.length;
  }

  /** Returns the error of the photo at {@code index}, in km. */
  public double km(int index) {
    return km[index];
  }

  /** Returns all errors in photo order, in km: a copy. */
  public double[] toArray() {
    return km.clone();
  }

  /** Returns all errors in photo order, in km. */
  List<Double> asList() {
    return Arrays.stream(km).boxed().toList();
  }

  /**
   * Returns the number of photos located at most {@code limitKm} away: a photo at the limit counts.
   */
  public int countWithinKm(double limitKm) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] <= limitKm) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Returns the share of photos located at most {@code limitKm} away: a photo at the limit counts.
   */
  public Share withinKm(double limitKm) {
    return Share.of(countWithinKm(limitKm), km.length);
  }

  /** Returns for each photo whether its answer is within a limit, which is included. */
  boolean[] areWithinKm(double limitKm) {
    boolean[] within = new boolean[km.length];
    for (int i = 0; i < within.length; i++) {
      within[i] = km[i] <= limitKm;
    }
    return within;
  }

  /**
   * Returns the error that the share {@code q} of photos does not exceed, in km.
   *
   * <p>Between two photos it is interpolated linearly, as NumPy and R do.
   *
   * @param q 0 to 1; 0.5 is the median
   * @throws IllegalArgumentException if {@code q} is out of range
   */
  public double quantileKm(double q) {
    return Quantile.ofSorted(sorted, q);
  }

  /** Returns the median error in km. */
  public double medianKm() {
    return quantileKm(0.5);
  }

  /** Returns the mean error in km. */
  public double meanKm() {
    return ExactSum.of(km).value() / km.length;
  }

  /**
   * Returns the mean game score, 0 to 5000: {@code 5000 exp(-km / 1492.7)} of each photo.
   *
   * <p>The curve that Haas, Alberti and Skreta fitted to the world map of GeoGuessr ("PIGEON",
   * arXiv 2307.05845); Astruc et al. ("OpenStreetView-5M", CVPR 2024) report the same as GeoScore.
   */
  public double meanScore() {
    return ExactSum.of(Arrays.stream(km).map(DistanceErrors::score).toArray()).value() / km.length;
  }

  /**
   * Returns the haversine reward of an answer, 0 to 1: {@code exp(-d / scaleKm)} of its
   * great-circle distance d from the truth, for training by reinforcement. At 1492.7 km it is the
   * game score by 5000. Exact, without allocation, and thread-safe.
   *
   * @param scaleKm the distance at which the reward is 1/e, positive
   * @throws IllegalArgumentException if the scale is not positive
   */
  public static double reward(LatLng truth, LatLng answer, double scaleKm) {
    if (!(scaleKm > 0)) {
      throw new IllegalArgumentException("scaleKm must be positive: " + scaleKm);
    }
    return Math.exp(-GreatCircle.distanceKm(truth, answer) / scaleKm);
  }

  /** Returns the game score of one error: see {@link #meanScore()}. */
  static double score(double km) {
    return FULL_SCORE * Math.exp(-km / SCORE_KM);
  }
}
