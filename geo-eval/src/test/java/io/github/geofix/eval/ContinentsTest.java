package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.LatLng;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContinentsTest {

  @ParameterizedTest
  @CsvSource({
    "Paris, 48.8566, 2.3522, Europe",
    "London, 51.5072, -0.1276, Europe",
    "Moscow, 55.7558, 37.6173, Europe",
    "Novosibirsk, 55.0084, 82.9357, Asia",
    "Wrangel Island, 71.23, -179.6, Asia",
    "Istanbul, 41.0082, 28.9784, Asia",
    "Tokyo, 35.6762, 139.6503, Asia",
    "Singapore, 1.3521, 103.8198, Asia",
    "Nairobi, -1.2921, 36.8219, Africa",
    "Maseru in Lesotho, -29.31, 27.48, Africa",
    "Antananarivo, -18.8792, 47.5079, Africa",
    "New York, 40.7128, -74.0060, North America",
    "Honolulu, 21.3069, -157.8583, Oceania",
    "Nuuk, 64.1835, -51.7216, North America",
    "Panama City, 8.9824, -79.5199, North America",
    "Cayenne, 4.9224, -52.3135, South America",
    "Ushuaia, -54.8019, -68.3030, South America",
    "Auckland, -36.8509, 174.7645, Oceania",
    "Suva, -18.1248, 178.4501, Oceania",
    "South Pole, -90, 0, Antarctica",
    "McMurdo, -77.85, 166.67, Antarctica",
    "off Portugal, 38.7, -12, Europe",
    "off Brazil, -15, -35, South America"
  })
  void knowsTheContinent(String place, double latitude, double longitude, String continent) {
    assertThat(Continents.of(new LatLng(latitude, longitude))).as(place).isEqualTo(continent);
  }

  @Test
  void breaksAReportDown() {
    List<LatLng> truths =
        List.of(new LatLng(48.8, 2.3), new LatLng(52.5, 13.4), new LatLng(35.7, 139.7));
    assertThat(DistanceReport.of(truths, truths).by(Continents.of(truths)).keySet())
        .containsExactly("Europe", "Asia");
  }
}
