package io.github.geofix.models.gallery;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.geodesy.WeightedPoints;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.calibration.Temperature;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The answer of the most similar photos. */
final class GalleryAnswers {
  private GalleryAnswers() {}

  /**
   * Returns the consensus of the most similar photos.
   *
   * @param hits best first, at least one
   */
  static Location location(List<Hit> hits, GalleryConfig config, Calibration calibration) {
    double temperature = calibration.temperature();
    double[] votes = Temperature.apply(votes(hits, config.scale()), temperature);
    double agreeKm = config.answer().meanKm();
    List<LatLng> places = hits.stream().map(Hit::latLng).toList();
    List<WeightedPoints.Cluster> found = WeightedPoints.of(places, votes).clusters(agreeKm);
    List<Candidate> candidates =
        found.stream()
            .limit(config.answer().candidates())
            .map(place -> candidate(place, agreeKm))
            .toList();
    Cells cells = cells(places, votes, agreeKm);
    return new Location(
        found.get(0).latLng(),
        candidates,
        BatchLocalizer.regions(cells.cells, cells.scores, calibration));
  }

  private static Candidate candidate(WeightedPoints.Cluster place, double agreeKm) {
    S2Cell cell = S2Cell.around(place.latLng(), agreeKm);
    double radiusKm = S2Cells.radiusKm(cell.id(), place.latLng());
    return new Candidate(place.latLng(), Math.min(1, place.weight()), radiusKm, cell);
  }

  /** Returns the uncalibrated scores of the cells of the most similar photos. */
  static ScoredPhoto scored(LatLng truth, List<Hit> hits, GalleryConfig config) {
    List<LatLng> places = hits.stream().map(Hit::latLng).toList();
    Cells cells = cells(places, votes(hits, config.scale()), config.answer().meanKm());
    return ScoredPhoto.of(truth, cells.cells, cells.scores);
  }

  /** Returns the places of the most similar photos with their votes, as before calibration. */
  static WeightedPoints weighted(List<Hit> hits, GalleryConfig config) {
    return WeightedPoints.of(hits.stream().map(Hit::latLng).toList(), votes(hits, config.scale()));
  }

  private static double[] votes(List<Hit> hits, double scale) {
    return votes(hits.stream().mapToDouble(Hit::score).toArray(), scale);
  }

  private static double[] votes(double[] scores, double scale) {
    return Arrays.stream(scores).map(score -> Math.exp(scale * (score - scores[0]))).toArray();
  }

  /**
   * Returns the shares of the votes of photos, which add up to 1.
   *
   * @param scores best first, at least one
   */
  static double[] shares(double[] scores, GalleryConfig config, Calibration calibration) {
    return Temperature.apply(votes(scores, config.scale()), calibration.temperature());
  }

  /** Cells of photos, and the share of the votes in each. */
  private record Cells(CellPartition cells, double[] scores) {}

  private static Cells cells(List<LatLng> places, double[] votes, double agreeKm) {
    CellPartition cells =
        CellPartition.ofCellIds(
            places.stream()
                .mapToLong(place -> S2Cell.around(place, agreeKm).id())
                .distinct()
                .toArray());
    double[] scores = new double[cells.size()];
    double all = IntStream.range(0, votes.length).mapToDouble(i -> votes[i]).sum();
    for (int i = 0; i < votes.length; i++) {
      scores[cells.labelOf(places.get(i).latitude(), places.get(i).longitude())] += votes[i] / all;
    }
    return new Cells(cells, scores);
  }
}
