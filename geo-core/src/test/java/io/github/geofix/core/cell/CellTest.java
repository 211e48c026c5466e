package io.github.geofix.core.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.cell.ZoomGrid.GridCell;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every kind of cell promises. */
final class CellTest {
  private static final LatLng PARIS = new LatLng(48.8584, 2.2945);
  private static final LatLng FIJI = new LatLng(-17.5, 179.98);

  static Stream<Cell> cells() {
    return Stream.of(PARIS, FIJI)
        .flatMap(
            place ->
                Stream.of(
                    S2Cell.of(place, 10),
                    Tile.of(place, 9),
                    cellAt(ZoomGrid.local(place, 500_000, 3, 4), place),
                    cellAt(ZoomGrid.mercatorWorld(3, 9, 9), place)));
  }

  private static Cell cellAt(ZoomGrid grid, LatLng place) {
    return grid.cell(grid.pathOf(place));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void theOutlineRunsCounterClockwiseAroundTheCenter(Cell cell) {
    List<LatLng> outline = cell.outline();
    assertThat(outline).hasSize(4);
    for (int i = 0; i < 4; i++) {
      double[] from = seenFrom(cell.center(), outline.get(i));
      double[] to = seenFrom(cell.center(), outline.get((i + 1) % 4));
      assertThat(from[0] * to[1] - from[1] * to[0]).isPositive();
    }
  }

  /** Degrees east and north. */
  private static double[] seenFrom(LatLng center, LatLng corner) {
    return new double[] {
      Math.IEEEremainder(corner.longitude() - center.longitude(), 360),
      corner.latitude() - center.latitude()
    };
  }

  @ParameterizedTest
  @MethodSource("cells")
  void theRadiusReachesTheFarthestCorner(Cell cell) {
    double farthest =
        cell.outline().stream()
            .mapToDouble(corner -> GreatCircle.distanceKm(cell.center(), corner))
            .max()
            .orElseThrow();
    assertThat(cell.radiusKm()).isCloseTo(farthest, within(1e-6)).isPositive();
  }

  @Test
  void equalCellsAreEqual() {
    assertThat(cells().toList()).isEqualTo(cells().toList()).doesNotHaveDuplicates();
    assertThat(cells().map(Cell::hashCode)).isEqualTo(cells().map(Cell::hashCode).toList());
    assertThat(ZoomGrid.local(PARIS, 100, 2)).isNotEqualTo(ZoomGrid.local(PARIS, 101, 2));
    assertThat(ZoomGrid.local(PARIS, 100, 2)).isNotEqualTo(ZoomGrid.local(PARIS, 100, 3));
  }

  @Test
  void writesTheUsualNotation() {
    assertThat(S2Cell.ofToken("47a1cbd")).hasToString("47a1cbd");
    assertThat(new Tile(6, 33, 22)).hasToString("6/33/22");
    ZoomGrid grid = ZoomGrid.local(PARIS, 10_000, 4, 4, 4, 4);
    assertThat(grid.cell(CellPath.of(3, 14, 2, 9))).hasToString("3-14-2-9");
    assertThat(grid.cell(CellPath.ROOT)).hasToString("root");
  }

  @Test
  void anS2CellKnowsItsLevelAndRefusesOtherNumbers() {
    S2Cell cell = S2Cell.of(PARIS, 12);
    assertThat(cell.level()).isEqualTo(12);
    assertThat(Region.of(cell).contains(PARIS)).isTrue();
    assertThatThrownBy(() -> new S2Cell(0)).hasMessageContaining("not an S2 cell id");
    assertThatThrownBy(() -> S2Cell.ofToken("xyz")).hasMessageContaining("not an S2 token");
  }

  @Test
  void aGridCellRefusesAPathThatIsNotInItsGrid() {
    ZoomGrid grid = ZoomGrid.local(PARIS, 10_000, 4);
    assertThatThrownBy(() -> new GridCell(grid, CellPath.of(16))).hasMessageContaining("label 16");
    assertThatThrownBy(() -> new GridCell(grid, CellPath.of(1, 1))).hasMessageContaining("more");
  }
}
