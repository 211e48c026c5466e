package io.github.geofix.core.internal.cell;

import com.google.common.geometry.S2;
import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2Point;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import java.util.ArrayList;
import java.util.List;

/**
 * Operations on S2 cells as plain 64-bit ids, for loops over millions of cells.
 *
 * <p>An id is 3 bits of cube face, 2 bits a level along the Hilbert curve, then a 1 and zeros. Ids
 * compare as unsigned numbers ({@link Long#compareUnsigned}). Level 0 is a face of the cube, level
 * 30 a leaf of about 1 cm. See <a href="https://s2geometry.io/devguide/s2cell_hierarchy">the S2
 * cell hierarchy</a>.
 */
public final class S2Cells {
  /** The level of a leaf. */
  public static final int MAX_LEVEL = 30;

  private static final int LEAVES_PER_SIDE = 1 << MAX_LEVEL;

  // S2 walks the Hilbert curve in steps of 4 levels; its own table is private, so it is built anew.
  private static final int STEP = 4;
  private static final int[] HILBERT = hilbertTable();

  private S2Cells() {}

  /**
   * Returns the leaf that contains a point, the same id as S2's, without allocation.
   *
   * @param latitude degrees, -90 to 90
   * @param longitude degrees, -180 to 180
   */
  public static long leafOf(double latitude, double longitude) {
    // Same operations in the same order as S2LatLng.toPoint: the last bit decides on cell edges.
    double lat = latitude * (Math.PI / 180);
    double lng = longitude * (Math.PI / 180);
    double cosLat = Math.cos(lat);
    double x = Math.cos(lng) * cosLat;
    double y = Math.sin(lng) * cosLat;
    double z = Math.sin(lat);
    int face = face(x, y, z);
    return leaf(face, u(face, x, y, z), v(face, x, y, z));
  }

  /** As {@link #leafOf(double, double)}. */
  public static long leafOf(LatLng point) {
    return leafOf(point.latitude(), point.longitude());
  }

  /** Returns the level of a cell, 0 to 30. */
  public static int level(long cell) {
    return MAX_LEVEL - (Long.numberOfTrailingZeros(cell) >> 1);
  }

  /**
   * Returns the ancestor of a cell.
   *
   * @param level 0 to the cell's own level
   */
  public static long parent(long cell, int level) {
    long lowBit = lowBit(level);
    return (cell & -lowBit) | lowBit;
  }

  /**
   * Returns one of the four children of a cell.
   *
   * @param cell a cell that is not a leaf
   * @param position 0 to 3 along the Hilbert curve
   */
  public static long child(long cell, int position) {
    long childLowBit = (cell & -cell) >>> 2;
    return cell + (2L * position - 3) * childLowBit;
  }

  /** Returns the first leaf of a cell. */
  public static long firstLeaf(long cell) {
    return cell - (cell & -cell) + 1;
  }

  /** Returns the last leaf of a cell. */
  public static long lastLeaf(long cell) {
    return cell + (cell & -cell) - 1;
  }

  /** Returns whether a cell contains or equals another. */
  public static boolean contains(long cell, long other) {
    return Long.compareUnsigned(other, firstLeaf(cell)) >= 0
        && Long.compareUnsigned(other, lastLeaf(cell)) <= 0;
  }

  /** Returns whether a number is the id of a cell. */
  public static boolean isValid(long cell) {
    return (cell >>> 61) < 6 && (Long.lowestOneBit(cell) & 0x1555555555555555L) != 0;
  }

  /** Returns the S2 token of a cell: its id in hexadecimal without trailing zeros. */
  public static String token(long cell) {
    return new S2CellId(cell).toToken();
  }

  /**
   * Parses an S2 token.
   *
   * @throws IllegalArgumentException if the text is not the token of a cell
   */
  public static long ofToken(String token) {
    if (token.length() <= 16 && !token.isEmpty()) {
      long cell = 0;
      int shift = 60;
      for (int i = 0; i < token.length(); i++, shift -= 4) {
        int digit = Character.digit(token.charAt(i), 16);
        if (digit < 0 || token.charAt(i) > 'f') {
          cell = 0;
          break;
        }
        cell |= (long) digit << shift;
      }
      if (isValid(cell)) {
        return cell;
      }
    }
    String shown = token.length() <= 40 ? token : token.substring(0, 40) + "...";
    throw new IllegalArgumentException(
        "not an S2 token: '" + shown + "'; one looks like 47e66e3 (1 to 16 hexadecimal digits)");
  }

  /** Returns the center of a cell. */
  public static LatLng centerOf(long cell) {
    return latLng(new S2CellId(cell).toPoint());
  }

  /** Returns the four corners of a cell, counter-clockwise. */
  public static List<LatLng> cornersOf(long cell) {
    var s2Cell = new com.google.common.geometry.S2Cell(new S2CellId(cell));
    List<LatLng> corners = new ArrayList<>(4);
    for (int k = 0; k < 4; k++) {
      corners.add(latLng(s2Cell.getVertex(k)));
    }
    return List.copyOf(corners);
  }

  /** Returns the area of a cell in km2, on a sphere. */
  public static double areaKm2(long cell) {
    return new com.google.common.geometry.S2Cell(new S2CellId(cell)).exactArea()
        * GreatCircle.EARTH_RADIUS_KM
        * GreatCircle.EARTH_RADIUS_KM;
  }

  /** Returns the distance in km from a point to the farthest corner of a cell. */
  public static double radiusKm(long cell, LatLng from) {
    double radius = 0;
    for (LatLng corner : cornersOf(cell)) {
      radius = Math.max(radius, GreatCircle.distanceKm(from, corner));
    }
    return radius;
  }

  private static LatLng latLng(S2Point point) {
    return SphericalMean.latLngOf(point.getX(), point.getY(), point.getZ());
  }

  private static long lowBit(int level) {
    return 1L << (2 * (MAX_LEVEL - level));
  }

  /** Returns the cube face that a vector points at; ties go to z, then y, as in S2. */
  public static int face(double x, double y, double z) {
    double absX = Math.abs(x);
    double absY = Math.abs(y);
    double absZ = Math.abs(z);
    if (absX > absY && absX > absZ) {
      return x < 0 ? 3 : 0;
    }
    if (absX <= absY && absY > absZ) {
      return y < 0 ? 4 : 1;
    }
    return z < 0 ? 5 : 2;
  }

  /** Returns the first coordinate, -1 to 1, of a vector projected onto its cube face. */
  public static double u(int face, double x, double y, double z) {
    return switch (face) {
      case 0 -> y / x;
      case 1 -> -x / y;
      case 2 -> -x / z;
      case 3 -> z / x;
      case 4 -> z / y;
      default -> -y / z;
    };
  }

  /** Returns the second coordinate, -1 to 1, of a vector projected onto its cube face. */
  public static double v(int face, double x, double y, double z) {
    return switch (face) {
      case 0 -> z / x;
      case 1 -> z / y;
      case 2 -> -y / z;
      case 3 -> y / x;
      case 4 -> -x / y;
      default -> -x / z;
    };
  }

  /** Returns the leaf at a point of a cube face; u and v are -1 to 1. */
  public static long leaf(int face, double u, double v) {
    int i = leafIndex(u);
    int j = leafIndex(v);
    long position = 0;
    int bits = face & S2.SWAP_MASK;
    for (int shift = 28; shift >= 0; shift -= STEP) {
      bits |= ((i >>> shift) & 15) << 6 | ((j >>> shift) & 15) << 2;
      bits = HILBERT[bits];
      position |= (long) (bits >>> 2) << (2 * shift);
      bits &= 3;
    }
    return ((long) face << 61) | position << 1 | 1;
  }

  /** S2's quadratic projection, which evens out the sizes of cells, then the leaf's column. */
  private static int leafIndex(double u) {
    double s = u >= 0 ? 0.5 * Math.sqrt(1 + 3 * u) : 1 - 0.5 * Math.sqrt(1 - 3 * u);
    return Math.min(LEAVES_PER_SIDE - 1, (int) (LEAVES_PER_SIDE * s));
  }

  /**
   * Four levels of the curve in one look-up: iiiijjjjoo (column, row, orientation) gives pppppppp
   * oo (position, orientation of the next four).
   */
  private static int[] hilbertTable() {
    int[] table = new int[1 << (2 * STEP + 2)];
    for (int start = 0; start < 4; start++) {
      for (int position = 0; position < 1 << (2 * STEP); position++) {
        int orientation = start;
        int i = 0;
        int j = 0;
        for (int shift = 2 * (STEP - 1); shift >= 0; shift -= 2) {
          int digit = (position >>> shift) & 3;
          int ij = S2.posToIJ(orientation, digit);
          i = i << 1 | ij >>> 1;
          j = j << 1 | (ij & 1);
          orientation ^= S2.posToOrientation(digit);
        }
        table[i << 6 | j << 2 | start] = position << 2 | orientation;
      }
    }
    return table;
  }

  /**
   * Returns the first index whose leaf is greater than the given one, as unsigned numbers. Gallops,
   * so that a near index is found without touching far memory.
   */
  public static int upperBound(long[] sortedLeaves, int from, int to, long leaf) {
    int low = from;
    int step = 1;
    while (step <= to - low && Long.compareUnsigned(sortedLeaves[low + step - 1], leaf) <= 0) {
      low += step;
      step = Math.min(2 * step, 1 << 29);
    }
    int high = step <= to - low ? low + step - 1 : to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(sortedLeaves[middle], leaf) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
