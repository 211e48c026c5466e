package io.github.geofix.models.gallery;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.internal.geodesy.WeightedPoints;
import java.util.ArrayList;
import java.util.List;

/**
 * The distance within which votes agree, found from the gallery itself: each of a sample of photos
 * is located by all others, with every distance of a grid. The distance with the least mean
 * logarithm of the error is taken, the standard one if none is better.
 */
final class GalleryAgreement {
  /** The most photos that are located. */
  private static final int SAMPLE = 1000;

  /** Fewer photos show too little to choose by. */
  private static final int LEAST_PHOTOS = 20;

  /** Photos that are located together: the rows are read once for all of them. */
  private static final int BATCH = 64;

  private static final double[] GRID_KM = {
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10
  };

  /** Errors below the precision of positions are as good as none. */
  private static final double LEAST_ERROR_KM = 0.001;

  private GalleryAgreement() {}

  /** Returns the distance in km. */
  static double of(GalleryRows rows, GalleryConfig config) {
    double standard = GalleryConfig.AGREE_KM;
    List<Located> photos = locate(rows, config);
    if (photos.size() < LEAST_PHOTOS) {
      return standard;
    }
    double best = standard;
    double least = meanLogError(photos, standard);
    for (double km : GRID_KM) {
      double error = meanLogError(photos, km);
      if (error < least) {
        best = km;
        least = error;
      }
    }
    return best;
  }

  /**
   * A photo and the votes of the others on its position.
   *
   * @param place where it was taken
   * @param votes those of the most similar other photos
   */
  private record Located(LatLng place, WeightedPoints votes) {}

  private static List<Located> locate(GalleryRows rows, GalleryConfig config) {
    int slots = rows.slots();
    int step = Math.max(1, slots / SAMPLE);
    List<Located> located = new ArrayList<>();
    List<Integer> batch = new ArrayList<>();
    for (int row = 0; row < slots; row += step) {
      if (!rows.isDeleted(row)) {
        batch.add(row);
      }
      if (!batch.isEmpty() && (batch.size() == BATCH || row + step >= slots)) {
        locate(rows, config, batch, located);
        batch.clear();
      }
    }
    return located;
  }

  private static void locate(
      GalleryRows rows, GalleryConfig config, List<Integer> photos, List<Located> located) {
    float[][] queries = photos.stream().map(rows::vector).toArray(float[][]::new);
    List<EmbeddingSearch.Result> found = rows.search(queries, config.neighbors() + 1);
    for (int i = 0; i < queries.length; i++) {
      int photo = photos.get(i);
      List<Hit> others =
          found.get(i).hits().stream()
              .filter(hit -> hit.row() != photo)
              .limit(config.neighbors())
              .toList();
      if (!others.isEmpty()) {
        located.add(new Located(rows.latLng(photo), GalleryAnswers.weighted(others, config)));
      }
    }
  }

  private static double meanLogError(List<Located> photos, double agreeKm) {
    double sum = 0;
    for (Located photo : photos) {
      LatLng answer = photo.votes().clusters(agreeKm).get(0).latLng();
      sum += Math.log(LEAST_ERROR_KM + GreatCircle.distanceKm(answer, photo.place()));
    }
    return sum / photos.size();
  }
}
