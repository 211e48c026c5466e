package io.github.geofix.models.token;

import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.Temperature;
import java.util.List;
import java.util.stream.Stream;

/**
 * A search's view of the whole Earth: the cells of the words found, and the cells, mostly larger,
 * of what was dropped on the way.
 *
 * @param partition the cells, which cover the Earth and do not overlap
 * @param scores one for each cell; their sum is 1
 */
record ScoredCells(CellPartition partition, double[] scores) {

  /** Returns the cells of a search, with its probabilities at a temperature as scores. */
  static ScoredCells of(CellTokenizer tokenizer, BeamSearch.Result found, double temperature) {
    List<Word> all = Stream.concat(found.words().stream(), found.dropped().stream()).toList();
    long[] cells = all.stream().mapToLong(word -> tokenizer.cellOf(word.toArray())).toArray();
    CellPartition partition = CellPartition.ofCellIds(cells);
    double[] probabilities = new double[cells.length];
    for (int i = 0; i < cells.length; i++) {
      probabilities[partition.labelOfCell(cells[i])] = Math.exp(all.get(i).logProbability());
    }
    return new ScoredCells(partition, Temperature.apply(probabilities, temperature));
  }
}
