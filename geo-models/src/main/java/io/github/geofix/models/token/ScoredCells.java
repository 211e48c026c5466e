package io.github.geofix.models.token;

import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.calibration.Temperature;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What a pool says about the whole Earth, or about the part of it that its words cover: the cells
 * of the words, and the cells, mostly larger, of what the search dropped.
 *
 * @param partition the cells, which do not overlap
 * @param scores one for each cell; their sum is 1
 */
record ScoredCells(CellPartition partition, double[] scores) {

  /**
   * Returns the cells of a pool. The score is the probability at a temperature, or for words drawn
   * at random the share of the draws.
   */
  static ScoredCells of(Pool pool, double temperature) {
    List<Word> all = Stream.concat(pool.words().stream(), pool.dropped().stream()).toList();
    long[] cells = all.stream().mapToLong(w -> pool.tokenizer().cellOf(w.toArray())).toArray();
    // Words that were drawn may be there several times.
    CellPartition partition =
        CellPartition.ofCellIds(pool.drawn() ? LongStream.of(cells).distinct().toArray() : cells);
    double best = all.stream().mapToDouble(Word::logProbability).max().orElseThrow();
    double[] scores = new double[partition.size()];
    for (int i = 0; i < cells.length; i++) {
      int label = partition.labelOfCell(cells[i]);
      scores[label] += pool.drawn() ? 1 : Math.exp(all.get(i).logProbability() - best);
    }
    return new ScoredCells(partition, Temperature.apply(scores, temperature));
  }
}
