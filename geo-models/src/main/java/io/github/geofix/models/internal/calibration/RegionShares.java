package io.github.geofix.models.internal.calibration;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Split conformal regions: the share of the score that a region needs for its nominal coverage: 50
 * % regions of half the photos, whatever share of the score that takes. One {@link Temperature}
 * cannot make this right for all shares at once.
 *
 * <p>Split conformal prediction with the scores of Romano, Sesia and Candes, "Classification with
 * Valid and Adaptive Coverage", NeurIPS 2020, section 2.1, without their randomization and with the
 * densest cells first: photos like those of the calibration are held as often as promised, up to
 * the chance of the draw; photos of another kind need not be. A region has one cell at least, so
 * that a model whose best cell is right more often than wanted holds more.
 *
 * <p>Each photo may have cells of its own, such as those at which a search for it ended.
 */
public final class RegionShares {
  /** A region has a cell if its share is more than that of the denser cells; sums are rounded. */
  private static final double JUST_MORE = 1e-9;

  private RegionShares() {}

  /**
   * What a region of one photo needs to hold a place.
   *
   * @param share the share of the score that the region has to exceed, 0 to 1; infinite if the
   *     place is in no cell, so that no region can hold it
   * @param best the place that the photo has by its best cell
   */
  public record Needed(double share, LatLng best) {}

  /**
   * Returns the share of the score that a region has to exceed to hold a place: that of the cells
   * denser than the one the place is in.
   *
   * @param cells those of one photo
   * @param scores one for each cell, 0 or more, not all 0
   */
  public static Needed needed(LatLng place, CellPartition cells, double[] scores) {
    int truth = cells.labelOf(place.latitude(), place.longitude());
    return new Needed(
        truth < 0 ? Double.POSITIVE_INFINITY : Region.shareBefore(truth, cells, scores),
        best(cells, scores));
  }

  /** Returns the place of the cell with the highest score, of equals the first. */
  public static LatLng best(CellPartition cells, double[] scores) {
    int best = 0;
    for (int cell = 1; cell < scores.length; cell++) {
      best = scores[cell] > scores[best] ? cell : best;
    }
    return cells.meanOf(best);
  }

  /**
   * Returns the share of the score for each wanted share of the photos.
   *
   * @param wanted shares of photos whose place is to be held, above 0 to 1
   * @param needed for each photo {@link Needed#share} of its true place
   * @return as many shares of the score, above 0 to 1; 1 where even all of it is too little
   * @throws IllegalArgumentException if there is no photo
   */
  public static List<Double> fit(List<Double> wanted, double[] needed) {
    if (needed.length == 0) {
      throw new IllegalArgumentException("there is no photo to calibrate on");
    }
    double[] sorted = needed.clone();
    Arrays.sort(sorted);
    return wanted.stream().map(share -> quantile(sorted, share)).toList();
  }

  /**
   * Returns the share of the score for each wanted share of the photos, of which some count more
   * than others: weighted conformal prediction (Tibshirani, Foygel Barber, Candes and Ramdas,
   * "Conformal prediction under covariate shift", NeurIPS 2019). The photo to come counts as one of
   * mean weight, where the paper takes its own.
   *
   * @param weights positive, with a mean of 1
   */
  public static List<Double> fit(List<Double> wanted, double[] needed, double[] weights) {
    int[] order =
        IntStream.range(0, needed.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> needed[i]))
            .mapToInt(i -> i)
            .toArray();
    double total = Arrays.stream(weights).sum() + 1;
    return wanted.stream()
        .map(
            share -> {
              double sum = 0;
              for (int i : order) {
                sum += weights[i];
                if (sum >= share * total) {
                  return Math.min(1, needed[i] + JUST_MORE);
                }
              }
              return 1.0;
            })
        .toList();
  }

  /** The smallest share that holds enough photos, counting the photo to come as not held. */
  private static double quantile(double[] sorted, double share) {
    int rank = (int) Math.ceil(share * (sorted.length + 1));
    return rank > sorted.length ? 1 : Math.min(1, sorted[rank - 1] + JUST_MORE);
  }
}
