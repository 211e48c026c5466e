package io.github.geofix.core.internal.geodesy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedPointsTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void medoidAndDensestPointAreThoseOfTheDefinitions(long seed) {
    Random random = new Random(seed);
    List<LatLng> points = new ArrayList<>();
    double[] weights = new double[60];
    for (int i = 0; i < 60; i++) {
      boolean pacific = random.nextInt(3) == 0;
      points.add(
          LatLng.wrapped(
              (pacific ? 60 : -20) + 15 * random.nextGaussian() % 30,
              (pacific ? 180 : 30) + 15 * random.nextGaussian()));
      weights[i] = random.nextInt(4) == 0 ? 0 : random.nextDouble();
    }
    WeightedPoints all = WeightedPoints.of(points, weights);
    int medoid = 0;
    int densest = 0;
    for (int i = 0; i < 60; i++) {
      if (cost(points.get(i), points, weights) < cost(points.get(medoid), points, weights)) {
        medoid = i;
      }
      if (mass(points.get(i), points, weights) > mass(points.get(densest), points, weights)) {
        densest = i;
      }
    }
    assertThat(all.medoid()).isEqualTo(medoid);
    // Points that see the same neighbors tie up to the order of the sum.
    assertThat(mass(points.get(all.densest(800)), points, weights))
        .isEqualTo(mass(points.get(densest), points, weights));
    SphericalMean around = new SphericalMean();
    for (int i = 0; i < 60; i++) {
      if (GreatCircle.distanceKm(points.get(i), points.get(all.densest(800))) <= 800) {
        around.add(points.get(i), weights[i]);
      }
    }
    assertThat(GreatCircle.distanceKm(all.densityMode(800), around.latLng())).isLessThan(1e-6);
  }

  private static double cost(LatLng from, List<LatLng> points, double[] weights) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * GreatCircle.distanceKm(from, points.get(i));
    }
    return sum;
  }

  private static double mass(LatLng from, List<LatLng> points, double[] weights) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += GreatCircle.distanceKm(from, points.get(i)) <= 800 ? weights[i] : 0;
    }
    return sum;
  }

  @Test
  void theModeStaysInTheHeavierOfTwoClusters() {
    WeightedPoints points =
        WeightedPoints.of(
            List.of(new LatLng(48, 2), new LatLng(48.2, 2.2), new LatLng(40, -74)),
            new double[] {0.3, 0.3, 0.4});
    assertThat(GreatCircle.distanceKm(points.densityMode(100), new LatLng(48.1, 2.1)))
        .isLessThan(0.1);
    assertThat(points.densest(1)).isEqualTo(2);
    assertThat(points.meanAround(new LatLng(0, 0), 5)).isEqualTo(new LatLng(0, 0));
  }

  @Test
  void refusesBadWeightsAndRadii() {
    List<LatLng> one = List.of(new LatLng(1, 2));
    assertThatThrownBy(() -> WeightedPoints.of(List.of(), new double[0]))
        .hasMessageContaining("one or more");
    assertThatThrownBy(() -> WeightedPoints.of(one, new double[] {0})).hasMessageContaining("0");
    assertThatThrownBy(() -> WeightedPoints.of(one, new double[] {Double.NaN}))
        .hasMessageContaining("not NaN");
    WeightedPoints points = WeightedPoints.of(one, new double[] {1});
    assertThatThrownBy(() -> points.densest(0)).hasMessageContaining("more than 0");
    assertThatThrownBy(() -> points.densityMode(15_000)).hasMessageContaining("quarter");
  }
}
