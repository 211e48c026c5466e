package io.github.geofix.models.embed;

import io.github.geofix.core.Explanation.Level;
import io.github.geofix.core.Explanation.LevelCell;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The scores of the cells of each level. */
final class EmbedEvidence {
  private EmbedEvidence() {}

  /**
   * Returns the best cells of each level.
   *
   * @param scores of the finest cells, adding up to 1
   * @param own {@code [levels][cells]}, see {@link CellScorer#ownScores}
   * @param most the most cells of a level
   */
  static List<Level> levels(CellHierarchy hierarchy, double[] scores, double[][] own, int most) {
    List<Level> levels = new ArrayList<>();
    for (int level = 0; level < hierarchy.levels(); level++) {
      CellPartition cells = hierarchy.partition(level);
      double[] sums = new double[cells.size()];
      for (int finest = 0; finest < scores.length; finest++) {
        sums[hierarchy.ancestorOf(finest, level)] += scores[finest];
      }
      double[] ownScores = own[level];
      List<LevelCell> best =
          IntStream.range(0, sums.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer cell) -> -sums[cell]))
              .limit(most)
              .map(cell -> new LevelCell(cells.cell(cell), sums[cell], ownScores[cell]))
              .toList();
      levels.add(new Level(cells.size(), best));
    }
    return levels;
  }
}
