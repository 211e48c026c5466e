package io.github.geofix.earth;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeldOutBlocksTest {
  private static final double MARGIN_KM = Math.toRadians(4) * GreatCircle.EARTH_RADIUS_KM;

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void holdsOutFourteenPercentOfTheBlocks(long seed) {
    HeldOutBlocks blocks = HeldOutBlocks.of(seed);
    int heldOut = 0;
    for (int lat = -85; lat < 90; lat += 10) {
      for (int lon = -175; lon < 180; lon += 10) {
        heldOut += blocks.isHeldOut(new LatLng(lat, lon)) ? 1 : 0;
      }
    }
    assertThat(heldOut).isEqualTo(91);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void keepsTrainingFourDegreesAway(long seed) {
    HeldOutBlocks blocks = HeldOutBlocks.of(seed);
    List<LatLng> heldOut = new ArrayList<>();
    for (double lat = -89.5; lat < 90; lat += 1) {
      for (double lon = -179.5; lon < 180; lon += 1) {
        LatLng point = new LatLng(lat, lon);
        if (blocks.isHeldOut(point)) {
          heldOut.add(point);
        }
      }
    }
    Random random = new Random(seed);
    int training = 0;
    for (int i = 0; i < 100; i++) {
      LatLng point = SyntheticEarth.randomPoint(random);
      double nearestKm = nearestKm(point, heldOut);
      if (blocks.isForTraining(point)) {
        training++;
        assertThat(nearestKm).as("%s", point).isGreaterThan(MARGIN_KM);
      } else {
        // The grid and the square corners of the margin allow for this much.
        assertThat(nearestKm).as("%s", point).isLessThan(1.7 * MARGIN_KM);
      }
    }
    assertThat(training).isGreaterThan(30);
  }

  private static double nearestKm(LatLng point, List<LatLng> others) {
    return others.stream().mapToDouble(o -> GreatCircle.distanceKm(point, o)).min().orElseThrow();
  }
}
