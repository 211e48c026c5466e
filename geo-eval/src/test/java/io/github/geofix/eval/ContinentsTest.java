package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.Continents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
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
    "Taveuni in Fiji, -16.6, 179.6, Oceania",
    "La Paz at Fiji's latitude, -16.4957, -68.1335, South America",
    "Mozambique at Fiji's latitude, -16.2, 35.8, Africa",
    "off Madagascar at Fiji's latitude, -16.3, 44, Africa",
    "Chukotka, 66.5, -172, Asia",
    "Prudhoe Bay at Chukotka's latitude, 70.2, -148.5, North America",
    "Baffin Island at Chukotka's latitude, 69.2, -71, North America",
    "South Pole, -90, 0, Antarctica",
    "McMurdo, -77.85, 166.67, Antarctica",
    "off Portugal, 38.7, -12, Europe",
    "off Brazil, -15, -35, South America"
  })
  void knowsTheContinent(String place, double latitude, double longitude, String continent) {
    assertThat(Continents.of(new LatLng(latitude, longitude))).as(place).isEqualTo(continent);
  }

  @ParameterizedTest
  @CsvSource({
    "Paris, 48.8566, 2.3522, France",
    "Moscow, 55.7558, 37.6173, Russia",
    "Novosibirsk, 55.0084, 82.9357, Russia",
    "Tokyo, 35.6762, 139.6503, Japan",
    "Maseru, -29.31, 27.48, Lesotho",
    "Honolulu, 21.3069, -157.8583, United States of America",
    "Anchorage, 61.2, -149.9, United States of America",
    "Toronto, 43.65, -79.38, Canada",
    "Singapore, 1.3521, 103.8198, Malaysia",
    "Suva, -18.1248, 178.4501, Fiji",
    "South Pole, -90, 0, Antarctica",
    "off Portugal, 38.7, -12, Portugal"
  })
  void knowsTheCountry(String place, double latitude, double longitude, String country) {
    assertThat(Continents.placeOf(new LatLng(latitude, longitude)).country())
        .as(place)
        .isEqualTo(country);
  }

  /** An outline taken for another shape than it has would claim places on the far side of it. */
  @Test
  void noPlaceIsFarFromTheOutlinesOfItsContinent() throws IOException {
    Map<String, List<LatLng>> outlines = outlines();
    for (double latitude = -89.7; latitude < 90; latitude += 4.9) {
      for (double longitude = -180; longitude < 180; longitude += 20) {
        LatLng place = new LatLng(latitude, longitude);
        String continent = Continents.of(place);
        double nearest =
            outlines.values().stream().mapToDouble(o -> nearestKm(place, o)).min().orElseThrow();
        assertThat(nearestKm(place, outlines.getOrDefault(continent, List.of())))
            .as("%s in %s", place, continent)
            .isLessThan(nearest + 100);
      }
    }
  }

  private static Map<String, List<LatLng>> outlines() throws IOException {
    Map<String, List<LatLng>> outlines = new TreeMap<>();
    try (InputStream in = Continents.class.getResourceAsStream("continents.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
        String continent = line.substring(0, line.indexOf('\t'));
        String[] parts = line.substring(line.lastIndexOf('\t') + 1).split(" ", -1);
        for (int i = 0; i < parts.length; i += 2) {
          LatLng corner =
              new LatLng(
                  Double.parseDouble(parts[i + 1]) / 100, Double.parseDouble(parts[i]) / 100);
          boolean european = corner.longitude() > 0 && corner.longitude() < 60;
          String name = !continent.equals("Russia") ? continent : european ? "Europe" : "Asia";
          outlines.computeIfAbsent(name, c -> new ArrayList<>()).add(corner);
        }
      }
    }
    return outlines;
  }

  private static double nearestKm(LatLng place, List<LatLng> corners) {
    return corners.stream()
        .mapToDouble(corner -> GreatCircle.distanceKm(place, corner))
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }

  @Test
  void breaksAReportDown() {
    List<LatLng> truths =
        List.of(new LatLng(48.8, 2.3), new LatLng(52.5, 13.4), new LatLng(35.7, 139.7));
    assertThat(
            DistanceReport.of(truths, truths)
                .by(truths.stream().map(Continents::of).toList())
                .keySet())
        .containsExactly("Europe", "Asia");
  }
}
