package io.github.geofix.core.geodesy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.OracleFile;
import org.junit.jupiter.api.Test;

class GreatCircleOracleTest {

  @Test
  void distancesAreThoseOfAnotherProgramOnItsSphere() {
    OracleFile oracle = OracleFile.read("haversine");
    double[] predicted = oracle.doubles("pred");
    double[] truth = oracle.doubles("true");
    double[] km = oracle.doubles("km_f64");
    for (int i = 0; i < km.length; i++) {
      double distance =
          GreatCircle.distanceKm(
              predicted[2 * i], predicted[2 * i + 1], truth[2 * i], truth[2 * i + 1]);
      assertThat(distance * 6371 / GreatCircle.EARTH_RADIUS_KM)
          .isCloseTo(km[i], within(1e-9 * Math.max(1, km[i])));
    }
  }
}
