package io.github.geofix.earth;

import com.google.common.geometry.R1Interval;
import com.google.common.geometry.R2Rect;
import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import com.google.common.geometry.S2Projections;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The S2 cells of one level in which photos are taken, numbered from 0 along the Hilbert curve.
 * Immutable and thread-safe.
 */
public final class LandCells {

  /** Places are tried every quarter of a degree, ten to a cell's width at level 5. */
  private static final double STEP_DEGREES = 0.25;

  private static final int MAX_LEVEL = 6;

  private final CellPartition cells;

  private LandCells(CellPartition cells) {
    this.cells = cells;
  }

  /**
   * Finds all cells with a place where a photo may be taken.
   *
   * @param level the S2 level, 0 to 6; cells of level 5 are about 290 km wide
   * @throws IllegalArgumentException if the level is out of range or there is no such place
   */
  public static LandCells of(EarthPhotos photos, int level) {
    if (level < 0 || level > MAX_LEVEL) {
      throw new IllegalArgumentException("level must be 0 to " + MAX_LEVEL + ": " + level);
    }
    int rows = (int) (180 / STEP_DEGREES);
    int columns = 2 * rows;
    List<LatLng> places =
        IntStream.range(0, rows * columns)
            .parallel()
            .mapToObj(i -> gridPoint(i / columns, i % columns))
            .filter(photos::fits)
            .toList();
    if (places.isEmpty()) {
      throw new IllegalArgumentException("there is no place where a photo may be taken");
    }
    return new LandCells(CellPartition.fixedLevel(places, level));
  }

  private static LatLng gridPoint(int row, int column) {
    return new LatLng(90 - (row + 0.5) * STEP_DEGREES, -180 + (column + 0.5) * STEP_DEGREES);
  }

  /** Returns the number of cells, 1 or more. */
  public int size() {
    return cells.size();
  }

  /** Returns the cell that holds a point, or nothing where no photo is taken. */
  public OptionalInt cellOf(LatLng point) {
    return cells.labelOf(point);
  }

  /** Returns the S2 token of a cell. */
  public String s2Token(int cell) {
    return cells.s2Token(cell);
  }

  /** Returns the middle of a cell. */
  public LatLng center(int cell) {
    return positions(cell, 1).get(0);
  }

  /**
   * Returns {@code perSide * perSide} positions spread evenly over a cell.
   *
   * @param perSide 1 gives the middle alone
   */
  public List<LatLng> positions(int cell, int perSide) {
    S2CellId id = new S2CellId(cells.cellId(cell));
    R2Rect bound = id.getBoundST();
    List<LatLng> positions = new ArrayList<>();
    for (int j = 0; j < perSide; j++) {
      for (int i = 0; i < perSide; i++) {
        positions.add(
            position(id.face(), between(bound.x(), i, perSide), between(bound.y(), j, perSide)));
      }
    }
    return positions;
  }

  private static double between(R1Interval side, int i, int parts) {
    return side.lo() + side.getLength() * (i + 0.5) / parts;
  }

  private static LatLng position(int face, double s, double t) {
    S2Projections projection = S2Projections.PROJ;
    S2LatLng point =
        new S2LatLng(S2Projections.faceUvToXyz(face, projection.stToUV(s), projection.stToUV(t)));
    return LatLng.wrapped(point.latDegrees(), point.lngDegrees());
  }
}
