package io.github.geofix.models.token;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Chooses one answer from the token sequences found for a photo. */
@FunctionalInterface
public interface Selection {

  /** Returns the answer: the center of a hypothesis's cell, or a place between several. */
  LatLng choose(DecodedPhoto photo);

  /** Returns whether {@link DecodedPhoto#states} are read, which cost a second decoding. */
  default boolean readsStates() {
    return false;
  }

  /** Returns the selection of the most probable hypothesis. */
  static Selection mostProbable() {
    return photo -> photo.latLng(photo.hypotheses().mostProbable());
  }

  /**
   * Returns the selection of the hypothesis with the least expected distance to all others: the one
   * to use if what counts is the distance in km.
   */
  static Selection medoid() {
    return photo -> photo.latLng(photo.points().medoid());
  }

  /**
   * Returns the selection of the density mode, the mean of the weight around the hypothesis that
   * has most of it nearby: the one to use if what counts is to be within a distance.
   *
   * @param radiusKm what is nearby, above 0 to 10,007
   */
  static Selection density(double radiusKm) {
    return photo -> photo.points().densityMode(radiusKm);
  }

  /**
   * Returns the selection of the hypothesis that the photo's neighbors support most; of equals, the
   * most probable. Each neighbor within the radius counts with {@code 1 + similarity}.
   *
   * @param radiusKm above 0
   */
  static Selection nearNeighbors(double radiusKm) {
    return photo ->
        photo.latLng(
            IntStream.range(0, photo.size())
                .boxed()
                .max(
                    Comparator.comparingDouble(
                            (Integer i) -> support(photo.latLng(i), photo.neighbors(), radiusKm))
                        .thenComparing(i -> photo.hypothesis(i).logProbability())
                        .thenComparing(i -> -i))
                .orElseThrow());
  }

  private static double support(LatLng place, List<Neighbor> neighbors, double radiusKm) {
    return neighbors.stream()
        .filter(n -> GreatCircle.isWithin(place, n.latLng(), radiusKm))
        .mapToDouble(n -> 1 + n.similarity())
        .sum();
  }
}
