package io.github.geofix.models.gallery;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The limit of a gallery, found from the gallery itself: how similar photos of other places are.
 *
 * <p>Each of a sample of photos is compared with all that were taken elsewhere. Its best score
 * there is what a photo of a place that the gallery does not hold can expect. The limit is their
 * quantile, by the rank of split conformal prediction (Vovk et al., "Algorithmic Learning in a
 * Random World", 2005): such a photo, if it is like those of the gallery, exceeds it with at most
 * the given probability.
 */
final class GalleryLimit {
  /** The most photos that are compared. */
  private static final int SAMPLE = 1000;

  /** Photos that are compared together: the rows are read once for all of them. */
  private static final int BATCH = 64;

  private static final int FIRST_NEIGHBORS = 16;

  /** How fast the search widens where the most similar photos are all of the same place. */
  private static final int GROWTH = 8;

  /** Photos further apart than this, and than ten times the distance of agreement, are apart. */
  private static final double LEAST_ELSEWHERE_KM = 1;

  private static final int DISTANCES_OF_AGREEMENT = 10;

  private GalleryLimit() {}

  /** Returns the distance beyond which photos show other places. */
  static double elsewhereKm(double meanKm) {
    return Math.max(LEAST_ELSEWHERE_KM, DISTANCES_OF_AGREEMENT * meanKm);
  }

  /**
   * Returns the limit.
   *
   * @param falseAnswers the probability, above 0 to below 1
   * @return empty if there are too few photos of other places for such a probability
   */
  static OptionalDouble of(GalleryRows rows, double meanKm, double falseAnswers) {
    double elsewhereKm = elsewhereKm(meanKm);
    int slots = rows.slots();
    int step = Math.max(1, slots / SAMPLE);
    List<Double> scores = new ArrayList<>();
    List<Integer> batch = new ArrayList<>();
    for (int row = 0; row < slots; row += step) {
      if (!rows.isDeleted(row)) {
        batch.add(row);
      }
      if (batch.size() == BATCH || row + step >= slots) {
        scores.addAll(bestElsewhere(rows, batch, elsewhereKm, FIRST_NEIGHBORS));
        batch.clear();
      }
    }
    double[] sorted = scores.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int rank = (int) Math.ceil((1 - falseAnswers) * (sorted.length + 1));
    return rank > sorted.length ? OptionalDouble.empty() : OptionalDouble.of(sorted[rank - 1]);
  }

  private static List<Double> bestElsewhere(
      GalleryRows rows, List<Integer> photos, double elsewhereKm, int neighbors) {
    List<Double> best = new ArrayList<>();
    if (photos.isEmpty()) {
      return best;
    }
    float[][] queries = photos.stream().map(rows::vector).toArray(float[][]::new);
    List<EmbeddingSearch.Result> found = rows.search(queries, neighbors);
    List<Integer> wider = new ArrayList<>();
    for (int i = 0; i < queries.length; i++) {
      LatLng place = rows.latLng(photos.get(i));
      double[] elsewhere =
          found.get(i).hits().stream()
              .filter(hit -> !GreatCircle.isWithin(place, hit.latLng(), elsewhereKm))
              .mapToDouble(Hit::score)
              .toArray();
      if (elsewhere.length > 0) {
        best.add(Arrays.stream(elsewhere).max().orElseThrow());
      } else if (neighbors < rows.size()) {
        wider.add(photos.get(i));
      }
    }
    best.addAll(
        bestElsewhere(
            rows, wider, elsewhereKm, (int) Math.min(rows.size(), (long) neighbors * GROWTH)));
    return best;
  }
}
