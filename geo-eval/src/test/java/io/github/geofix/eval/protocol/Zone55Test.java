package io.github.geofix.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.LatLng;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Zone55Test {

  /**
   * First Flinders Peak, the worked example of the GDA2020 Technical Manual, ICSM, tables 5.1 and
   * C-1; the others by the inverse series of Krüger, 1912, to the third power of the flattening.
   */
  @ParameterizedTest
  @CsvSource({
    "273741.297, 5796489.777, -37.95103342, 144.42486789",
    "693140.1550, 6090707.8014, -35.3082, 149.1244",
    "659932.2196, 6072884.3659, -35.4747, 148.7628",
    "201095.8364, 8616602.9040, -12.5, 144.25",
    "735997.3627, 5223997.6455, -43.1, 149.9",
    "500000.0000, 9944734.9629, -0.5, 147"
  })
  void findsPublishedPlaces(double easting, double northing, double latitude, double longitude) {
    LatLng place = new Zone55().place(easting, northing).orElseThrow();
    assertThat(place.latitude()).isCloseTo(latitude, within(1e-8));
    assertThat(place.longitude()).isCloseTo(longitude, within(1e-8));
  }

  @Test
  void knowsNoPlacesOutsideItsZone() {
    assertThat(new Zone55().place(0, 0)).isEmpty();
    assertThat(new Zone55().place(6_090_707, 693_140)).isEmpty();
    assertThat(new Zone55().place(Double.NaN, 6_090_707)).isEmpty();
  }
}
