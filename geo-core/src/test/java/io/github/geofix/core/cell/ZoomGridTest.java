package io.github.geofix.core.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZoomGridTest {

  private static final double EXACT = 1e-9;

  private static final JsonObject ORACLE = oracle();

  private static final LatLng CENTER =
      new LatLng(
          ORACLE.getAsJsonArray("initial_center").get(0).getAsDouble(),
          ORACLE.getAsJsonArray("initial_center").get(1).getAsDouble());

  @Test
  void labelsThePublishedRows() {
    ZoomGrid grid = ZoomGrid.local(CENTER, 10_000, 4, 4, 4, 4);
    assertThat(ORACLE.getAsJsonArray("published_rows")).hasSize(21);
    for (JsonElement element : ORACLE.getAsJsonArray("published_rows")) {
      JsonObject row = element.getAsJsonObject();
      CellPath path = grid.pathOf(place(row));
      assertThat(path.toArray()).containsExactly(ints(row.getAsJsonArray("published")));
      isNear(grid.center(path), row.getAsJsonArray("terminal_center"));
      assertThat(LocalFrame.meters(place(row), grid.center(path)))
          .isCloseTo(row.get("dist_to_terminal_center_m").getAsDouble(), within(1e-6));
    }
  }

  @Test
  void labelsTheRandomPointsWithFourAndWithThreeCellsASide() {
    assertThat(ORACLE.getAsJsonArray("random")).hasSize(200);
    for (JsonElement element : ORACLE.getAsJsonArray("random")) {
      JsonObject row = element.getAsJsonObject();
      agrees(ZoomGrid.local(CENTER, 10_000, 4, 4, 4, 4), row, "k4n4", "centers_k4");
      agrees(ZoomGrid.local(CENTER, 10_000, 3, 3, 3, 3, 3, 3), row, "k3n6", "centers_k3");
    }
  }

  private static void agrees(ZoomGrid grid, JsonObject row, String labels, String centers) {
    CellPath path = grid.pathOf(place(row));
    assertThat(path.toArray()).containsExactly(ints(row.getAsJsonArray(labels)));
    for (int step = 1; step <= path.length(); step++) {
      JsonArray expected = row.getAsJsonArray(centers).get(step - 1).getAsJsonArray();
      CellPath prefix = path.prefix(step);
      isNear(grid.center(prefix), expected);
      assertThat(((LocalFrame) grid.frame(prefix)).sizeMeters())
          .isCloseTo(expected.get(2).getAsDouble(), within(1e-9));
    }
  }

  @Test
  void movesAndMeasuresAsTheOracle() {
    assertThat(ORACLE.getAsJsonArray("move_from_latlon")).hasSize(50);
    for (JsonElement element : ORACLE.getAsJsonArray("move_from_latlon")) {
      double[] row = doubles(element.getAsJsonArray());
      LatLng from = new LatLng(row[0], row[1]);
      LatLng to = LocalFrame.move(from, row[2], row[3]);
      assertThat(to.latitude()).isCloseTo(row[4], within(EXACT));
      assertThat(to.longitude()).isCloseTo(row[5], within(EXACT));
      assertThat(LocalFrame.meters(from, to)).isCloseTo(row[6], within(1e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aMercatorGridOfPowersOfTwoIsTheTilePyramid(long seed) {
    Random random = new Random(seed);
    ZoomGrid grid = ZoomGrid.mercatorWorld(2, 4, 8, 2);
    for (int i = 0; i < 200; i++) {
      LatLng place = new LatLng(random.nextDouble(-85, 85), random.nextDouble(-180, 180));
      Tile tile = Tile.of(place, 7);
      CellPath path = grid.pathOf(place);
      assertThat(grid.center(path)).isEqualTo(tile.center());
      assertThat(grid.radiusKm(path)).isEqualTo(tile.radiusKm());
      assertThat(grid.cell(path)).isEqualTo(tile);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void cellsHoldTheirPlacesWhateverTheSides(long seed) {
    Random random = new Random(seed);
    int[] sides = random.ints(4, 2, 7).toArray();
    ZoomGrid world = ZoomGrid.mercatorWorld(sides);
    LatLng fiji = new LatLng(-17.5, 179.98);
    ZoomGrid local = ZoomGrid.local(fiji, 10_000, sides);
    for (int i = 0; i < 200; i++) {
      LatLng anywhere = new LatLng(random.nextDouble(-85, 85), random.nextDouble(-180, 180));
      holds(world, anywhere, 1e-9);
      LatLng near = LocalFrame.of(fiji, 9_990).at(random.nextDouble(0, 1), random.nextDouble(0, 1));
      // Neighboring local cells are laid out apart and may leave a gap.
      holds(local, near, 1e-4);
    }
  }

  private static void holds(ZoomGrid grid, LatLng place, double slackKm) {
    CellPath path = grid.pathOf(place);
    assertThat(GreatCircle.distanceKm(place, grid.center(path)))
        .isLessThanOrEqualTo(grid.radiusKm(path) + slackKm);
    assertThat(grid.pathOf(grid.center(path))).isEqualTo(path);
  }

  @Test
  void theRadiusIsHalfTheDiagonal() {
    ZoomGrid grid = ZoomGrid.local(CENTER, 10_000, 4, 4, 4, 4);
    assertThat(grid.radiusKm(CellPath.of(7, 6, 6, 5)) * 1000)
        .isCloseTo(39.0625 / Math.sqrt(2) * 6371.01 / 6378.137, within(1e-3));
  }

  @Test
  void refusesWhatIsOutOfRange() {
    ZoomGrid grid = ZoomGrid.local(CENTER, 10_000, 4, 3);
    assertThatThrownBy(() -> grid.pathOf(new LatLng(0, 0))).hasMessageContaining("outside");
    assertThatThrownBy(() -> grid.frame(CellPath.of(16))).hasMessageContaining("label 16");
    assertThatThrownBy(() -> grid.frame(CellPath.of(0, 9)))
        .hasMessageContaining("label 9 of step 1");
    assertThatThrownBy(() -> grid.frame(CellPath.of(0, 0, 0))).hasMessageContaining("more than 2");
    assertThatThrownBy(() -> ZoomGrid.mercatorWorld()).hasMessageContaining("1 step");
    assertThatThrownBy(() -> ZoomGrid.mercatorWorld(1)).hasMessageContaining("2 to 64");
    assertThatThrownBy(() -> ZoomGrid.mercatorWorld(64, 64, 64, 64, 64, 64, 64))
        .hasMessageContaining("2^40");
    assertThatThrownBy(() -> ZoomGrid.local(new LatLng(89.99, 0), 10_000, 4))
        .hasMessageContaining("pole");
    assertThatThrownBy(() -> ZoomGrid.mercatorWorld(2).pathOf(new LatLng(89, 0)))
        .hasMessageContaining("outside");
  }

  private static void isNear(LatLng actual, JsonArray expected) {
    assertThat(actual.latitude()).isCloseTo(expected.get(0).getAsDouble(), within(EXACT));
    assertThat(actual.longitude()).isCloseTo(expected.get(1).getAsDouble(), within(EXACT));
  }

  private static LatLng place(JsonObject row) {
    return new LatLng(row.get("lat").getAsDouble(), row.get("lon").getAsDouble());
  }

  private static int[] ints(JsonArray array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToInt(JsonElement::getAsInt)
        .toArray();
  }

  private static double[] doubles(JsonArray array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }

  private static JsonObject oracle() {
    try (Reader reader =
        new InputStreamReader(
            Objects.requireNonNull(ZoomGridTest.class.getResourceAsStream("/oracles/jzi_geo.json")),
            StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader).getAsJsonObject();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void cellsAreTilesWhereTheyCanBe() {
    ZoomGrid world = ZoomGrid.mercatorWorld(4, 2, 4);
    Random random = new Random(5);
    for (int i = 0; i < 50; i++) {
      LatLng place = new LatLng(random.nextDouble(-80, 80), random.nextDouble(-180, 180));
      CellPath path = world.pathOf(place);
      assertThat(world.cell(path)).isEqualTo(Tile.of(place, 5));
      assertThat(world.cell(path.prefix(1))).isEqualTo(Tile.of(place, 2));
    }
    assertThat(world.cell(CellPath.ROOT)).isEqualTo(new Tile(0, 0, 0));
    assertThat(ZoomGrid.mercatorWorld(3, 4).cell(CellPath.of(5, 12))).hasToString("5-12");
    ZoomGrid local = ZoomGrid.local(CENTER, 10_000, 4, 4);
    assertThat(local.cell(CellPath.of(3, 14))).hasToString("3-14");
    assertThat(local.cell(CellPath.ROOT)).hasToString("root");
  }
}
