package io.github.geofix.core.internal.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import io.github.geofix.core.OracleFile;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S2CellsTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void leavesAreThoseOfS2AtRandomPoints(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      assertLeaf(random.nextDouble() * 180 - 90, random.nextDouble() * 360 - 180);
    }
  }

  @Test
  void leavesAreThoseOfS2AtPolesAntimeridianFaceEdgesAndTheirNeighborNumbers() {
    double corner = Math.toDegrees(Math.atan(Math.sqrt(0.5)));
    double[] latitudes = {0, corner, -corner, 45, -45, 90, -90, 89.999999, 1e-300, -1e-12, 83.7249};
    double[] longitudes = {0, 45, -45, 90, -90, 135, -135, 180, -180, 1e-300, -1e-12, 123.4};
    for (double latitude : latitudes) {
      for (double longitude : longitudes) {
        for (int dLat = -3; dLat <= 3; dLat++) {
          for (int dLng = -3; dLng <= 3; dLng++) {
            assertLeaf(
                Math.max(-90, Math.min(90, latitude + dLat * Math.ulp(latitude))),
                Math.max(-180, Math.min(180, longitude + dLng * Math.ulp(longitude))));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void leavesAreThoseOfS2AtCornersOfCells(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      long leaf = S2Cells.leafOf(random.nextDouble() * 180 - 90, random.nextDouble() * 360 - 180);
      long cell = S2Cells.parent(leaf, random.nextInt(31));
      S2Cells.cornersOf(cell).forEach(p -> assertLeaf(p.latitude(), p.longitude()));
      assertLeaf(S2Cells.centerOf(cell).latitude(), S2Cells.centerOf(cell).longitude());
    }
  }

  private static void assertLeaf(double latitude, double longitude) {
    long expected = S2CellId.fromLatLng(S2LatLng.fromDegrees(latitude, longitude)).id();
    if (S2Cells.leafOf(latitude, longitude) != expected) {
      assertThat(S2Cells.leafOf(latitude, longitude))
          .as("leaf of %s, %s", latitude, longitude)
          .isEqualTo(expected);
    }
  }

  @Test
  void leavesAndParentsAreThoseOfAnotherLibrary() throws IOException {
    OracleFile oracle = OracleFile.read("s2_tokens");
    assertLeaves(oracle.doubles("lat"), oracle.doubles("lon"), oracle.longs("leaf_cell_id"));
    long[] leaves = oracle.longs("leaf_cell_id");
    long[] parents = oracle.longs("parents_first500");
    double[] centers = oracle.doubles("parent_centers_first500");
    for (int i = 0; i < 500; i++) {
      for (int level = 0; level <= 30; level++) {
        int at = 31 * i + level;
        long parent = S2Cells.parent(leaves[i], level);
        assertThat(parent).isEqualTo(parents[at]);
        assertThat(S2Cells.level(parent)).isEqualTo(level);
        assertThat(S2Cells.centerOf(parent).latitude()).isCloseTo(centers[2 * at], within(1e-9));
        assertThat(S2Cells.centerOf(parent).longitude())
            .isCloseTo(centers[2 * at + 1], within(1e-9));
      }
    }
  }

  @Test
  void leavesAtTheEdgesAreThoseOfAnotherLibrary() throws IOException {
    OracleFile oracle = OracleFile.read("s2_tokens");
    double[] points = oracle.doubles("edge_latlon");
    long[] leaves = oracle.longs("edge_leaf_id");
    for (int i = 0; i < leaves.length; i++) {
      assertThat(S2Cells.leafOf(points[2 * i], points[2 * i + 1])).isEqualTo(leaves[i]);
    }
  }

  private static void assertLeaves(double[] latitudes, double[] longitudes, long[] leaves) {
    for (int i = 0; i < leaves.length; i++) {
      assertThat(S2Cells.leafOf(latitudes[i], longitudes[i])).isEqualTo(leaves[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void cellArithmeticIsThatOfS2(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      long leaf = S2Cells.leafOf(random.nextDouble() * 180 - 90, random.nextDouble() * 360 - 180);
      int level = random.nextInt(30);
      S2CellId expected = new S2CellId(leaf).parent(level);
      long cell = S2Cells.parent(leaf, level);
      assertThat(cell).isEqualTo(expected.id());
      assertThat(S2Cells.isValid(cell)).isTrue();
      assertThat(S2Cells.firstLeaf(cell)).isEqualTo(expected.rangeMin().id());
      assertThat(S2Cells.lastLeaf(cell)).isEqualTo(expected.rangeMax().id());
      assertThat(S2Cells.contains(cell, leaf)).isTrue();
      assertThat(S2Cells.token(cell)).isEqualTo(expected.toToken());
      assertThat(S2Cells.ofToken(S2Cells.token(cell))).isEqualTo(cell);
      for (int position = 0; position < 4; position++) {
        assertThat(S2Cells.child(cell, position)).isEqualTo(expected.child(position).id());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aNumberIsACellWhenS2SaysSo(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      long number = random.nextLong() & -(1L << random.nextInt(64));
      assertThat(S2Cells.isValid(number)).isEqualTo(new S2CellId(number).isValid());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "X", "0", "zz", "47e66e3g", "-1", "f", "00000000000000001", "47e66e2"})
  void refusesWhatIsNoToken(String token) {
    assertThatThrownBy(() -> S2Cells.ofToken(token))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not an S2 token: '" + token + "'");
  }
}
