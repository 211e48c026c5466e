package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TallyTest {

  @Test
  void aSumDoesNotDependOnOrderOrParts() {
    double[] terms = {1e100, 1, -1e100, 1e-300, 0.1, 0.2, 1e16, 1, -1e16};
    List<Double> shuffled = new ArrayList<>(Arrays.stream(terms).boxed().toList());
    for (int round = 0; round < 20; round++) {
      Collections.shuffle(shuffled, new Random(round));
      ExactSum first = new ExactSum();
      ExactSum second = new ExactSum();
      for (int i = 0; i < shuffled.size(); i++) {
        (i % 2 == 0 ? first : second).add(shuffled.get(i));
      }
      first.add(second);
      assertThat(first.value()).isEqualTo(2.3);
    }
    assertThat(new ExactSum().value()).isZero();
  }

  @Test
  void talliesOfPartsHaveTheFiguresOfOneReport() {
    double[] km = new Random(1).doubles(10_001, 0, 20_000).map(x -> x * x / 20_000).toArray();
    DistanceReport report =
        new DistanceReport(DistanceErrors.ofKm(km), DistanceReport.STANDARD_KM, List.of());
    double[] sorted = km.clone();
    Arrays.sort(sorted);
    DistanceReport.Tally all = new DistanceReport.Tally(DistanceReport.STANDARD_KM);
    for (int part = 6; part >= 0; part--) {
      DistanceReport.Tally tally = new DistanceReport.Tally(DistanceReport.STANDARD_KM);
      for (int i = part; i < km.length; i += 7) {
        tally.add(km[i]);
      }
      all.merge(tally);
    }
    assertThat(all.ranks()).hasSizeBetween(6, 12).isSorted();
    assertThat(all.summary(rank -> sorted[(int) rank])).isEqualTo(report.summary());
    assertThatThrownBy(() -> all.merge(new DistanceReport.Tally(List.of(1.0))))
        .hasMessageContaining("cannot be merged");
    assertThatThrownBy(() -> all.add(-1)).hasMessageContaining("must be 0 to");
  }
}
