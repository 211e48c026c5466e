package io.github.geofix.core.internal.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CellScoresTest {

  /** The definition: all scores handed down to the finest level, a quarter to each part. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void handsScoresDownByQuarters(long seed) {
    Random random = new Random(seed);
    CellScores scores = new CellScores();
    int finest = 5;
    Map<Long, Double> leaves = new HashMap<>();
    for (int i = 0; i < 12 * seed * seed; i++) {
      LatLng point = new LatLng(random.nextDouble(30, 60), random.nextDouble(0, 40));
      int level = random.nextInt(finest + 1);
      double score = random.nextDouble();
      scores.add(point, level, score);
      handDown(S2Cells.parent(S2Cells.leafOf(point), level), score, finest, leaves);
    }
    CellScores.Disjoint disjoint = scores.disjoint();
    double sum = 0;
    for (int i = 0; i < disjoint.cells().size(); i++) {
      Map<Long, Double> inside = new HashMap<>();
      handDown(disjoint.cells().cellId(i), disjoint.scores()[i], finest, inside);
      inside.forEach((cell, score) -> assertThat(score).isCloseTo(leaves.get(cell), within(1e-12)));
      sum += disjoint.scores()[i];
    }
    assertThat(sum)
        .isCloseTo(leaves.values().stream().mapToDouble(Double::doubleValue).sum(), within(1e-9));
  }

  private static void handDown(long cell, double score, int level, Map<Long, Double> leaves) {
    if (S2Cells.level(cell) == level) {
      leaves.merge(cell, score, Double::sum);
      return;
    }
    for (int part = 0; part < 4; part++) {
      handDown(S2Cells.child(cell, part), score / 4, level, leaves);
    }
  }

  @Test
  void leavesCellsThatDoNotOverlapAsTheyAre() {
    CellScores scores = new CellScores();
    scores.add(new LatLng(10, 10), 4, 0.5);
    scores.add(new LatLng(10, 10), 4, 0.25);
    scores.add(new LatLng(-40, 100), 7, 0.125);
    CellScores.Disjoint disjoint = scores.disjoint();
    assertThat(disjoint.cells().size()).isEqualTo(2);
    assertThat(Arrays.stream(disjoint.scores()).sorted()).containsExactly(0.125, 0.75);
    assertThat(disjoint.scores()[disjoint.cells().labelOf(10, 10)]).isEqualTo(0.75);
    assertThat(new CellScores().disjoint().scores()).isEmpty();
  }

  @Test
  void refusesWhatIsNoScoreOrNoCell() {
    CellScores scores = new CellScores();
    assertThatThrownBy(() -> scores.add(new LatLng(0, 0), 3, -1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> scores.add(0, 1)).hasMessageContaining("not an S2 cell id");
  }
}
