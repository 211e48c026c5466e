package io.github.geofix.core.cell;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import java.util.List;

/**
 * A cell of a {@link ZoomGrid}.
 *
 * @param grid the grid
 * @param path the labels from the root to the cell
 */
public record GridCell(ZoomGrid grid, CellPath path) implements Cell, Frame {

  /**
   * Checks the path.
   *
   * @throws IllegalArgumentException if it is too long for the grid or a label is out of range
   */
  public GridCell {
    grid.checkPath(path);
  }

  @Override
  public LatLng at(double u, double v) {
    return grid.frame(path).at(u, v);
  }

  @Override
  public LatLng center() {
    return grid.center(path);
  }

  @Override
  public List<LatLng> outline() {
    return ZoomGrid.outline(grid.frame(path));
  }

  @Override
  public double radiusKm() {
    return grid.radiusKm(path);
  }

  /** Returns the labels, such as {@code 3-14-2-9}, or {@code root}. */
  @Override
  public String toString() {
    return path.toString();
  }
}
