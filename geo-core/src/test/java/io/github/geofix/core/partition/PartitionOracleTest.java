package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.OracleFile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions.Mean;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions.Rule;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The seven partitions of 100,000 photo positions that another program made. */
class PartitionOracleTest {
  private static final int[] MAX_POINTS = {25000, 10000, 5000, 2000, 1000, 750, 500};
  private static final AdaptiveOptions ISN =
      AdaptiveOptions.defaults().withMinPoints(50).withRule(Rule.ISN).withMean(Mean.DEGREES);

  private static OracleFile oracle;
  private static PointSet points;
  private static CellHierarchy hierarchy;

  @BeforeAll
  static void build() throws IOException {
    oracle = OracleFile.read("s2_partitions_100k");
    points = PointSet.ofPairs(OracleFile.photoPositions());
    hierarchy = CellHierarchy.adaptive(points, ISN, MAX_POINTS);
  }

  @Test
  void theHierarchyHasTheSizesOfThePaper() {
    assertThat(hierarchy.partitions().stream().map(CellPartition::size))
        .containsExactly(53, 63, 82, 158, 276, 340, 438);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void everyLevelHasTheSameCellsCountsAndMeans(int level) {
    CellPartition partition = hierarchy.partition(level);
    String name = "t" + MAX_POINTS[level];
    assertThat(partition.cellIds()).isEqualTo(oracle.longs(name + ".cell_id"));
    long[] counts = oracle.longs(name + ".count");
    double[] means = oracle.doubles(name + ".mean_latlng");
    for (int label = 0; label < partition.size(); label++) {
      assertThat(partition.countOf(label)).isEqualTo((int) counts[label]);
      LatLng mean = partition.meanOf(label);
      assertThat(mean.latitude()).isCloseTo(means[2 * label], within(1e-9));
      assertThat(mean.longitude()).isCloseTo(means[2 * label + 1], within(1e-9));
    }
    assertThat(CellPartition.adaptive(points, ISN.withMaxPoints(MAX_POINTS[level])).cellIds())
        .isEqualTo(partition.cellIds());
  }

  @Test
  void everyFinestCellHasTheSameAncestors() {
    int[] parents = oracle.ints("hierarchy_parent_index");
    for (int label = 0; label < hierarchy.finest().size(); label++) {
      for (int level = 0; level < 7; level++) {
        assertThat(hierarchy.ancestorOf(label, level)).isEqualTo(parents[7 * label + level]);
      }
    }
  }
}
