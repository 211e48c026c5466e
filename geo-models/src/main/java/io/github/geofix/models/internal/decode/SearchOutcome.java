package io.github.geofix.models.internal.decode;

import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.internal.calibration.Temperature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The cells that decoding one photo ended in, with their shares of the score.
 *
 * @param cells disjoint cells: those of complete hypotheses, then those that a search dropped
 * @param complete the number of cells of complete hypotheses
 * @param shares for each cell its share of the score, 0 to 1; they add up to 1
 */
public record SearchOutcome(List<CellPath> cells, int complete, double[] shares) {

  /**
   * Returns the cells of hypotheses. The score of a cell is its probability, or for sampled
   * hypotheses the share of the draws that fell on it, raised to 1 / temperature.
   *
   * @param temperature above 0
   */
  public static SearchOutcome of(Hypotheses hypotheses, double temperature) {
    List<Hypothesis> all = hypotheses.all();
    double[] weights = hypotheses.weights(all);
    Map<CellPath, Double> byCell = new LinkedHashMap<>();
    int complete = 0;
    for (int i = 0; i < weights.length; i++) {
      byCell.merge(all.get(i).path(), weights[i], Double::sum);
      if (i < hypotheses.complete().size()) {
        complete = byCell.size();
      }
    }
    double[] scores = byCell.values().stream().mapToDouble(Double::doubleValue).toArray();
    return new SearchOutcome(
        List.copyOf(byCell.keySet()), complete, Temperature.apply(scores, temperature));
  }

  /** Returns the index of the cell on the way to a place; -1 if there is none. */
  public int indexOf(CellPath place) {
    for (int i = 0; i < cells.size(); i++) {
      if (cells.get(i).isPrefixOf(place)) {
        return i;
      }
    }
    return -1;
  }

  /** Returns the indices of the complete cells of the highest shares, best first. */
  public int[] best(int count) {
    return IntStream.range(0, complete)
        .boxed()
        .sorted((a, b) -> Double.compare(shares[b], shares[a]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
