package io.github.geofix.models.internal;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;

/** Scores given that a photo was taken in a region, see {@link io.github.geofix.core.Photo}. */
public final class Within {
  private Within() {}

  /**
   * Returns the scores of cells given a region; those given if there is none.
   *
   * @throws NoAnswerException if no cell with a score lies in the region
   */
  public static double[] scores(Optional<Region> region, CellPartition cells, double[] scores) {
    return region.isEmpty()
        ? scores
        : scores(
            scores,
            cell ->
                region.get().overlap(cells.cell(cell)).map(Region.Overlap::share).orElse(0.0));
  }

  /** As {@link #scores(Optional, CellPartition, double[])}, for scores of positions. */
  public static double[] scores(
      Optional<Region> region, IntFunction<LatLng> positions, double[] scores) {
    return region.isEmpty()
        ? scores
        : scores(scores, i -> region.get().contains(positions.apply(i)) ? 1 : 0);
  }

  /**
   * Returns scores multiplied by shares, 0 to 1, and divided by their sum.
   *
   * @throws NoAnswerException if nothing is left
   */
  public static double[] scores(double[] scores, IntToDoubleFunction shares) {
    double[] within = new double[scores.length];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      within[i] = scores[i] == 0 ? 0 : scores[i] * shares.applyAsDouble(i);
      sum += within[i];
    }
    if (!(sum > 0)) {
      throw new NoAnswerException("the model knows no place in the region given");
    }
    for (int i = 0; i < within.length; i++) {
      within[i] /= sum;
    }
    return within;
  }

  /** Returns a location of such scores, with candidates and answer moved into the region. */
  public static Location location(Optional<Region> region, Location location) {
    return region.isEmpty() ? location : location(region.get(), location);
  }

  private static Location location(Region region, Location location) {
    List<Candidate> inside =
        location.candidates().stream()
            .filter(candidate -> candidate.score() > 0)
            .map(
                candidate ->
                    region
                        .overlap(candidate.cell())
                        .map(overlap -> candidate.in(region, overlap))
                        .orElse(candidate))
            .toList();
    LatLng answer =
        region.contains(location.latLng()) ? location.latLng() : inside.get(0).latLng();
    return new Location(answer, inside, location.regions());
  }
}
