package io.github.geofix.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WorstCaseTest {

  @Test
  void isTheProbabilityWhoseDivergenceIsTheBound() {
    // 0.9 log(0.9 / 0.95) + 0.1 log(0.1 / 0.05)
    double divergence = 0.9 * Math.log(0.9 / 0.95) + 0.1 * Math.log(2);
    assertThat(WorstCase.level(0.9, divergence)).isCloseTo(0.95, within(1e-12));
    // An event of probability 0.5 has that of 0.75 under a coin at 0.5 log(4 / 3) nats.
    assertThat(WorstCase.level(0.5, 0.5 * Math.log(4.0 / 3))).isCloseTo(0.75, within(1e-12));
    assertThat(WorstCase.level(0.9, 0)).isEqualTo(0.9);
    assertThat(WorstCase.level(0.9, 50)).isCloseTo(1, within(1e-12));
  }

  @Test
  void refusesWhatIsOutOfRange() {
    for (double[] wrong : new double[][] {{0, 1}, {1, 1}, {0.5, -1}, {0.5, Double.NaN}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> WorstCase.level(wrong[0], wrong[1]))
          .withMessageContaining("level " + wrong[0]);
    }
  }
}
