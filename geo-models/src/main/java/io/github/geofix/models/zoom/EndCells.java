package io.github.geofix.models.zoom;

import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.S2Cells;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.partition.CellScores;
import io.github.geofix.models.calibration.Temperature;
import io.github.geofix.models.zoom.ZoomSearch.Walk;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The cells at which the walks of a search ended, which lie side by side, and their shares of the
 * score.
 *
 * @param cells terminal cells first, best first, then larger ones that were not looked into
 * @param terminal the number of terminal cells
 * @param shares one a cell; they add up to 1
 */
record EndCells(List<List<Integer>> cells, int terminal, double[] shares) {

  /** Points along a side over which the score of a cell is spread. */
  private static final int POINTS = 4;

  /** The cells of the lowest scores, together less than this, are not spread. */
  private static final double NEGLIGIBLE = 1e-3;

  /** The side of a square of a sixth of the Earth's area: an S2 cell of level 0. */
  private static final double FACE_KM = GreatCircle.EARTH_RADIUS_KM * Math.sqrt(4 * Math.PI / 6);

  /** Returns the cells of a search with their scores raised to 1 / temperature. */
  static EndCells of(ZoomSearch.Result result, double temperature) {
    List<Walk> walks = Stream.concat(result.cells().stream(), result.dropped().stream()).toList();
    double best = walks.stream().mapToDouble(Walk::logProbability).max().orElse(0);
    double[] scores =
        walks.stream().mapToDouble(walk -> Math.exp(walk.logProbability() - best)).toArray();
    return new EndCells(
        walks.stream().map(Walk::path).toList(),
        result.cells().size(),
        Temperature.apply(scores, temperature));
  }

  /** Returns the number of the cell on the way to a terminal cell; -1 if there is none. */
  int indexOf(List<Integer> path) {
    for (int i = 0; i < cells.size(); i++) {
      int length = cells.get(i).size();
      if (length <= path.size() && path.subList(0, length).equals(cells.get(i))) {
        return i;
      }
    }
    return -1;
  }

  /** Returns the labels on the way to a cell. */
  CellPath path(int cell) {
    return CellPath.of(cells.get(cell).stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * Spreads the score of every cell evenly over points, whose S2 cells then hold it: those are
   * about half as wide as the cell they stand for, so borders are followed to a quarter of its
   * width. The regions of a location are made of them.
   */
  CellScores.Disjoint spreadOverS2(ZoomGrid grid) {
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
      Frame frame = grid.frame(path(bestFirst[i]));
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
   * The coarsest level whose cells are on average at most half as wide as a frame is in its middle.
   */
  private static int s2Level(Frame frame) {
    double widthKm = GreatCircle.distanceKm(frame.at(0.25, 0.5), frame.at(0.75, 0.5)) * 2;
    int level = (int) Math.ceil(Math.log(FACE_KM / (widthKm / 2)) / Math.log(2));
    return Math.max(0, Math.min(S2Cells.MAX_LEVEL, level));
  }
}
