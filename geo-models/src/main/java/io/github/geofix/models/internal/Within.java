package io.github.geofix.models.internal;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.cell.Cell;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.partition.RegionOverlap;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;

/** Scores given that a photo was taken in a region, see {@link io.github.geofix.core.Photo}. */
public final class Within {
  private Within() {}

  /**
   * Returns the scores of cells given a region; those given if there is none.
   *
   * @throws NoAnswerException if no cell with a score is in the region
   */
  public static double[] scores(Optional<Region> region, CellPartition cells, double[] scores) {
    return region.isEmpty()
        ? scores
        : scores(scores, cell -> RegionOverlap.share(region.get(), cells.cell(cell)));
  }

  /** As {@link #scores(Optional, CellPartition, double[])}, for scores of positions. */
  public static double[] scores(
      Optional<Region> region, IntFunction<LatLng> positions, double[] scores) {
    return region.isEmpty()
        ? scores
        : scores(scores, i -> region.get().contains(positions.apply(i)) ? 1 : 0);
  }

  /** Returns the share of each path's cell that is in a region; computed once for each. */
  public static ToDoubleFunction<CellPath> shares(Region region, Function<CellPath, Cell> cells) {
    Map<CellPath, Double> known = new HashMap<>();
    return path -> known.computeIfAbsent(path, p -> RegionOverlap.share(region, cells.apply(p)));
  }

  /** Returns the penalty of paths that keeps a search in a region. */
  public static ToDoubleFunction<CellPath> penalty(ToDoubleFunction<CellPath> shares) {
    return path -> shares.applyAsDouble(path) > 0 ? 0 : Double.POSITIVE_INFINITY;
  }

  /**
   * Returns scores multiplied by shares, 0 to 1, and divided by their sum.
   *
   * @throws NoAnswerException if nothing is left
   */
  private static double[] scores(double[] scores, IntToDoubleFunction shares) {
    double[] within = new double[scores.length];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      within[i] = scores[i] == 0 ? 0 : scores[i] * shares.applyAsDouble(i);
      sum += within[i];
    }
    if (!(sum > 0)) {
      throw new NoAnswerException("the model covers no place in the region given");
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
            .flatMap(candidate -> candidate.within(region).stream())
            .toList();
    LatLng answer = region.contains(location.latLng()) ? location.latLng() : inside.get(0).latLng();
    return new Location(answer, inside, location.regions());
  }
}
