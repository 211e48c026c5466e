package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShareTest {

  /**
   * The examples of Newcombe, "Two-sided confidence intervals for the single proportion",
   * Statistics in Medicine 17 (1998), table I, method 3.
   */
  @ParameterizedTest
  @CsvSource({
    "81, 263, 0.2553, 0.3662",
    "15, 148, 0.0624, 0.1605",
    "0, 20, 0, 0.1611",
    "1, 29, 0.0061, 0.1718"
  })
  void agreesWithNewcombesTable(int hits, int count, double low, double high) {
    Share share = Share.of(hits, count);
    assertThat(share.low()).isCloseTo(low, within(5e-5));
    assertThat(share.high()).isCloseTo(high, within(5e-5));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void solvesTheEquationThatDefinesIt(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      int n = 1 + random.nextInt(5000);
      Share share = Share.of(random.nextInt(n + 1), n);
      for (double bound : new double[] {share.low(), share.high()}) {
        // Wilson's bounds are the rates p0 whose z-test just rejects the share seen.
        double z2 = 1.959963984540054 * 1.959963984540054;
        double difference = share.accuracy() - bound;
        double z2Times = difference * difference * n;
        assertThat(z2Times).isCloseTo(z2 * bound * (1 - bound), within(1e-9 * n));
      }
    }
  }

  /** The share of simulated samples whose interval holds the true rate: 95 % is promised. */
  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.2, 0.5, 0.738, 0.95})
  void intervalsCoverTheTrueRateAsPromised(double rate) {
    Random random = new Random(7);
    int samples = 4000;
    int covered = 0;
    for (int s = 0; s < samples; s++) {
      int hits = 0;
      for (int i = 0; i < 500; i++) {
        hits += random.nextDouble() < rate ? 1 : 0;
      }
      Share share = Share.of(hits, 500);
      covered += share.low() <= rate && rate <= share.high() ? 1 : 0;
    }
    assertThat((double) covered / samples).isBetween(0.93, 0.97);
  }

  @Test
  void printsPercent() {
    assertThat(Share.of(516, 1000)).hasToString("51.6 % (48.5 to 54.7)");
  }

  @Test
  void refusesWhatIsNoShare() {
    assertThatIllegalArgumentException().isThrownBy(() -> Share.of(0, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Share.of(3, 2))
        .withMessage("3 of 2 is not a share");
    assertThatIllegalArgumentException().isThrownBy(() -> new Share(Double.NaN, 0, 1));
  }
}
