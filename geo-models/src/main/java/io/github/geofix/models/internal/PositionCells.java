package io.github.geofix.models.internal;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.internal.calibration.RegionShares;
import io.github.geofix.models.internal.calibration.Temperature;
import java.util.List;

/**
 * The S2 cells that many positions are in, of which the regions of answers consist where a model
 * scores positions. Small where positions are dense. Immutable and thread-safe.
 */
public final class PositionCells {

  /** Of 150 m: positions that are equal, or nearly, need no cells of their own. */
  private static final int FINEST_LEVEL = 16;

  private final CellPartition cells;
  private final int[] labels;

  private PositionCells(CellPartition cells, int[] labels) {
    this.cells = cells;
    this.labels = labels;
  }

  /**
   * Returns the cells of positions.
   *
   * @param positions at least one
   * @param most the most positions of a cell, 1 or more; cells of 150 m may have more
   */
  public static PositionCells of(List<LatLng> positions, int most) {
    AdaptiveOptions options =
        AdaptiveOptions.defaults().withMinPoints(1).withMaxPoints(most).withMaxLevel(FINEST_LEVEL);
    CellPartition cells = CellPartition.adaptive(positions, options);
    int[] labels =
        positions.stream()
            .mapToInt(position -> cells.labelOf(position.latitude(), position.longitude()))
            .toArray();
    return new PositionCells(cells, labels);
  }

  /** Returns the cells. */
  public CellPartition cells() {
    return cells;
  }

  /** Returns the number of the cell that a position is in. */
  public int label(int position) {
    return labels[position];
  }

  /**
   * Returns for each cell the sum of the scores of its positions.
   *
   * @param scores one for each position
   */
  public double[] sums(double[] scores) {
    double[] sums = new double[cells.size()];
    for (int i = 0; i < scores.length; i++) {
      sums[labels[i]] += scores[i];
    }
    return sums;
  }

  /**
   * Returns the scores of a photo with its true place, for a calibration.
   *
   * @param scores one for each position
   * @param truth the right position
   */
  public ScoredPhoto scored(double[] scores, int truth, LatLng place) {
    return new ScoredPhoto(
        scores,
        truth,
        temperature ->
            RegionShares.needed(place, cells, sums(Temperature.apply(scores, temperature))));
  }
}
