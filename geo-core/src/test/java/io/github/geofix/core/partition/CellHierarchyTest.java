package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.geometry.S2CellId;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CellHierarchyTest {
  private static final AdaptiveOptions SMALL =
      AdaptiveOptions.defaults().withMinPoints(3).withMaxLevel(12);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void ancestorsHoldTheirFinestCells(long seed) {
    List<LatLng> points = Points.clustered(3000, new Random(seed));
    for (CellHierarchy hierarchy :
        List.of(
            CellHierarchy.adaptive(points, SMALL, 500, 90, 20, 4),
            CellHierarchy.adaptive(points, SMALL.withRule(Rule.ISN), 500, 90, 20, 4),
            CellHierarchy.fixedLevels(points, 0, 3, 4, 9))) {
      assertThat(hierarchy.levels()).isEqualTo(4);
      for (int level = 0; level < 4; level++) {
        CellPartition partition = hierarchy.partition(level);
        for (int finest = 0; finest < hierarchy.finest().size(); finest++) {
          int ancestor = hierarchy.ancestorOf(finest, level);
          assertThat(holds(partition, ancestor, hierarchy.finest(), finest)).isTrue();
        }
        for (int label = 0; label < partition.size(); label++) {
          int parent = hierarchy.parentOf(level, label);
          if (level == 0) {
            assertThat(parent).isEqualTo(-1);
          } else {
            assertThat(holds(hierarchy.partition(level - 1), parent, partition, label)).isTrue();
          }
        }
      }
    }
  }

  private static boolean holds(CellPartition coarse, int label, CellPartition fine, int fineLabel) {
    return new S2CellId(coarse.cellId(label)).contains(new S2CellId(fine.cellId(fineLabel)));
  }

  @Test
  void eachLevelIsThePartitionThatIsMadeAlone() {
    PointSet points = PointSet.of(Points.clustered(3000, new Random(5)));
    CellHierarchy hierarchy = CellHierarchy.adaptive(points, SMALL, 500, 90, 20);
    assertThat(hierarchy.partition(1).cellIds())
        .isEqualTo(CellPartition.adaptive(points, SMALL.withMaxPoints(90)).cellIds());
    assertThat(hierarchy.partition(1).counts())
        .isEqualTo(CellPartition.adaptive(points, SMALL.withMaxPoints(90)).counts());
    assertThat(CellHierarchy.fixedLevels(points, 2, 7).finest().counts())
        .isEqualTo(CellPartition.fixedLevel(points, 7).counts());
  }

  @Test
  void cellsWithoutAParentAreRefusedOrLeftOut() {
    CellPartition coarse = CellPartition.ofTokens(List.of("1", "3"));
    CellPartition fine = CellPartition.ofTokens(List.of("04", "34", "9"));
    CellPartition finest = CellPartition.ofTokens(List.of("9", "31"));
    assertThatThrownBy(() -> CellHierarchy.of(List.of(coarse, fine)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cell 9 of level 1 lies in no cell of level 0");
    CellHierarchy nested = CellHierarchy.nested(List.of(coarse, fine, finest));
    assertThat(nested.partition(1).cellIds())
        .containsExactly(S2Cells.ofToken("04"), S2Cells.ofToken("34"));
    assertThat(nested.finest().cellIds()).containsExactly(S2Cells.ofToken("31"));
    assertThat(nested.ancestorOf(0, 0)).isEqualTo(1);
    assertThatThrownBy(
            () -> CellHierarchy.nested(List.of(coarse, CellPartition.ofTokens(List.of("9")))))
        .hasMessageContaining("no cell of level 1 lies in a cell of level 0");
  }

  @Test
  void aSavedHierarchyIsReadBackExactly() {
    CellHierarchy hierarchy =
        CellHierarchy.adaptive(Points.clustered(3000, new Random(5)), SMALL, 500, 90, 20);
    Path file = folder.resolve("hierarchy.csv");
    hierarchy.save(file);
    CellHierarchy again = CellHierarchy.load(file);
    assertThat(again).isEqualTo(hierarchy);
    for (int level = 0; level < 3; level++) {
      assertThat(again.partition(level).metadata())
          .isEqualTo(hierarchy.partition(level).metadata());
    }
  }

  @Test
  void saysWhatIsWrongWithAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.csv"), "level,s2Token\n0,1\n1,9\n");
    assertThatThrownBy(() -> CellHierarchy.load(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("bad.csv")
        .hasMessageContaining("cell 9 of level 1 lies in no cell of level 0");
  }

  @Test
  void refusesLevelsThatDoNotGetFiner() {
    List<LatLng> points = List.of(new LatLng(1, 1));
    assertThatThrownBy(() -> CellHierarchy.adaptive(points, SMALL, 10, 10))
        .hasMessageContaining("must decrease");
    assertThatThrownBy(() -> CellHierarchy.fixedLevels(points, 3, 2))
        .hasMessageContaining("must increase");
    assertThatThrownBy(() -> CellHierarchy.adaptive(points, SMALL))
        .hasMessageContaining("at least one level");
    assertThatThrownBy(() -> CellHierarchy.adaptive(points, SMALL, 10, 5))
        .hasMessageContaining("lower minPoints");
  }
}
