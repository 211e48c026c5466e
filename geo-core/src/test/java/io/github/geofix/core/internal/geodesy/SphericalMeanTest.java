package io.github.geofix.core.internal.geodesy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SphericalMeanTest {

  @Test
  void isRightOverTheAntimeridianAndThePole() {
    LatLng pacific = SphericalMean.of(List.of(new LatLng(0, 179), new LatLng(0, -177)));
    assertThat(pacific.latitude()).isCloseTo(0, within(1e-12));
    assertThat(pacific.longitude()).isCloseTo(-179, within(1e-12));
    LatLng pole = SphericalMean.of(List.of(new LatLng(88, 0), new LatLng(84, 180)));
    assertThat(pole.latitude()).isCloseTo(88, within(1e-12));
    assertThat(Math.abs(pole.longitude())).isCloseTo(180, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aWholeWeightIsThatManyPoints(long seed) {
    Random random = new Random(seed);
    SphericalMean weighted = new SphericalMean();
    SphericalMean repeated = new SphericalMean();
    for (int i = 0; i < 20; i++) {
      LatLng point = new LatLng(random.nextDouble() * 90, random.nextDouble() * 90);
      int weight = random.nextInt(4);
      weighted.add(point, weight);
      for (int k = 0; k < weight; k++) {
        repeated.add(point, 1);
      }
    }
    assertThat(GreatCircle.distanceKm(weighted.latLng(), repeated.latLng())).isLessThan(1e-9);
    assertThat(weighted.resultant()).isCloseTo(repeated.resultant(), within(1e-12));
  }

  @Test
  void theResultantTellsHowWellPointsAgree() {
    SphericalMean mean = new SphericalMean();
    assertThat(mean.resultant()).isZero();
    mean.add(10, 20, 3);
    assertThat(mean.resultant()).isCloseTo(1, within(1e-12));
    mean.add(-10, -160, 3);
    assertThat(mean.resultant()).isCloseTo(0, within(1e-12));
    assertThatThrownBy(mean::latLng).hasMessageContaining("cancel out");
  }

  @Test
  void refusesNoPointsAndBadWeights() {
    assertThatThrownBy(() -> SphericalMean.of(List.of())).hasMessageContaining("no points");
    List<LatLng> one = List.of(new LatLng(1, 2));
    assertThatThrownBy(() -> SphericalMean.of(one, new double[2]))
        .hasMessageContaining("1 point but 2 weights");
    assertThatThrownBy(() -> SphericalMean.of(one, new double[1])).hasMessageContaining("all 0");
    for (double weight : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> SphericalMean.of(one, new double[] {weight}))
          .hasMessageContaining("not " + weight);
    }
  }
}
