package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.models.GeoModel.AnswerOptions;
import org.junit.jupiter.api.Test;

final class AnswerOptionsTest {

  @Test
  void refusesWhatNoAnswerCanBeMadeWith() {
    for (double km : new double[] {-1, 10_007.5, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> AnswerOptions.defaults().withMeanKm(km))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("meanKm must be 0 to 10,007")
          .hasMessageContaining(String.valueOf(km));
    }
    assertThatThrownBy(() -> AnswerOptions.defaults().withCandidates(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("candidates must be positive: 0");
    assertThat(AnswerOptions.defaults().withMeanKm(10_007).withCandidates(1))
        .isEqualTo(new AnswerOptions(10_007, 1));
  }
}
