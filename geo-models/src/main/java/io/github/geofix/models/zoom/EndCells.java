package io.github.geofix.models.zoom;

import io.github.geofix.models.Temperature;
import io.github.geofix.models.zoom.ZoomSearch.Walk;
import java.util.List;
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
}
