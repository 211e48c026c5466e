package io.github.geofix.core.internal.partition;

import io.github.geofix.core.cell.Cell;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.cell.ZoomGrid.GridCell;
import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.Region;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a cell and a region have in common.
 *
 * @param share of the cell's area, above 0 to 1
 * @param place in both
 */
public record RegionOverlap(double share, LatLng place) {

  /** Points along a side of a cell that is no S2 cell. */
  private static final int POINTS = 16;

  /** Returns the share of a cell's area that is in a region, 0 to 1; see {@link #of}. */
  public static double share(Region region, Cell cell) {
    return of(region, cell).map(RegionOverlap::share).orElse(0.0);
  }

  /**
   * Returns what a cell and a region have in common; empty if nothing. Exact for S2 cells; measured
   * at 256 points of other cells.
   */
  public static Optional<RegionOverlap> of(Region region, Cell cell) {
    if (cell instanceof S2Cell s2) {
      return of(region, s2.id());
    }
    return cell instanceof Tile tile ? of(region, tile, tile) : of(region, cell, (GridCell) cell);
  }

  private static Optional<RegionOverlap> of(Region region, long cell) {
    if (region.containsCell(cell)) {
      return Optional.of(new RegionOverlap(1, S2Cells.centerOf(cell)));
    }
    if (!region.intersectsCell(cell)) {
      return Optional.empty();
    }
    // Cells are nested or disjoint: those of the region that share area with this one are in it.
    double area = 0;
    double largest = 0;
    long at = 0;
    for (long part : region.cellIds()) {
      if (S2Cells.contains(cell, part)) {
        double km2 = S2Cells.areaKm2(part);
        area += km2;
        if (km2 > largest) {
          largest = km2;
          at = part;
        }
      }
    }
    double share = Math.min(1, area / S2Cells.areaKm2(cell));
    return Optional.of(new RegionOverlap(share, S2Cells.centerOf(at)));
  }

  private static Optional<RegionOverlap> of(Region region, Cell cell, Frame frame) {
    int inside = 0;
    LatLng nearest = cell.center();
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < POINTS * POINTS; i++) {
      double u = (i % POINTS + 0.5) / POINTS;
      double v = (Math.floorDiv(i, POINTS) + 0.5) / POINTS;
      LatLng point = frame.at(u, v);
      if (region.contains(point)) {
        inside++;
        double fromMiddle = Math.hypot(u - 0.5, v - 0.5);
        if (fromMiddle < least) {
          least = fromMiddle;
          nearest = point;
        }
      }
    }
    return inside > 0
        ? Optional.of(new RegionOverlap((double) inside / (POINTS * POINTS), nearest))
        : ofSmallRegion(region, cell, frame);
  }

  /** A region between the points: the cells of it that have their middles in the cell. */
  private static Optional<RegionOverlap> ofSmallRegion(Region region, Cell cell, Frame frame) {
    double area = 0;
    @Nullable LatLng place = null;
    for (long part : region.cellIds()) {
      LatLng middle = S2Cells.centerOf(part);
      if (contains(cell, middle)) {
        area += S2Cells.areaKm2(part);
        place = place == null ? middle : place;
      }
    }
    if (place == null) {
      return Optional.empty();
    }
    double width = GreatCircle.distanceKm(frame.at(0.25, 0.5), frame.at(0.75, 0.5)) * 2;
    double height = GreatCircle.distanceKm(frame.at(0.5, 0.25), frame.at(0.5, 0.75)) * 2;
    return Optional.of(new RegionOverlap(Math.min(1, area / (width * height)), place));
  }

  private static boolean contains(Cell cell, LatLng point) {
    if (cell instanceof Tile tile) {
      return Tile.of(point, tile.zoom()).equals(tile);
    }
    GridCell grid = (GridCell) cell;
    return grid.grid().contains(point) && grid.path().isPrefixOf(grid.grid().pathOf(point));
  }
}
