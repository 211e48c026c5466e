package io.github.geofix.models.gallery;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.SphericalMean;
import java.util.ArrayList;
import java.util.List;

/** Positions that votes agree on. */
final class Consensus {
  private Consensus() {}

  /**
   * A place that votes agree on.
   *
   * @param latLng the weighted mean of the votes
   * @param share the share of the weight, above 0 to 1
   */
  record Place(LatLng latLng, double share) {}

  /**
   * Returns the places of votes, the one of the most weight first: the vote with the most weight
   * within a distance of it, with all votes within that distance, then the same of the rest.
   *
   * @param weights of the votes, 0 or more, not all 0
   * @param withinKm 0 for equal positions
   */
  static List<Place> of(List<LatLng> votes, double[] weights, double withinKm) {
    double all = 0;
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      all += weights[i];
      if (weights[i] > 0) {
        left.add(i);
      }
    }
    List<Place> places = new ArrayList<>();
    while (!left.isEmpty()) {
      List<Integer> best = List.of();
      double most = 0;
      for (int center : left) {
        List<Integer> near =
            left.stream()
                .filter(i -> GreatCircle.isWithin(votes.get(center), votes.get(i), withinKm))
                .toList();
        double weight = near.stream().mapToDouble(i -> weights[i]).sum();
        if (weight > most) {
          most = weight;
          best = near;
        }
      }
      SphericalMean mean = new SphericalMean();
      best.forEach(i -> mean.add(votes.get(i), weights[i]));
      places.add(new Place(mean.latLng(), Math.min(1, most / all)));
      left.removeAll(best);
    }
    return places;
  }
}
