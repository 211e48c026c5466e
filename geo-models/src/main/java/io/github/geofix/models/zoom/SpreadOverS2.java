package io.github.geofix.models.zoom;

import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.partition.CellScores;
import io.github.geofix.models.internal.decode.SearchOutcome;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Spreads the score of grid cells over S2 cells, of which the regions of a location consist. The
 * score of a cell is divided among points of a regular grid, and each S2 cell has that of its
 * points: S2 cells are about half as wide as the cell, so borders are followed to a quarter of its
 * width.
 */
final class SpreadOverS2 {

  /** Points along a side of a cell. */
  private static final int POINTS = 4;

  /** The cells of the lowest scores, together less than this, are not spread. */
  private static final double NEGLIGIBLE = 1e-3;

  /** The side of a square of a sixth of the Earth's area: an S2 cell of level 0. */
  private static final double FACE_KM = GreatCircle.EARTH_RADIUS_KM * Math.sqrt(4 * Math.PI / 6);

  private SpreadOverS2() {}

  static CellScores.Disjoint of(SearchOutcome outcome, ZoomGrid grid) {
    double[] shares = outcome.shares();
    int[] bestFirst =
        IntStream.range(0, shares.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer cell) -> -shares[cell]))
            .mapToInt(Integer::intValue)
            .toArray();
    CellScores spread = new CellScores();
    double sum = 0;
    for (int i = 0; i < bestFirst.length && sum < 1 - NEGLIGIBLE; i++) {
      double share = shares[bestFirst[i]];
      sum += share;
      Frame frame = grid.frame(outcome.cells().get(bestFirst[i]));
      int level = s2Level(frame);
      for (int point = 0; point < POINTS * POINTS; point++) {
        double u = (point % POINTS + 0.5) / POINTS;
        double v = (Math.floorDiv(point, POINTS) + 0.5) / POINTS;
        spread.add(frame.at(u, v), level, share / (POINTS * POINTS));
      }
    }
    return spread.disjoint();
  }

  /**
   * Returns the coarsest level whose cells are on average at most half as wide as a frame is in its
   * middle.
   */
  private static int s2Level(Frame frame) {
    double widthKm = GreatCircle.distanceKm(frame.at(0.25, 0.5), frame.at(0.75, 0.5)) * 2;
    int level = (int) Math.ceil(Math.log(FACE_KM / (widthKm / 2)) / Math.log(2));
    return Math.max(0, Math.min(S2Cells.MAX_LEVEL, level));
  }
}
