package io.github.geofix.core.internal.geodesy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StereographicFrameTest {
  private static final double RADIUS = WebMercator.RADIUS_METERS;

  @ParameterizedTest
  @CsvSource({"0, 0", "48.2, 16.4", "-33, 179.9", "76, -120", "90, 0", "-90, 30"})
  void distancesFromTheMiddleAreThoseOfTheProjection(double latitude, double longitude) {
    LatLng center = new LatLng(latitude, longitude);
    double side = 1_300_000;
    StereographicFrame frame = StereographicFrame.of(center, side);
    assertThat(LocalFrame.meters(center, frame.at(0.5, 0.5))).isLessThan(1e-2);
    for (double[] uv : new double[][] {{0, 0}, {1, 0.5}, {0.3, 0.9}, {0.5, 0}}) {
      double plane = side * Math.hypot(uv[0] - 0.5, uv[1] - 0.5);
      // Snyder, eq. 21-15: a point at the angle c from the center lies at 2 R tan(c / 2).
      double onGround = 2 * RADIUS * Math.atan(plane / (2 * RADIUS));
      assertThat(LocalFrame.meters(center, frame.at(uv[0], uv[1])))
          .isCloseTo(onGround, within(1e-2));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "48.2, 16.4", "-60, 179.9"})
  void directionsFromTheMiddleAreBearings(double latitude, double longitude) {
    LatLng center = new LatLng(latitude, longitude);
    StereographicFrame frame = StereographicFrame.of(center, 900_000);
    for (double bearing : new double[] {0, 30, 90, 200, 315}) {
      double radians = Math.toRadians(bearing);
      LatLng seen = frame.at(0.5 + 0.4 * Math.sin(radians), 0.5 - 0.4 * Math.cos(radians));
      double meters = LocalFrame.meters(center, seen);
      LatLng gone = LocalFrame.move(center, bearing, meters);
      assertThat(LocalFrame.meters(seen, gone)).isLessThan(0.1);
    }
  }

  @Test
  void aSmallOneEqualsALocalFrame() {
    LatLng center = new LatLng(38.9, -77);
    StereographicFrame frame = StereographicFrame.of(center, 500);
    LocalFrame local = LocalFrame.of(center, 500);
    for (double u : new double[] {0, 0.2, 1}) {
      for (double v : new double[] {0, 0.7, 1}) {
        assertThat(LocalFrame.meters(frame.at(u, v), local.at(u, v))).isLessThan(0.05);
      }
    }
    assertThat(frame.center()).isEqualTo(center);
    assertThat(frame.sizeMeters()).isEqualTo(500);
    assertThat(frame).hasToString("500.00 m around 38.900000,-77.000000");
  }

  @Test
  void refusesSizesOutOfRange() {
    assertThatThrownBy(() -> StereographicFrame.of(new LatLng(0, 0), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above 0");
    assertThatThrownBy(() -> StereographicFrame.of(new LatLng(0, 0), Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
