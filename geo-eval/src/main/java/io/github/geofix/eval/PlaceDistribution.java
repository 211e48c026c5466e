package io.github.geofix.eval;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * How the answers for many photos, taken together, are distributed over the Earth, beside the
 * places where the photos were taken. A model can be right often and still answer the same few
 * places: then its coverage is low.
 *
 * <p>Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML 2020, of
 * which precision and recall are those of Kynkaanniemi et al., NeurIPS 2019. The neighborhood of a
 * place is the disk that reaches to its K-th nearest other place of the same set, by great circles;
 * its edge is inside, so that places named more than once are near each other.
 *
 * @param precision the share of answers in the neighborhood of a true place
 * @param recall the share of true places in the neighborhood of an answer
 * @param density the mean number of neighborhoods of true places that an answer is in, divided by
 *     K; 1 for answers of the same distribution, more if they are at the most crowded places
 * @param coverage the share of neighborhoods of true places that hold an answer
 */
public record PlaceDistribution(double precision, double recall, double density, double coverage) {

  /** K, as in the paper. */
  public static final int NEIGHBORS = 5;

  /** Of more photos, so many are drawn at random, always the same. */
  public static final int MOST_PHOTOS = 10_000;

  private static final int SEED = 2020;

  /**
   * Compares answers with true places, paired by position in the lists. Costs N times the number of
   * places in the band of latitude of a neighborhood.
   *
   * @throws IllegalArgumentException if the sizes differ, or there are {@value #NEIGHBORS} or less
   */
  public static PlaceDistribution of(List<LatLng> truths, List<LatLng> answers) {
    if (truths.size() != answers.size() || truths.size() <= NEIGHBORS) {
      throw new IllegalArgumentException(
          Count.of(answers.size(), "answers and ")
              + Count.of(truths.size(), "true places: as many of each are needed, and more than ")
              + NEIGHBORS);
    }
    SortedPlaces real = new SortedPlaces(drawn(truths));
    SortedPlaces given = new SortedPlaces(drawn(answers));
    Neighborhoods ofReal = Neighborhoods.count(real, given);
    Neighborhoods ofGiven = Neighborhoods.count(given, real);
    double size = real.size();
    return new PlaceDistribution(
        ofReal.inside / size,
        ofGiven.inside / size,
        ofReal.pairs / (NEIGHBORS * size),
        ofReal.nonEmpty / size);
  }

  private static List<LatLng> drawn(List<LatLng> places) {
    if (places.size() <= MOST_PHOTOS) {
      return places;
    }
    List<LatLng> shuffled = new ArrayList<>(places);
    Collections.shuffle(shuffled, new Random(SEED));
    return shuffled.subList(0, MOST_PHOTOS);
  }

  /**
   * The neighborhoods of one set, and the places of another.
   *
   * @param nonEmpty the number of neighborhoods that hold a place
   * @param inside the number of places that are in a neighborhood
   * @param pairs the number of pairs of both
   */
  private record Neighborhoods(int nonEmpty, int inside, long pairs) {
    static Neighborhoods count(SortedPlaces centers, SortedPlaces places) {
      boolean[] inside = new boolean[places.size()];
      int nonEmpty = 0;
      long pairs = 0;
      for (int i = 0; i < centers.size(); i++) {
        double km = centers.kmToNeighbor(i, NEIGHBORS);
        int found = places.markWithin(centers.place(i), km, inside);
        pairs += found;
        nonEmpty += found > 0 ? 1 : 0;
      }
      int count = 0;
      for (boolean is : inside) {
        count += is ? 1 : 0;
      }
      return new Neighborhoods(nonEmpty, count, pairs);
    }
  }
}
