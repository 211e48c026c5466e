package io.github.geofix.core.internal.geodesy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.geometry.S2Cell;
import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.geom.Path2D;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeoJsonWriterTest {

  private static List<LatLng> corners(S2CellId id) {
    S2Cell cell = new S2Cell(id);
    List<LatLng> ring = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      S2LatLng corner = new S2LatLng(cell.getVertex(k));
      ring.add(new LatLng(corner.latDegrees(), corner.lngDegrees()));
    }
    return ring;
  }

  private static List<Path2D> draw(List<LatLng> ring) {
    List<Path2D> paths = new ArrayList<>();
    for (List<double[]> piece : GeoJsonWriter.pieces(ring)) {
      Path2D path = new Path2D.Double();
      path.moveTo(piece.get(0)[0], piece.get(0)[1]);
      for (double[] corner : piece) {
        assertThat(corner[0]).isBetween(-180.0, 180.0);
        assertThat(corner[1]).isBetween(-90.0, 90.0);
        path.lineTo(corner[0], corner[1]);
      }
      path.closePath();
      paths.add(path);
    }
    return paths;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5, 8})
  void aMapShowsEveryPointInTheCellThatHoldsIt(int level) {
    Random random = new Random(level);
    for (int i = 0; i < 400; i++) {
      // Half of the points near a pole or the antimeridian.
      double latitude = Math.toDegrees(Math.asin(2 * random.nextDouble() - 1));
      double longitude = 360 * random.nextDouble() - 180;
      if (i % 4 == 0) {
        latitude = (1 - 2 * random.nextInt(2)) * (90 - 5 * random.nextDouble());
      } else if (i % 4 == 1) {
        longitude = Math.copySign(180 - random.nextDouble(), random.nextInt(2) - 0.5);
      }
      S2CellId leaf = S2CellId.fromLatLng(S2LatLng.fromDegrees(latitude, longitude));
      S2CellId cell = leaf.parent(level);
      // The drawing is within 0.1 % of a side; sides of neighbors differ by less than a third.
      double margin = 0.003 * Math.sqrt(new S2Cell(cell).approxArea());
      List<S2CellId> around = new ArrayList<>(List.of(cell));
      S2CellId[] neighbors = new S2CellId[4];
      cell.getEdgeNeighbors(neighbors);
      around.addAll(List.of(neighbors));
      for (S2CellId candidate : around) {
        double border =
            new S2Cell(candidate)
                .getBoundaryDistance(S2LatLng.fromDegrees(latitude, longitude).toPoint())
                .toAngle()
                .radians();
        if (border > margin) {
          double x = longitude;
          double y = latitude;
          assertThat(draw(corners(candidate)).stream().anyMatch(p -> p.contains(x, y)))
              .as("%s, %s in %s", y, x, candidate.toToken())
              .isEqualTo(candidate.contains(leaf));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void theCellsOfALevelFillTheMapOnce(int level) {
    double area = 0;
    for (S2CellId cell = S2CellId.begin(level);
        !cell.equals(S2CellId.end(level));
        cell = cell.next()) {
      for (List<double[]> piece : GeoJsonWriter.pieces(corners(cell))) {
        double twice = 0;
        for (int i = 0; i < piece.size(); i++) {
          double[] a = piece.get(i);
          double[] b = piece.get((i + 1) % piece.size());
          twice += a[0] * b[1] - b[0] * a[1];
        }
        assertThat(twice).as("counter-clockwise: %s", cell.toToken()).isPositive();
        area += twice / 2;
      }
    }
    assertThat(area).isCloseTo(360.0 * 180.0, within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 12, 20, 28})
  void aCellOverTheAntimeridianIsDrawnAsTwoAndElsewhereAsOne(int level) {
    // S2 cells end at the antimeridian, so a square over it stands in for them.
    double half = 30.0 / (1 << level);
    assertThat(GeoJsonWriter.pieces(square(half, 180))).hasSize(2);
    assertThat(GeoJsonWriter.pieces(square(half, 120))).hasSize(1);
    S2CellId beside = S2CellId.fromLatLng(S2LatLng.fromDegrees(10, 180)).parent(level);
    assertThat(GeoJsonWriter.pieces(corners(beside))).hasSize(1);
  }

  private static List<LatLng> square(double half, double longitude) {
    return List.of(
        LatLng.wrapped(-half, longitude - half),
        LatLng.wrapped(-half, longitude + half),
        LatLng.wrapped(half, longitude + half),
        LatLng.wrapped(half, longitude - half));
  }

  @Test
  void writesACollectionThatFollowsTheStandard() throws IOException {
    StringWriter out = new StringWriter();
    try (GeoJsonWriter writer = new GeoJsonWriter(out)) {
      writer.point(new LatLng(48.8584, 2.2945), Map.of("name", "tower", "high", true));
      writer.polygons(
          List.of(corners(S2CellId.fromToken("47e7")), corners(S2CellId.fromFace(5))),
          Map.of("points", 12));
    }
    JsonObject json = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(json.get("type").getAsString()).isEqualTo("FeatureCollection");
    JsonArray features = json.getAsJsonArray("features");
    assertThat(features).hasSize(2);
    assertThat(features.get(0).toString())
        .startsWith(
            "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[2.2945,48.8584]}")
        .contains("\"high\":true", "\"name\":\"tower\"");
    JsonObject shape = features.get(1).getAsJsonObject();
    assertThat(shape.getAsJsonObject("properties").get("points").getAsInt()).isEqualTo(12);
    JsonArray polygons = shape.getAsJsonObject("geometry").getAsJsonArray("coordinates");
    assertThat(polygons.size()).isEqualTo(3); // The polar face is cut at the antimeridian.
    for (JsonElement polygon : polygons) {
      assertThat(polygon.getAsJsonArray()).hasSize(1);
      JsonArray ring = polygon.getAsJsonArray().get(0).getAsJsonArray();
      assertThat(ring.size()).isGreaterThanOrEqualTo(4);
      assertThat(ring.get(ring.size() - 1)).isEqualTo(ring.get(0));
    }
  }

  @Test
  void aLineFollowsTheGreatCircleAndIsCutAtTheAntimeridian() throws IOException {
    JsonObject plain = line(List.of(new LatLng(50, 0), new LatLng(50, 90)));
    assertThat(plain.get("type").getAsString()).isEqualTo("LineString");
    JsonArray points = plain.getAsJsonArray("coordinates");
    assertThat(points.size()).isGreaterThan(8);
    LatLng middle = SphericalMean.of(List.of(new LatLng(50, 0), new LatLng(50, 90)));
    double nearest = 1e9;
    for (JsonElement point : points) {
      nearest =
          Math.min(
              nearest,
              GreatCircle.distanceKm(
                  middle,
                  new LatLng(
                      point.getAsJsonArray().get(1).getAsDouble(),
                      point.getAsJsonArray().get(0).getAsDouble())));
    }
    assertThat(nearest).isLessThan(1);

    JsonObject cut = line(List.of(new LatLng(0, 178), new LatLng(0, -178), new LatLng(2, 178)));
    assertThat(cut.get("type").getAsString()).isEqualTo("MultiLineString");
    JsonArray pieces = cut.getAsJsonArray("coordinates");
    assertThat(pieces).hasSize(3);
    assertThat(ends(pieces.get(0))).containsExactly(178, 0, 180, 0);
    assertThat(ends(pieces.get(1))).startsWith(-180, 0).hasSize(4);
    assertThat(ends(pieces.get(1))[2]).isEqualTo(-180);
    assertThat(ends(pieces.get(1))[3]).isCloseTo(1, within(0.01));
    assertThat(ends(pieces.get(2))[0]).isEqualTo(180);
  }

  private static double[] ends(JsonElement piece) {
    JsonArray points = piece.getAsJsonArray();
    JsonArray first = points.get(0).getAsJsonArray();
    JsonArray last = points.get(points.size() - 1).getAsJsonArray();
    return new double[] {
      first.get(0).getAsDouble(),
      first.get(1).getAsDouble(),
      last.get(0).getAsDouble(),
      last.get(1).getAsDouble()
    };
  }

  private static JsonObject line(List<LatLng> points) throws IOException {
    StringWriter out = new StringWriter();
    try (GeoJsonWriter writer = new GeoJsonWriter(out)) {
      writer.line(points, Map.of());
    }
    return JsonParser.parseString(out.toString())
        .getAsJsonObject()
        .getAsJsonArray("features")
        .get(0)
        .getAsJsonObject()
        .getAsJsonObject("geometry");
  }
}
