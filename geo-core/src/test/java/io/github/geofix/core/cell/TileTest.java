package io.github.geofix.core.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.internal.geodesy.MercatorFrame;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TileTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void holdsThePlacesItIsFoundBy(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      LatLng place = new LatLng(random.nextDouble(-85, 85), random.nextDouble(-180, 180));
      Tile tile = Tile.of(place, random.nextInt(23));
      assertThat(tile.bounds().contains(place)).isTrue();
      assertThat(Tile.of(tile.center(), tile.zoom())).isEqualTo(tile);
      assertThat(tile.children()).allMatch(child -> child.parent().equals(tile));
      assertThat(Tile.parse(tile.toString())).isEqualTo(tile);
    }
  }

  @Test
  void agreesWithTheFormulaOfWebMaps() {
    // n = 2^z; x = n (lon + 180) / 360; y = n (1 - asinh(tan lat) / pi) / 2
    assertThat(Tile.of(new LatLng(48.8584, 2.2945), 18)).isEqualTo(new Tile(18, 132742, 90182));
    assertThat(Tile.of(new LatLng(90, 180), 3)).isEqualTo(new Tile(3, 7, 0));
    assertThat(Tile.of(new LatLng(-90, -180), 3)).isEqualTo(new Tile(3, 0, 7));
    assertThat(new Tile(0, 0, 0).bounds().north()).isCloseTo(85.0511287798066, within(1e-12));
    assertThat(new Tile(0, 0, 0).frame()).isEqualTo(MercatorFrame.WORLD);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void coversABoxWithExactlyTheTilesThatTouchIt(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      double south = random.nextDouble(-85, 80);
      double west = random.nextDouble(-180, 180);
      double width = random.nextDouble(0.01, 359);
      LatLngBox box =
          new LatLngBox(
              south,
              west,
              random.nextDouble(south + 0.01, 85),
              LatLng.wrapped(0, west + width).longitude());
      int zoom = random.nextInt(6);
      List<Tile> all =
          IntStream.range(0, 1 << (2 * zoom))
              .mapToObj(n -> new Tile(zoom, n & ((1 << zoom) - 1), n >> zoom))
              .filter(tile -> overlap(tile.bounds(), box))
              .toList();
      assertThat(Tile.covering(box, zoom)).containsExactlyInAnyOrderElementsOf(all);
      assertThat(Tile.coveringCount(box, zoom)).isEqualTo(all.size());
    }
  }

  private static boolean overlap(LatLngBox tile, LatLngBox box) {
    boolean rows = tile.south() < box.north() && tile.north() > box.south();
    double fromBox = Math.floorMod((long) ((tile.west() - box.west()) * 1e9), 360_000_000_000L);
    double fromTile = Math.floorMod((long) ((box.west() - tile.west()) * 1e9), 360_000_000_000L);
    return rows && (fromBox < box.widthDegrees() * 1e9 || fromTile < tile.widthDegrees() * 1e9);
  }

  @Test
  void refusesWhatIsNoAddress() {
    for (String address : List.of("", "1/2", "1/2/0", "1/0/2", "-1/0/0", "30/0/0", "a/b/c")) {
      assertThatThrownBy(() -> Tile.parse(address))
          .as(address)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new Tile(0, 0, 0).parent()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void boxesCrossTheAntimeridian() {
    LatLngBox fiji = LatLngBox.of(-20, 177, -15, -178);
    assertThat(fiji.widthDegrees()).isEqualTo(5);
    assertThat(fiji.center()).isEqualTo(new LatLng(-17.5, 179.5));
    assertThat(fiji.contains(new LatLng(-17, -179))).isTrue();
    assertThat(fiji.contains(new LatLng(-17, 178))).isTrue();
    assertThat(fiji.contains(new LatLng(-17, -177))).isFalse();
    assertThat(fiji.contains(new LatLng(-17, 176))).isFalse();
    assertThat(fiji.contains(new LatLng(-14, 178))).isFalse();
    assertThatThrownBy(() -> LatLngBox.of(1, 0, 1, 2)).hasMessageContaining("not a box");
    assertThatThrownBy(() -> LatLngBox.of(0, 0, Double.NaN, 2)).hasMessageContaining("not a box");
    assertThatThrownBy(() -> LatLngBox.of(0, 0, 1, 181)).hasMessageContaining("not a box");
  }
}
