package io.github.geofix.core.cell;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import java.util.List;

/**
 * A cell of the <a href="https://s2geometry.io/devguide/s2cell_hierarchy">S2 hierarchy</a>. {@link
 * S2Cells} has the same operations on plain ids, for loops over millions of cells.
 *
 * @param id the 64-bit S2 cell id
 */
public record S2Cell(long id) implements Cell {
  /** The mean width of a cell of level 0: the square root of a sixth of the Earth's surface. */
  private static final double FACE_KM = 9_220;

  /**
   * Checks the id.
   *
   * @throws IllegalArgumentException if the number is not a cell id
   */
  public S2Cell {
    if (!S2Cells.isValid(id)) {
      throw new IllegalArgumentException("not an S2 cell id: " + Long.toUnsignedString(id));
    }
  }

  /**
   * Returns the cell of a level that contains a point.
   *
   * @param level 0 to {@link S2Cells#MAX_LEVEL}
   */
  public static S2Cell of(LatLng point, int level) {
    return new S2Cell(S2Cells.parent(S2Cells.leafOf(point), level));
  }

  /**
   * Returns the cell that contains a point and is about as wide as a circle around it.
   *
   * @param radiusKm 0 or more; 0 for the smallest cell
   */
  public static S2Cell around(LatLng point, double radiusKm) {
    double level = Math.log(FACE_KM / (2 * radiusKm)) / Math.log(2);
    return of(point, (int) Math.round(Math.max(0, Math.min(S2Cells.MAX_LEVEL, level))));
  }

  /**
   * Parses an S2 token.
   *
   * @throws IllegalArgumentException if the text is not the token of a cell
   */
  public static S2Cell ofToken(String token) {
    return new S2Cell(S2Cells.ofToken(token));
  }

  /** Returns the level, 0 to 30. */
  public int level() {
    return S2Cells.level(id);
  }

  @Override
  public LatLng center() {
    return S2Cells.centerOf(id);
  }

  @Override
  public List<LatLng> outline() {
    return S2Cells.cornersOf(id);
  }

  @Override
  public double radiusKm() {
    return S2Cells.radiusKm(id, center());
  }

  /** Returns the S2 token. */
  @Override
  public String toString() {
    return S2Cells.token(id);
  }
}
