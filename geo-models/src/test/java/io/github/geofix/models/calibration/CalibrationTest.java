package io.github.geofix.models.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.internal.calibration.RegionShares;
import io.github.geofix.models.internal.calibration.Temperature;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void isTheTemperatureAndThenTheSharesAtThatTemperature(long seed) {
    Random random = new Random(seed);
    List<LatLng> places = Stream.generate(() -> point(random)).limit(60).toList();
    CellPartition cells = CellPartition.fixedLevel(places.subList(0, 55), 2);
    List<double[]> scores =
        places.stream()
            .map(place -> random.doubles(cells.size()).map(x -> Math.exp(6 * x)).toArray())
            .toList();
    int[] truths = places.stream().mapToInt(place -> cells.labelOf(place).orElse(-1)).toArray();
    double temperature = Temperature.fit(scores, truths);
    double[] needed =
        IntStream.range(0, 60)
            .mapToDouble(
                i ->
                    RegionShares.needed(
                            places.get(i), cells, Temperature.apply(scores.get(i), temperature))
                        .share())
            .toArray();
    List<Integer> asked = new ArrayList<>();
    Calibration calibration =
        Calibration.fit(
            60,
            i -> {
              asked.add(i);
              return ScoredPhoto.of(places.get(i), cells, scores.get(i));
            });
    assertThat(calibration.temperature()).isEqualTo(temperature);
    assertThat(calibration.regionShares()).isEqualTo(RegionShares.fit(List.of(0.5, 0.9), needed));
    assertThat(asked).isEqualTo(IntStream.range(0, 60).boxed().toList());
  }

  private static LatLng point(Random random) {
    return new LatLng(120 * random.nextDouble() - 60, 360 * random.nextDouble() - 180);
  }

  @Test
  void needsAPhotoOfAKnownPlace() {
    CellPartition cells = CellPartition.fixedLevel(List.of(new LatLng(0, 0)), 5);
    assertThatThrownBy(
            () ->
                Calibration.fit(
                    2, i -> ScoredPhoto.of(new LatLng(50, 50), cells, new double[] {1})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("none of the 2 photos lies in a place that the model covers");
  }

  @Test
  void takesScoresAtTheirWordBefore() {
    assertThat(Calibration.NONE).isEqualTo(new Calibration(1, List.of(0.5, 0.9)));
  }

  @Test
  void refusesWhatIsOutOfRange() {
    for (double temperature : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new Calibration(temperature, Calibration.COVERAGE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("temperature must be positive: " + temperature);
    }
    for (List<Double> shares :
        List.of(List.of(0.5), List.of(0.5, 1.1), List.of(0.0, 0.9), List.of(Double.NaN, 0.9))) {
      assertThatThrownBy(() -> new Calibration(1, shares))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("regionShares must be 2 shares above 0 to 1: " + shares);
    }
  }
}
