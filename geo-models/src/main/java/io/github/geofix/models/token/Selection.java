package io.github.geofix.models.token;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Makes one answer of the words found for a photo. */
@FunctionalInterface
public interface Selection {

  /** Returns the answer: the place of a word, or a place between several. */
  LatLng choose(Pool pool);

  /** Returns true if {@link Pool#states} is needed, which takes one more step of decoding. */
  default boolean readsStates() {
    return false;
  }

  /** The likeliest word. */
  static Selection mostProbable() {
    return pool -> pool.latLng(pool.mostProbable());
  }

  /** The word with the least expected distance to all others: right if what counts is km. */
  static Selection medoid() {
    return pool -> pool.latLng(pool.points().medoid());
  }

  /**
   * The mean of the weight around the word that has most of it nearby: right if what counts is to
   * be within a distance.
   *
   * @param radiusKm what is nearby, above 0 to 10,007
   */
  static Selection density(double radiusKm) {
    return pool -> pool.points().densityMode(radiusKm);
  }

  /**
   * The word with the most similar neighbors nearby, of equals the likeliest: what the reference
   * photos that look alike say about the model's words.
   *
   * @param neighbors of the photo
   * @param radiusKm a neighbor counts with {@code 1 + similarity} if it is within this distance
   */
  static Selection nearNeighbors(List<Neighbor> neighbors, double radiusKm) {
    return pool ->
        pool.latLng(
            IntStream.range(0, pool.size())
                .boxed()
                .max(
                    Comparator.comparingDouble(
                            (Integer i) -> support(pool.latLng(i), neighbors, radiusKm))
                        .thenComparing(i -> pool.words().get(i).logProbability())
                        .thenComparing(i -> -i))
                .orElseThrow());
  }

  private static double support(LatLng place, List<Neighbor> neighbors, double radiusKm) {
    return neighbors.stream()
        .filter(n -> GreatCircle.isWithin(place, n.latLng(), radiusKm))
        .mapToDouble(n -> 1 + n.similarity())
        .sum();
  }

  /**
   * The word closest to the truth: what the best possible selection would choose. For analysis
   * only, since it knows the answer.
   */
  static Selection closestTo(LatLng truth) {
    return pool ->
        IntStream.range(0, pool.size())
            .mapToObj(pool::latLng)
            .min(Comparator.comparingDouble(place -> GreatCircle.distanceKm(place, truth)))
            .orElseThrow();
  }
}
