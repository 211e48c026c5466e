package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.partition.RegionOverlap;
import org.junit.jupiter.api.Test;

class RegionOverlapTest {
  private static final S2Cell WHOLE = S2Cell.of(new LatLng(20, 20), 5);

  private static S2Cell child(int position) {
    return new S2Cell(S2Cells.child(WHOLE.id(), position));
  }

  @Test
  void aPartOfAnS2CellHasItsShareOfTheArea() {
    Region two = Region.ofCellIds(child(0).id(), child(2).id());
    RegionOverlap overlap = RegionOverlap.of(two, WHOLE).orElseThrow();
    double expected =
        (S2Cells.areaKm2(child(0).id()) + S2Cells.areaKm2(child(2).id()))
            / S2Cells.areaKm2(WHOLE.id());
    assertThat(overlap.share()).isCloseTo(expected, within(1e-12));
    assertThat(two.contains(overlap.place())).isTrue();
    assertThat(RegionOverlap.share(two, child(0))).isEqualTo(1);
    assertThat(RegionOverlap.share(two, child(1))).isZero();
  }

  @Test
  void aTileIsMeasuredAtPoints() {
    Tile tile = new Tile(5, 17, 14);
    Region around = Region.around(tile.center(), 5000);
    assertThat(RegionOverlap.share(around, tile)).isEqualTo(1);
    Tile quarter = new Tile(6, 34, 28);
    Region inQuarter = Region.around(quarter.center(), 1);
    RegionOverlap small = RegionOverlap.of(inQuarter, tile).orElseThrow();
    assertThat(small.share()).isBetween(1e-7, 1e-3);
    assertThat(inQuarter.contains(small.place())).isTrue();
    assertThat(RegionOverlap.share(inQuarter, new Tile(6, 35, 28))).isZero();
    assertThat(RegionOverlap.share(inQuarter, quarter))
        .as("a fourth of the tile has about four times the share")
        .isCloseTo(4 * small.share(), within(0.1 * small.share() * 4));
  }
}
