package io.github.geofix.core.geodesy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundariesTest {
  @TempDir private Path folder;

  private Boundaries read(String json, String property) throws IOException {
    return Boundaries.readGeoJson(
        Files.writeString(folder.resolve("regions.geojson"), json), property);
  }

  private static String feature(String properties, String type, String coordinates) {
    return """
        {"type": "Feature", "bbox": [0, 0, 1, 1], "geometry":
         {"coordinates": %s, "type": "%s"}, "properties": %s}"""
        .formatted(coordinates, type, properties);
  }

  private static String collection(String... features) {
    return "{\"type\": \"FeatureCollection\", \"crs\": {\"a\": [1]}, \"features\": ["
        + String.join(",\n", features)
        + "]}";
  }

  private static final String SQUARE = "[[[0,0],[10,0],[10,10],[0,10],[0,0]]]";

  private static final String WORLD =
      collection(
          feature(
              "{\"id\": 7, \"name\": \"ring\"}",
              "Polygon",
              "[[[0,0,5],[10,0,5],[10,10],[0,10],[0,0]],[[4,4],[6,4],[6,6],[4,6],[4,4]]]"),
          feature("{\"id\": 8, \"name\": \"core\"}", "Polygon", "[[[4,4],[6,4],[6,6],[4,6]]]"),
          // Two islands; one is cut at the antimeridian, the other goes on beyond it.
          feature(
              "{\"id\": 9, \"name\": \"isles\"}",
              "MultiPolygon",
              "[[[[175,-5],[180,-5],[180,5],[175,5],[175,-5]]],"
                  + "[[[-180,-5],[-178,-5],[-178,5],[-180,5],[-180,-5]]],"
                  + "[[[170,-20],[190,-20],[190,-10],[170,-10],[170,-20]]]]"),
          feature("{\"id\": 10, \"name\": null}", "Polygon", "[[[0,40],[10,40],[10,50],[0,40]]]"),
          "{\"type\": \"Feature\", \"geometry\": null, \"properties\": {\"name\": \"sea\"}}");

  @ParameterizedTest
  @CsvSource({
    "5, 1, ring",
    "5, 5, core",
    "3.9, 5, ring",
    "11, 5, ''",
    "-1, 5, ''",
    "0, 177, isles",
    "0, -179, isles",
    "0, -177, ''",
    "-15, 175, isles",
    "-15, -175, isles",
    "-15, -169, ''",
    "42, 5, ''",
    "5, -1, ''",
    "9.999, 9.999, ring"
  })
  void namesTheRegionThatHoldsAPlace(double latitude, double longitude, String name)
      throws IOException {
    assertThat(read(WORLD, "name").regionOf(new LatLng(latitude, longitude)).orElse(""))
        .isEqualTo(name);
  }

  @Test
  void listsNamesAndTakesAnyProperty() throws IOException {
    assertThat(read(WORLD, "name").names()).containsExactly("ring", "core", "isles");
    assertThat(read(WORLD, "name")).hasToString("3 regions: ring, core, isles");
    assertThat(read(WORLD, "id").regionOf(new LatLng(5, 1))).contains("7");
    assertThat(read(WORLD, "id").names()).containsExactly("7", "8", "9", "10");
  }

  @Test
  void refusesWhatIsNoCollectionOfPolygons() throws IOException {
    refuses(WORLD, "state", "has the property \"state\"; there are id, name");
    String named = "{\"name\": \"a\"}";
    refuses(
        collection(feature(named, "Point", "[1, 2]")),
        "name",
        "feature 1 is a Point: only Polygon and MultiPolygon have an inside");
    refuses(
        collection(feature(named, "Polygon", "[[[0,0],[500000,0],[1,1]]]")),
        "name",
        "feature 1 has a corner at longitude 500000.0 and latitude 0.0: degrees are needed");
    refuses(
        collection(feature(named, "Polygon", SQUARE), feature(named, "Polygon", "[[[[[[]]]]]]")),
        "name",
        "the coordinates of feature 2 are no polygon's");
    refuses("{\"type\": \"Topology\"}", "name", "a FeatureCollection is needed");
    for (String damaged :
        new String[] {
          "",
          "[]",
          WORLD.substring(0, 300),
          collection(feature(named, "Polygon", "[[[0,NaN],[1,0],[1,1]]]")),
          collection(feature(named, "Polygon", "[[[0],[1,0],[1,1]]]")),
          collection(feature(named, "Polygon", "[[[\"x\",0],[1,0],[1,1]]]")),
          collection(feature(named, "Polygon", "[".repeat(100_000)))
        }) {
      refuses(damaged, "name", "cannot read ");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Boundaries.readGeoJson(folder.resolve("none"), "name"))
        .withMessageStartingWith("there is no file");
  }

  private void refuses(String json, String property, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(json, property))
        .withMessageContaining(reason);
  }
}
