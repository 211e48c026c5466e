package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import io.github.geofix.core.partition.S2Cells;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegionSharesTest {
  private static final List<Double> WANTED = List.of(0.5, 0.9);

  /** Leaves of a cell of level 2. */
  private static final long STEP = 1L << 57;

  private static final CellPartition CELLS =
      CellPartition.ofCellIds(
          LongStream.range(0, 30).map(i -> S2Cells.parent(i * STEP + 1, 2)).toArray());

  /** Photos whose truths follow one distribution while the model states a sharper one. */
  private static int photos(int count, Random random, List<double[]> scores, int[] truths) {
    for (int photo = 0; photo < count; photo++) {
      double[] likely = new double[CELLS.size()];
      double[] stated = new double[CELLS.size()];
      double total = 0;
      for (int cell = 0; cell < likely.length; cell++) {
        double logit = 1.5 * random.nextGaussian();
        likely[cell] = Math.exp(logit);
        stated[cell] = Math.exp(2.5 * logit + 0.5 * random.nextGaussian());
        total += likely[cell];
      }
      double drawn = random.nextDouble() * total;
      int truth = 0;
      while (drawn > likely[truth]) {
        drawn -= likely[truth++];
      }
      scores.add(stated);
      truths[photo] = photo % 50 == 0 ? -1 : truth;
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void regionsHoldTheTruthOfOtherPhotosAsOftenAsTheySay(long seed) {
    Random random = new Random(seed);
    List<double[]> known = new ArrayList<>();
    int[] knownTruths = new int[1000];
    photos(1000, random, known, knownTruths);
    List<Double> shares = RegionShares.fit(WANTED, CELLS, known, knownTruths);
    assertThat(CELLS.size()).isGreaterThan(20);
    assertThat(shares.get(1)).isGreaterThan(0.9);

    List<double[]> others = new ArrayList<>();
    int[] truths = new int[2000];
    photos(2000, random, others, truths);
    for (int i = 0; i < WANTED.size(); i++) {
      int held = 0;
      for (int photo = 0; photo < truths.length; photo++) {
        Region region = Region.holding(shares.get(i), CELLS, others.get(photo));
        held += truths[photo] >= 0 && region.containsCell(CELLS.cellId(truths[photo])) ? 1 : 0;
      }
      assertThat(held / 2000.0).isCloseTo(WANTED.get(i), within(0.05));
    }
  }

  @Test
  void isTheRankOfTheLeastShareThatHoldsEachTruth() {
    double[] scores = new double[CELLS.size()];
    scores[3] = 8;
    scores[5] = 2;
    List<double[]> photos = List.of(scores, scores, scores);
    assertThat(RegionShares.fit(List.of(0.25, 0.5, 0.75), CELLS, photos, new int[] {3, 3, 5}))
        .containsExactly(1e-9, 1e-9, 0.8 + 1e-9);
    assertThat(RegionShares.fit(List.of(0.75, 0.9), CELLS, photos, new int[] {3, 3, -1}))
        .containsExactly(1.0, 1.0);
    assertThatThrownBy(() -> RegionShares.fit(WANTED, CELLS, List.of(), new int[0]))
        .hasMessageContaining("no photo");
  }
}
