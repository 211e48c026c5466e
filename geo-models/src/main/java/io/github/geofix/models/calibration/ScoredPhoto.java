package io.github.geofix.models.calibration;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.internal.calibration.RegionShares;
import io.github.geofix.models.internal.calibration.Temperature;
import java.util.function.DoubleFunction;

/**
 * An uncalibrated prediction with its ground truth, to fit a {@link Calibration} on.
 *
 * @param scores one for each place that the model tells apart, 0 or more, not all 0
 * @param truth the number of the true place; -1 if none is right
 * @param needed from a temperature to {@link RegionShares#needed} of the scores at that temperature
 */
public record ScoredPhoto(double[] scores, int truth, DoubleFunction<RegionShares.Needed> needed) {

  /**
   * Returns what a model says whose places are S2 cells.
   *
   * @param place where the photo was taken
   * @param scores one for each cell
   */
  public static ScoredPhoto of(LatLng place, CellPartition cells, double[] scores) {
    return new ScoredPhoto(
        scores,
        cells.labelOf(place.latitude(), place.longitude()),
        temperature -> RegionShares.needed(place, cells, Temperature.apply(scores, temperature)));
  }
}
