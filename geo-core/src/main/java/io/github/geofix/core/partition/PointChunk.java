package io.github.geofix.core.partition;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions.Mean;
import java.util.Arrays;
import java.util.List;

/** Some points of a {@link PointSet}, in the order of insertion: 24 bytes each. */
final class PointChunk {
  /** Three sums and three compensations, adjacent because they are used together. */
  static final int SUMS = 6;

  private static final int PREFIX_BITS = 12;

  /** A range of the points of a chunk. */
  record Run(PointChunk chunk, int from, int to) {
    int length() {
      return to - from;
    }
  }

  private final long[] leaves;

  // The coordinates (u, v) of each point on its cube face, from which the unit vector follows
  // without trigonometry.
  private final double[] coordinates;
  private int size;

  PointChunk(int capacity) {
    leaves = new long[capacity];
    coordinates = new double[2 * capacity];
  }

  int capacity() {
    return leaves.length;
  }

  int size() {
    return size;
  }

  void copyLeaves(long[] target, int at) {
    System.arraycopy(leaves, 0, target, at, size);
  }

  boolean isFull() {
    return size == leaves.length;
  }

  void add(double latitude, double longitude) {
    if (!(latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180)) {
      // LatLng throws the specific message.
      throw new IllegalArgumentException("not a position: " + new LatLng(latitude, longitude));
    }
    double lat = latitude * (Math.PI / 180);
    double lng = longitude * (Math.PI / 180);
    double cosLat = Math.cos(lat);
    double x = Math.cos(lng) * cosLat;
    double y = Math.sin(lng) * cosLat;
    double z = Math.sin(lat);
    int face = S2Cells.face(x, y, z);
    double u = S2Cells.u(face, x, y, z);
    double v = S2Cells.v(face, x, y, z);
    leaves[size] = S2Cells.leaf(face, u, v);
    coordinates[2 * size] = u;
    coordinates[2 * size + 1] = v;
    size++;
  }

  /** Recoordinates the points by others, in the order of the first bits of their leaves. */
  void arrange(List<Run> runs) {
    int[] starts = new int[(1 << PREFIX_BITS) + 1];
    for (Run run : runs) {
      for (int i = run.from(); i < run.to(); i++) {
        starts[prefix(run.chunk().leaves[i]) + 1]++;
      }
    }
    for (int prefix = 1; prefix < starts.length; prefix++) {
      starts[prefix] += starts[prefix - 1];
    }
    size = starts[starts.length - 1];
    for (Run run : runs) {
      PointChunk from = run.chunk();
      for (int i = run.from(); i < run.to(); i++) {
        int at = starts[prefix(from.leaves[i])]++;
        leaves[at] = from.leaves[i];
        coordinates[2 * at] = from.coordinates[2 * i];
        coordinates[2 * at + 1] = from.coordinates[2 * i + 1];
      }
    }
  }

  private static int prefix(long leaf) {
    return (int) (leaf >>> (Long.SIZE - PREFIX_BITS));
  }

  void addTo(double[] sums, LeafLookup intervals, Mean kind) {
    for (int i = 0; i < size; i++) {
      int interval = intervals.lastNotAfter(leaves[i]);
      if (interval >= 0) {
        int face = (int) (leaves[i] >>> 61);
        if (kind == Mean.SPHERICAL) {
          addUnitVector(face, coordinates[2 * i], coordinates[2 * i + 1], sums, SUMS * interval);
        } else {
          addDegrees(face, coordinates[2 * i], coordinates[2 * i + 1], sums, SUMS * interval);
        }
      }
    }
  }

  private static void addUnitVector(int face, double u, double v, double[] sums, int at) {
    double w = 1 / Math.sqrt(1 + u * u + v * v);
    double a = u * w;
    double b = v * w;
    // S2's axes of the six faces.
    switch (face) {
      case 0 -> add(sums, at, w, a, b);
      case 1 -> add(sums, at, -a, w, b);
      case 2 -> add(sums, at, -a, -b, w);
      case 3 -> add(sums, at, -w, -b, -a);
      case 4 -> add(sums, at, b, -w, -a);
      default -> add(sums, at, b, a, -w);
    }
  }

  private static void addDegrees(int face, double u, double v, double[] sums, int at) {
    double[] vector = new double[SUMS];
    addUnitVector(face, u, v, vector, 0);
    LatLng point = SphericalMean.latLngOf(vector[0], vector[1], vector[2]);
    add(sums, at, point.latitude(), point.longitude(), 0);
  }

  private static void add(double[] sums, int at, double x, double y, double z) {
    addCompensated(sums, at, x);
    addCompensated(sums, at + 1, y);
    addCompensated(sums, at + 2, z);
  }

  /** Kahan summation: a hundred million equal points must not drift. */
  private static void addCompensated(double[] sums, int at, double term) {
    int lost = at + 3;
    double corrected = term - sums[lost];
    double sum = sums[at] + corrected;
    sums[lost] = (sum - sums[at]) - corrected;
    sums[at] = sum;
  }

  /** Adds the count and the rounded unit vector of each point to its interval's four sums. */
  void addIntegers(long[] sums, LeafLookup intervals) {
    double[] vector = new double[SUMS];
    for (int i = 0; i < size; i++) {
      int interval = intervals.lastNotAfter(leaves[i]);
      if (interval >= 0) {
        Arrays.fill(vector, 0);
        int face = (int) (leaves[i] >>> 61);
        addUnitVector(face, coordinates[2 * i], coordinates[2 * i + 1], vector, 0);
        sums[4 * interval]++;
        for (int k = 0; k < 3; k++) {
          sums[4 * interval + 1 + k] += Math.round(vector[k] * CellCounts.UNIT);
        }
      }
    }
  }
}
