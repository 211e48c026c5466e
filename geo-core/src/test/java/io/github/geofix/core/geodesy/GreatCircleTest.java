package io.github.geofix.core.geodesy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GreatCircleTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void isWithinWhatItMeasures(long seed) {
    Random random = new Random(seed);
    int within = 0;
    for (int i = 0; i < 3000; i++) {
      LatLng a = new LatLng(random.nextDouble(-90, 90), random.nextDouble(-180, 180));
      // Anywhere, on the same meridian, or opposite.
      LatLng b =
          switch (i % 3) {
            case 0 -> new LatLng(random.nextDouble(-90, 90), random.nextDouble(-180, 180));
            case 1 -> new LatLng(random.nextDouble(-90, 90), a.longitude());
            default -> new LatLng(-a.latitude(), a.longitude() + (a.longitude() > 0 ? -180 : 180));
          };
      double km = GreatCircle.distanceKm(a, b);
      assertThat(GreatCircle.isWithin(a, b, km)).isTrue();
      assertThat(GreatCircle.isWithin(a, b, Math.nextDown(km))).isFalse();
      double limit = random.nextDouble(0, 20_015);
      assertThat(GreatCircle.isWithin(a, b, limit)).isEqualTo(km <= limit);
      within += km <= limit ? 1 : 0;
    }
    assertThat(within).isBetween(500, 2500);
  }
}
