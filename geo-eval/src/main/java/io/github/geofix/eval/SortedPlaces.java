package io.github.geofix.eval;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Places by latitude, so that those near another are found without comparing all. */
final class SortedPlaces {

  /** More than the rounding error of a distance. */
  private static final double SLACK_KM = 1e-3;

  private final List<LatLng> places;

  SortedPlaces(List<LatLng> places) {
    this.places = places.stream().sorted(Comparator.comparingDouble(LatLng::latitude)).toList();
  }

  int size() {
    return places.size();
  }

  /** Returns a place, the southernmost first. */
  LatLng place(int i) {
    return places.get(i);
  }

  /** Returns the distance of a place from its k-th nearest other place; there must be so many. */
  double kmToNeighbor(int i, int k) {
    LatLng center = places.get(i);
    double[] nearest = new double[k];
    Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    int south = i - 1;
    int north = i + 1;
    while (true) {
      double toSouth = kmToParallel(center, south);
      double toNorth = kmToParallel(center, north);
      if (Math.min(toSouth, toNorth) > nearest[k - 1] + SLACK_KM
          || (south < 0 && north >= places.size())) {
        return nearest[k - 1];
      }
      int next = toSouth < toNorth ? south-- : north++;
      insert(nearest, GreatCircle.distanceKm(center, places.get(next)));
    }
  }

  /** No way to a place is shorter than that to its parallel. */
  private double kmToParallel(LatLng center, int i) {
    return i < 0 || i >= places.size()
        ? Double.POSITIVE_INFINITY
        : GreatCircle.EARTH_RADIUS_KM
            * Math.toRadians(Math.abs(places.get(i).latitude() - center.latitude()));
  }

  private static void insert(double[] nearest, double km) {
    int at = nearest.length - 1;
    if (km < nearest[at]) {
      for (; at > 0 && nearest[at - 1] > km; at--) {
        nearest[at] = nearest[at - 1];
      }
      nearest[at] = km;
    }
  }

  /**
   * Marks the places within a distance of a center.
   *
   * @return how many there are
   */
  int markWithin(LatLng center, double km, boolean[] marks) {
    double degrees = Math.toDegrees((km + SLACK_KM) / GreatCircle.EARTH_RADIUS_KM);
    int found = 0;
    for (int i = firstFrom(center.latitude() - degrees);
        i < places.size() && places.get(i).latitude() <= center.latitude() + degrees;
        i++) {
      if (GreatCircle.distanceKm(center, places.get(i)) <= km) {
        marks[i] = true;
        found++;
      }
    }
    return found;
  }

  private int firstFrom(double latitude) {
    int low = 0;
    int high = places.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (places.get(middle).latitude() < latitude) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
