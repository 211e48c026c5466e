package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.eval.PhotoReport.Confusion;
import io.github.geofix.eval.PhotoReport.Reliability;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationTest {

  @Test
  void binsScoresByTheirUpperEnds() {
    Reliability reliability =
        Reliability.of(
            new double[] {0, 0.5, 0.51, 1, 1}, new boolean[] {false, true, true, true, false}, 2);
    assertThat(reliability.bins()).hasSize(2);
    assertThat(reliability.bins().get(0).count()).isEqualTo(2);
    assertThat(reliability.bins().get(0).meanScore()).isEqualTo(0.25);
    assertThat(reliability.bins().get(1).accuracy()).isEqualTo(Share.of(2, 3));
    // (|0.5 - 1| + |2.51 - 2|) / 5
    assertThat(reliability.expectedCalibrationError()).isCloseTo(0.202, within(1e-12));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reliability.of(new double[] {1.2}, new boolean[1], 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reliability.of(new double[0], new boolean[0], 2));
  }

  @Test
  void countsRegionsByTruthThenGuess() {
    Confusion confusion = Confusion.of(List.of("a", "b", "b", "b"), List.of("b", "b", "c", "b"));
    assertThat(confusion.regions()).containsExactly("b", "a", "c");
    assertThat(confusion.counts())
        .containsExactly(List.of(2, 0, 1), List.of(1, 0, 0), List.of(0, 0, 0));
  }
}
