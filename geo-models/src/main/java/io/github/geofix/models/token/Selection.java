package io.github.geofix.models.token;

import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.WeightedPoints;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.token.ReferenceDatabase.Neighbor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
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

  /**
   * The token sequences found for one photo, of which a {@link Selection} makes one answer.
   *
   * @param tokenizer decodes sequences to cells
   * @param hypotheses the sequences, complete and dropped
   * @param states for each complete hypothesis the decoder's output [D] after its last token; empty
   *     unless a selection reads them
   * @param neighbors of the photo in a reference database, most similar first; none for a model
   *     without neighbors
   */
  record DecodedPhoto(
      CellTokenizer tokenizer,
      Hypotheses hypotheses,
      List<float[]> states,
      List<Neighbor> neighbors) {

    /** Copies the lists. */
    public DecodedPhoto {
      states = List.copyOf(states);
      neighbors = List.copyOf(neighbors);
    }

    /**
     * Returns the sequences whose cells have something in common with a region.
     *
     * @param shares returns the share of a cell that is there, 0 to 1
     * @param temperature of the scores later
     */
    DecodedPhoto within(ToDoubleFunction<CellPath> shares, double temperature) {
      Hypotheses inside = hypotheses.within(shares, temperature);
      List<float[]> statesInside = new ArrayList<>();
      int next = 0;
      // The order stays, so the states of those that are left can be found by their paths.
      for (int i = 0; i < states.size() && next < inside.complete().size(); i++) {
        if (hypothesis(i).path().equals(inside.complete().get(next).path())) {
          statesInside.add(states.get(i));
          next++;
        }
      }
      return new DecodedPhoto(tokenizer, inside, statesInside, neighbors);
    }

    /** Returns the number of complete hypotheses. */
    public int size() {
      return hypotheses.complete().size();
    }

    /** Returns a complete hypothesis. */
    public Hypothesis hypothesis(int index) {
      return hypotheses.complete().get(index);
    }

    /** Returns the center of a complete hypothesis's cell. */
    public LatLng latLng(int index) {
      return tokenizer.decode(hypothesis(index).path().toArray());
    }

    /** Returns the centers of the cells of all complete hypotheses with their weights. */
    public WeightedPoints points() {
      return WeightedPoints.of(
          IntStream.range(0, size()).mapToObj(this::latLng).toList(),
          hypotheses.weights(hypotheses.complete()));
    }
  }
}
