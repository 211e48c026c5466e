package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorDriftTest {

  private static List<float[]> draw(int count, int dimension, double shift, Random random) {
    return Stream.generate(
            () -> {
              float[] vector = new float[dimension];
              for (int d = 0; d < dimension; d++) {
                vector[d] = (float) (random.nextGaussian() + shift);
              }
              return vector;
            })
        .limit(count)
        .toList();
  }

  private static double meanDistance(List<float[]> some, List<float[]> others) {
    double sum = 0;
    for (float[] a : some) {
      for (float[] b : others) {
        double squares = 0;
        for (int d = 0; d < a.length; d++) {
          squares += Math.pow((double) a[d] - b[d], 2);
        }
        sum += Math.sqrt(squares);
      }
    }
    return sum / some.size() / others.size();
  }

  @Test
  void theDistanceIsTwiceThatBetweenLessThoseWithin() {
    Random random = new Random(5);
    List<float[]> x = draw(30, 3, 0, random);
    for (List<float[]> y : List.of(draw(12, 3, 1, random), draw(50, 3, 1, random))) {
      double literal = 2 * meanDistance(x, y) - meanDistance(x, x) - meanDistance(y, y);
      Drift.OfVectors drift = Drift.OfVectors.of(CalibrationVectors.of(x), y);
      assertThat(drift.distance()).isCloseTo(literal, within(1e-5));
      assertThat(drift.photos()).isEqualTo(y.size());
      assertThat(drift.pValue()).isEqualTo(0.001);
    }
  }

  @Test
  void thePValueIsTheShareOfAllSplitsWithADistanceAsGreat() {
    // Of the 20 ways to divide these in threes, two are as far apart: this and its mirror image.
    List<float[]> low = Stream.of(0, 1, 2).map(x -> new float[] {x}).toList();
    List<float[]> high = Stream.of(10, 11, 12).map(x -> new float[] {x}).toList();
    assertThat(Drift.OfVectors.of(CalibrationVectors.of(low), high).pValue())
        .isCloseTo(0.1, within(0.03));
    // Equal photos are no further apart than any other division of them.
    List<float[]> equal = Stream.of(7, 7, 7).map(x -> new float[] {x}).toList();
    assertThat(Drift.OfVectors.of(CalibrationVectors.of(equal), equal).pValue()).isOne();
  }

  @Test
  void alarmsAreFalseAsOftenAsStated() {
    Random random = new Random(11);
    ErrorBound bound = new ErrorBound(200, 0.9, 0.1);
    int runs = 2000;
    int[] below = new int[3];
    double[] levels = {0.01, 0.1, 0.5};
    int alarms = 0;
    for (int run = 0; run < runs; run++) {
      CalibrationVectors calibration = CalibrationVectors.of(draw(40, 4, 0, random));
      Drift.OfVectors vectors = Drift.OfVectors.of(calibration, draw(20, 4, 0, random));
      for (int i = 0; i < levels.length; i++) {
        below[i] += vectors.pValue() <= levels[i] ? 1 : 0;
      }
      AnswerRule rule =
          new AnswerRule(bound, Optional.empty(), random.doubles(40).boxed().toList());
      Drift both = Drift.of(rule, random.doubles(20).boxed().toList()).withVectors(vectors);
      alarms += both.isAlarm() ? 1 : 0;
    }
    // Exactly the level, and four standard deviations of a binomial.
    for (int i = 0; i < levels.length; i++) {
      double deviation = Math.sqrt(runs * levels[i] * (1 - levels[i]));
      assertThat((double) below[i]).isCloseTo(runs * levels[i], within(4 * deviation));
    }
    assertThat(alarms).isLessThanOrEqualTo((int) (runs * 0.01 + 4 * Math.sqrt(runs * 0.0099)));
  }

  @Test
  void eachTestHasHalfOfTheLevel() {
    Drift scores = new Drift(0.3, 0.004, 0, 50, Optional.empty());
    assertThat(scores.isAlarm()).isTrue();
    assertThat(scores.withVectors(new Drift.OfVectors(0, 0.9, 50)).isAlarm()).isTrue();
    Drift unsure = new Drift(0.3, 0.007, 0, 50, Optional.empty());
    assertThat(unsure.isAlarm()).isTrue();
    assertThat(unsure.withVectors(new Drift.OfVectors(0, 0.9, 50)).isAlarm()).isFalse();
    Drift found = unsure.withVectors(new Drift.OfVectors(0.4, 0.001, 50));
    assertThat(found.isAlarm()).isTrue();
    assertThat(found.leastPValue()).isEqualTo(0.002);
    assertThat(found.warning()).contains("p 0.007; their vectors, p 0.001)");
  }

  @Test
  void refusesVectorsOfAnotherModel() {
    Random random = new Random(1);
    CalibrationVectors calibration = CalibrationVectors.of(draw(5, 4, 0, random));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Drift.OfVectors.of(calibration, draw(5, 3, 0, random)))
        .withMessageContaining("a vector has 3 numbers, those of the calibration 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Drift.OfVectors.of(calibration, draw(1, 4, 0, random)));
  }

  @Test
  void keepsVectorsInTheModelFolder(@TempDir Path folder) throws Exception {
    assertThat(CalibrationVectors.load(folder)).isEmpty();
    CalibrationVectors calibration = CalibrationVectors.of(draw(5, 4, 0, new Random(2)));
    calibration.save(folder);
    CalibrationVectors again = CalibrationVectors.load(folder).orElseThrow();
    assertThat(again.size()).isEqualTo(5);
    assertThat(again.dimension()).isEqualTo(4);
    assertThat(again.vector(4)).containsExactly(calibration.vector(4));

    Path file = folder.resolve(CalibrationVectors.FILE);
    Safetensors.writer().floats("vectors", new float[2002], 1001, 2).write(file);
    assertThatThrownBy(() -> CalibrationVectors.load(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("[1001, 2], [2 to 1000, 1 to 65536] fits");
    Safetensors.writer().floats("vectors", new float[] {1, Float.NaN}, 2, 1).write(file);
    assertThatThrownBy(() -> CalibrationVectors.load(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("holds NaN");
    Files.writeString(file, "no arrays");
    assertThatThrownBy(() -> CalibrationVectors.load(folder))
        .isInstanceOf(ModelFormatException.class);
  }

  @Test
  void samplesWithoutReplacement() {
    assertThat(CalibrationVectors.sample(3, 5)).containsExactly(0, 1, 2);
    int[] some = CalibrationVectors.sample(1001, 1000);
    assertThat(some).hasSize(1000).isSorted().doesNotHaveDuplicates();
    assertThat(CalibrationVectors.sample(5_000_000, 200)).hasSize(200).isSorted();
  }
}
