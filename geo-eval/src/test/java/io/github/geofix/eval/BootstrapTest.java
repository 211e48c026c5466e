package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.geofix.core.geodesy.LatLng;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BootstrapTest {

  /** 150 places of 1 to 7 photos that share their place's luck: only places are independent. */
  @Test
  void coversTheMeanOfPhotosThatShareTheirPlaceAsPromised() {
    Random random = new Random(11);
    Bootstrap bootstrap = new Bootstrap(400, 2);
    int covered = 0;
    int naive = 0;
    int samples = 600;
    for (int s = 0; s < samples; s++) {
      int[] places =
          IntStream.range(0, 150)
              .flatMap(place -> IntStream.range(0, 1 + place % 7).map(i -> place))
              .toArray();
      double[] luck = random.doubles(150).toArray();
      double[] values = Arrays.stream(places).mapToDouble(place -> luck[place]).toArray();
      Bootstrap.Interval interval =
          bootstrap.withSeed(s).interval(places, photos -> mean(values, photos));
      covered += interval.low() <= 0.5 && 0.5 <= interval.high() ? 1 : 0;
      Bootstrap.Interval photosAlone =
          bootstrap.withSeed(s).interval(values.length, photos -> mean(values, photos));
      naive += photosAlone.low() <= 0.5 && 0.5 <= photosAlone.high() ? 1 : 0;
    }
    assertThat((double) covered / samples).isBetween(0.93, 0.97);
    assertThat((double) naive / samples).isLessThan(0.8);
  }

  private static double mean(double[] values, int[] photos) {
    double sum = 0;
    for (int photo : photos) {
      sum += values[photo];
    }
    return sum / photos.length;
  }

  @Test
  void givesTheSameIntervalForTheSameSeed() {
    double[] values = new Random(1).doubles(50).toArray();
    Bootstrap bootstrap = Bootstrap.defaults().withResamples(200);
    Bootstrap.Interval one = bootstrap.interval(50, photos -> mean(values, photos));
    assertThat(bootstrap.interval(50, photos -> mean(values, photos))).isEqualTo(one);
    assertThat(bootstrap.withSeed(9).interval(50, photos -> mean(values, photos)))
        .isNotEqualTo(one);
    assertThat(one.value()).isEqualTo(mean(values, IntStream.range(0, 50).toArray()));
  }

  @Test
  void takesNearPhotosForOnePlace() {
    int[] places =
        Bootstrap.placesOf(
            List.of(
                new LatLng(48.85840, 2.29450),
                new LatLng(48.85841, 2.29451),
                new LatLng(40.6892, -74.0445)),
            13);
    assertThat(places[0]).isEqualTo(places[1]).isNotEqualTo(places[2]);
  }

  @Test
  void refusesTooFewResamplesAndNoPhotos() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Bootstrap(10, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Bootstrap.defaults().interval(0, photos -> 0));
  }
}
