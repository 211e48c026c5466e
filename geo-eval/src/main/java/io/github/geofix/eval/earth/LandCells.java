package io.github.geofix.eval.earth;

import com.google.common.geometry.R1Interval;
import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import com.google.common.geometry.S2Projections;
import io.github.geofix.core.LatLng;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The S2 cells of one level in which photos are taken, numbered from 0 along the Hilbert curve.
 * Immutable and thread-safe.
 */
public final class LandCells {

  /** Places are tried every quarter of a degree, 8 to a cell's width at level 5. */
  private static final double STEP_DEGREES = 0.25;

  private static final int MAX_LEVEL = 6;

  private final long[] ids;

  private LandCells(long[] ids) {
    this.ids = ids;
  }

  /**
   * Finds all cells with a place where a photo may be taken.
   *
   * @param level the S2 level, 0 to 6; cells of level 5 are about 290 km wide
   */
  public static LandCells of(EarthPhotos photos, int level) {
    if (level < 0 || level > MAX_LEVEL) {
      throw new IllegalArgumentException("level must be 0 to " + MAX_LEVEL + ": " + level);
    }
    int rows = (int) (180 / STEP_DEGREES);
    int columns = 2 * rows;
    long[] ids =
        IntStream.range(0, rows * columns)
            .parallel()
            .mapToObj(i -> gridPoint(i / columns, i % columns))
            .filter(photos::fits)
            .mapToLong(point -> cell(point).parent(level).id())
            .distinct()
            .sorted()
            .toArray();
    return new LandCells(ids);
  }

  private static LatLng gridPoint(int row, int column) {
    return new LatLng(90 - (row + 0.5) * STEP_DEGREES, -180 + (column + 0.5) * STEP_DEGREES);
  }

  private static S2CellId cell(LatLng point) {
    return S2CellId.fromLatLng(S2LatLng.fromDegrees(point.latitude(), point.longitude()));
  }

  /** Returns the number of cells. */
  public int size() {
    return ids.length;
  }

  /** Returns the S2 token of a cell. */
  public String s2Token(int cell) {
    return new S2CellId(ids[cell]).toToken();
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
    S2CellId id = new S2CellId(ids[cell]);
    R1Interval u = id.getBoundUV().x();
    R1Interval v = id.getBoundUV().y();
    List<LatLng> positions = new ArrayList<>();
    for (int j = 0; j < perSide; j++) {
      for (int i = 0; i < perSide; i++) {
        positions.add(
            position(
                id.face(),
                u.lo() + u.getLength() * (i + 0.5) / perSide,
                v.lo() + v.getLength() * (j + 0.5) / perSide));
      }
    }
    return positions;
  }

  private static LatLng position(int face, double u, double v) {
    S2LatLng point = new S2LatLng(S2Projections.faceUvToXyz(face, u, v));
    return LatLng.wrapped(point.latDegrees(), point.lngDegrees());
  }
}
