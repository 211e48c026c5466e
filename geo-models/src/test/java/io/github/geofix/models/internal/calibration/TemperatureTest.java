package io.github.geofix.models.internal.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemperatureTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 3})
  void findsTheTemperatureThatTheTruthsWereDrawnAt(double temperature) {
    SplittableRandom random = new SplittableRandom(7);
    List<double[]> scores = new ArrayList<>();
    int[] truths = new int[20_000];
    for (int i = 0; i < truths.length; i++) {
      double[] photo = random.doubles(5).map(x -> Math.exp(4 * x)).toArray();
      truths[i] = draw(Temperature.apply(photo, temperature), random);
      scores.add(photo);
    }
    assertThat(Temperature.fit(scores, truths)).isCloseTo(temperature, within(0.06 * temperature));
  }

  @Test
  void photosWithoutATruePlaceDoNotCount() {
    List<double[]> scores = List.of(new double[] {1, 3}, new double[] {2, 1}, new double[] {1, 9});
    List<double[]> counted = List.of(scores.get(0), scores.get(1));
    assertThat(Temperature.fit(scores, new int[] {1, 1, -1}))
        .isEqualTo(Temperature.fit(counted, new int[] {1, 1}));
    assertThatThrownBy(() -> Temperature.fit(counted, new int[] {-1, -1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("none of the 2 photos lies in a place that the model covers");
  }

  @Test
  void scoresOfZeroStayZeroAndDoNotBreakTheFit() {
    assertThat(Temperature.apply(new double[] {0, 4, 4}, 2)).containsExactly(0, 0.5, 0.5);
    List<double[]> scores = List.of(new double[] {0, 1}, new double[] {0.2, 0.8});
    assertThat(Temperature.fit(scores, new int[] {0, 1})).isFinite();
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
  void refusesScoresThatAreNoNumbers(double score) {
    assertThatThrownBy(() -> Temperature.fit(List.of(new double[] {score, 1}), new int[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no numbers");
  }

  @Test
  void findsATemperatureForOneCell() {
    assertThat(Temperature.fit(List.of(new double[] {1}), new int[] {0})).isBetween(0.02, 50.0);
  }

  private static int draw(double[] probabilities, SplittableRandom random) {
    double left = random.nextDouble() * DoubleStream.of(probabilities).sum();
    for (int i = 0; i < probabilities.length; i++) {
      left -= probabilities[i];
      if (left < 0) {
        return i;
      }
    }
    return probabilities.length - 1;
  }
}
