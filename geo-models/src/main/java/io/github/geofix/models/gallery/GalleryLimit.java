package io.github.geofix.models.gallery;

import com.google.common.collect.Lists;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.models.gallery.GalleryModel.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The limit of a gallery, found from the gallery itself: how similar photos of other places are.
 *
 * <p>Each of a sample of photos is compared with all that were taken elsewhere. Its best score
 * there is what a photo of a place that the gallery does not hold can expect. The limit is their
 * quantile, by the rank of split conformal prediction (Vovk et al., "Algorithmic Learning in a
 * Random World", 2005): such a photo, if it is like those of the gallery, exceeds it with at most
 * the given probability.
 *
 * <p>That needs many photos elsewhere for each: the best of a few is less similar than the best of
 * all will be. The distance is therefore at most the median of that of two photos, so that half of
 * a gallery of one town is elsewhere. Where near photos show the same things, the limit is higher
 * than needed, and the probability holds all the more.
 */
final class GalleryLimit {
  /** The most photos that are compared. */
  private static final int SAMPLE = 1000;

  /** Photos that are compared together: the rows are read once for all of them. */
  private static final int BATCH = 64;

  private static final int FIRST_NEIGHBORS = 16;

  /** How fast the search widens where the most similar photos are all of the same place. */
  private static final int GROWTH = 8;

  /** The most matches of a batch on the heap. */
  private static final int MOST_HITS = 1 << 20;

  /** Photos further apart than this, and than ten times the distance of agreement, are apart. */
  private static final double FAR_KM = 1;

  private static final int DISTANCES_OF_AGREEMENT = 10;

  private final GalleryRows rows;
  private final List<Integer> sample;
  private final List<LatLng> places;
  private final List<Double> elsewhere = new ArrayList<>();
  private final List<Double> others = new ArrayList<>();

  private GalleryLimit(GalleryRows rows) {
    this.rows = rows;
    int slots = rows.slots();
    int step = Math.max(1, slots / SAMPLE);
    sample =
        IntStream.iterate(0, row -> row < slots, row -> row + step)
            .filter(row -> !rows.isDeleted(row))
            .boxed()
            .toList();
    places = sample.stream().map(rows::latLng).toList();
  }

  /**
   * Returns the limit by photos beyond the distance that fits the gallery.
   *
   * @param meanKm the distance of agreement
   * @param falseAnswers the probability, above 0 to below 1
   */
  static Limit of(GalleryRows rows, double meanKm, double falseAnswers) {
    check(falseAnswers);
    GalleryLimit limit = new GalleryLimit(rows);
    double far = Math.max(FAR_KM, DISTANCES_OF_AGREEMENT * meanKm);
    double distance = Math.min(far, limit.medianKm());
    return distance < meanKm
        ? new Limit(OptionalDouble.empty(), far, 0, 1)
        : limit.beyond(distance, falseAnswers);
  }

  /** Returns the limit by photos beyond a distance. */
  static Limit beyond(GalleryRows rows, double elsewhereKm, double falseAnswers) {
    check(falseAnswers);
    if (!(elsewhereKm > 0 && elsewhereKm < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("elsewhereKm must be above 0: " + elsewhereKm);
    }
    return new GalleryLimit(rows).beyond(elsewhereKm, falseAnswers);
  }

  private static void check(double falseAnswers) {
    if (!(falseAnswers > 0 && falseAnswers < 1)) {
      throw new IllegalArgumentException(
          "falseAnswers must be above 0 to below 1: " + falseAnswers);
    }
  }

  /** Returns the median distance of two photos; 0 if there are fewer. */
  private double medianKm() {
    double[] all =
        IntStream.range(1, places.size())
            .boxed()
            .flatMapToDouble(
                i ->
                    places.subList(0, i).stream()
                        .mapToDouble(place -> GreatCircle.distanceKm(place, places.get(i))))
            .sorted()
            .toArray();
    return all.length == 0 ? 0 : all[(all.length - 1) / 2];
  }

  private Limit beyond(double elsewhereKm, double falseAnswers) {
    List<Integer> compared =
        IntStream.range(0, places.size())
            .filter(i -> isAnyBeyond(places.get(i), elsewhereKm))
            .mapToObj(sample::get)
            .toList();
    compare(compared, elsewhereKm, FIRST_NEIGHBORS);
    double[] sorted = elsewhere.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int rank = (int) Math.ceil((1 - falseAnswers) * (sorted.length + 1));
    if (rank > sorted.length) {
      return new Limit(OptionalDouble.empty(), elsewhereKm, sorted.length, 1);
    }
    double limit = sorted[rank - 1];
    double answered =
        others.stream().mapToDouble(best -> best >= limit ? 1 : 0).average().orElse(0);
    return new Limit(OptionalDouble.of(limit), elsewhereKm, sorted.length, answered);
  }

  private boolean isAnyBeyond(LatLng place, double km) {
    return places.stream().anyMatch(other -> !GreatCircle.isWithin(place, other, km));
  }

  /** Adds the best scores elsewhere, searching wider for photos whose matches are all near. */
  private void compare(List<Integer> photos, double elsewhereKm, int neighbors) {
    int batch = Math.max(1, Math.min(BATCH, MOST_HITS / neighbors));
    List<Integer> wider = new ArrayList<>();
    for (List<Integer> some : Lists.partition(photos, batch)) {
      float[][] queries = some.stream().map(rows::vector).toArray(float[][]::new);
      List<EmbeddingSearch.Result> found = rows.search(queries, neighbors);
      for (int i = 0; i < queries.length; i++) {
        int photo = some.get(i);
        List<Hit> hits = found.get(i).hits();
        if (neighbors == FIRST_NEIGHBORS) {
          hits.stream().filter(hit -> hit.row() != photo).findFirst().ifPresent(this::addOther);
        }
        LatLng place = rows.latLng(photo);
        OptionalDouble best =
            hits.stream()
                .filter(hit -> !GreatCircle.isWithin(place, hit.latLng(), elsewhereKm))
                .mapToDouble(Hit::score)
                .max();
        if (best.isPresent()) {
          elsewhere.add(best.getAsDouble());
        } else if (neighbors < rows.size()) {
          wider.add(photo);
        }
      }
    }
    if (!wider.isEmpty()) {
      compare(wider, elsewhereKm, (int) Math.min(rows.size(), (long) neighbors * GROWTH));
    }
  }

  private void addOther(Hit hit) {
    others.add((double) hit.score());
  }
}
