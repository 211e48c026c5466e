package io.github.geofix.earth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LandMapTest {
  private static final int SEA = 0x0A1E46;
  private static final int FOREST = 0x1E3214;
  private static final int ICE = 0xF0F4FF;

  @Test
  void blueIsWaterAndIceIsNot() {
    LandMap land =
        LandMap.of(
            EarthImage.of(
                SyntheticEarth.paint(90, (lat, lon) -> lat > 60 ? ICE : lon < 0 ? SEA : FOREST)));
    assertThat(land.isWater(new LatLng(0, -10))).isTrue();
    assertThat(land.isWater(new LatLng(0, 10))).isFalse();
    assertThat(land.isWater(new LatLng(80, -10))).isFalse();
    assertThat(land.isWater(new LatLng(90, 180))).isFalse();
    assertThat(land.isWater(new LatLng(-90, -180))).isTrue();
  }

  /** Rows of a picture so small lie farther apart than the surroundings reach. */
  @ParameterizedTest
  @ValueSource(ints = {8, 16, 59, 60, 61})
  void knowsTheSeaOfASmallPicture(int height) {
    LandMap sea = LandMap.of(EarthImage.of(SyntheticEarth.paint(height, (lat, lon) -> SEA)));
    LandMap land = LandMap.of(EarthImage.of(SyntheticEarth.paint(height, (lat, lon) -> FOREST)));
    for (double latitude = -90; latitude <= 90; latitude += 0.5) {
      assertThat(sea.waterShare(new LatLng(latitude, 3))).isEqualTo(1);
      assertThat(land.waterShare(new LatLng(latitude, 3))).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void waterShareIsTheShareOfThePixelsWithinThreeDegrees(long seed) {
    Random random = new Random(seed);
    int height = 360;
    BufferedImage image =
        SyntheticEarth.paint(
            height,
            (lat, lon) -> Math.sin(lat / 2 + seed) * Math.cos(lon / 3) > 0.1 ? SEA : FOREST);
    LandMap land = LandMap.of(EarthImage.of(image));
    for (int n = 0; n < 6; n++) {
      LatLng point = SyntheticEarth.randomPoint(random);
      LatLng gridPoint =
          new LatLng(
              Math.min(Math.floor(point.latitude() * 2) / 2 + 0.25, 89.75),
              Math.floor(point.longitude() * 2) / 2 + 0.25);
      assertThat(land.waterShare(point))
          .as("%s", point)
          .isCloseTo(shareBySlowScan(image, gridPoint), within(0.08));
    }
  }

  private static double shareBySlowScan(BufferedImage image, LatLng center) {
    double radiusKm = Math.toRadians(3) * GreatCircle.EARTH_RADIUS_KM;
    double water = 0;
    double all = 0;
    int height = image.getHeight();
    for (int y = 0; y < height; y++) {
      double lat = 90 - (y + 0.5) * 180 / height;
      double area = Math.cos(Math.toRadians(lat));
      for (int x = 0; x < 2 * height; x++) {
        double lon = (x + 0.5) * 180 / height - 180;
        if (Math.abs(lat - center.latitude()) < 4
            && GreatCircle.distanceKm(center, new LatLng(lat, lon)) <= radiusKm) {
          all += area;
          water += (image.getRGB(x, y) & 0xFFFFFF) == SEA ? area : 0;
        }
      }
    }
    return water / all;
  }

  @Test
  void classImageHoldsTheClassesOfTheView() {
    LandMap land =
        LandMap.of(EarthImage.of(SyntheticEarth.paint(360, (lat, lon) -> lon < 0 ? SEA : FOREST)));
    EarthView view = new EarthView(new LatLng(10, 0), 10, 0);
    byte[] classes = land.classes(view, 16);
    BufferedImage image = land.classImage(view, 16);
    for (int i = 0; i < 16; i++) {
      for (int j = 0; j < 16; j++) {
        int expected = j < 8 ? LandMap.WATER : LandMap.LAND;
        assertThat(classes[16 * i + j]).isEqualTo((byte) expected);
        assertThat(image.getRaster().getSample(j, i, 0)).isEqualTo(expected);
      }
    }
  }
}
