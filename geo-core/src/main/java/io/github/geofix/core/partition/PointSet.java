package io.github.geofix.core.partition;

import io.github.geofix.core.LatLng;
import io.github.geofix.core.geodesy.SphericalMean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Positions to build partitions from, taken from any source and kept without objects: 24 bytes a
 * point, and 16 more while a partition is built.
 *
 * <p>Points may be added until the end; repeated points count as often as they come. Not
 * thread-safe.
 */
public final class PointSet {
  private static final int CHUNK = 1 << 16;

  /** Three sums and three remainders, side by side because they are used together. */
  static final int SUMS = 6;

  private static final int MAX_POINTS = Integer.MAX_VALUE - 8;

  // Per chunk: the leaf of each point, and its place (u, v) on the leaf's face of the cube. The
  // place gives the unit vector back without trigonometry when means are taken.
  private final List<long[]> leaves = new ArrayList<>();
  private final List<double[]> places = new ArrayList<>();
  private int size;
  private long @Nullable [] sorted;

  /** Creates an empty set. */
  public PointSet() {}

  /** Returns the set of the given points. */
  public static PointSet of(Collection<LatLng> points) {
    return of(points.iterator());
  }

  /** Returns the set of all points that an iterator has left. */
  public static PointSet of(Iterator<LatLng> points) {
    PointSet set = new PointSet();
    while (points.hasNext()) {
      LatLng point = points.next();
      set.add(point.latitude(), point.longitude());
    }
    return set;
  }

  /**
   * Returns the set of points given as latitude, longitude, latitude, longitude, ...
   *
   * @throws IllegalArgumentException if the length is odd or a value out of range
   */
  public static PointSet ofPairs(double... latLngs) {
    if (latLngs.length % 2 != 0) {
      throw new IllegalArgumentException(
          "pairs of latitude and longitude are needed, not " + latLngs.length + " numbers");
    }
    PointSet set = new PointSet();
    for (int i = 0; i < latLngs.length; i += 2) {
      set.add(latLngs[i], latLngs[i + 1]);
    }
    return set;
  }

  /**
   * Returns the points of a CSV file; the header names {@code latitude} or {@code lat}, and {@code
   * longitude}, {@code lon} or {@code lng}, in any case.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws io.github.geofix.core.ModelFormatException if a column is missing or a value is out of
   *     range; the message names the line
   */
  public static PointSet readCsv(Path file) {
    return readCsv(file, List.of("latitude", "lat"), List.of("longitude", "lon", "lng"));
  }

  /** As {@link #readCsv(Path)}, for columns of other names; case does not matter. */
  public static PointSet readCsv(Path file, String latitudeColumn, String longitudeColumn) {
    return readCsv(
        file,
        List.of(latitudeColumn.toLowerCase(Locale.ROOT)),
        List.of(longitudeColumn.toLowerCase(Locale.ROOT)));
  }

  private static PointSet readCsv(Path file, List<String> latitudes, List<String> longitudes) {
    PointSet set = new PointSet();
    CsvRows.read(
        file,
        new CsvRows() {
          private int latitude;
          private int longitude;

          @Override
          public void header(List<String> names) {
            latitude = CsvRows.require(names, latitudes.toArray(String[]::new));
            longitude = CsvRows.require(names, longitudes.toArray(String[]::new));
          }

          @Override
          public void row(List<String> fields) {
            set.add(
                Double.parseDouble(fields.get(latitude)),
                Double.parseDouble(fields.get(longitude)));
          }
        });
    return set;
  }

  /**
   * Adds a point.
   *
   * @param latitude degrees, -90 to 90
   * @param longitude degrees, -180 to 180
   * @throws IllegalArgumentException if a value is out of range or not a number
   * @throws IllegalStateException if the set holds 2^31 - 9 points already
   */
  public void add(double latitude, double longitude) {
    if (!(latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180)) {
      // Its constructor says what is wrong.
      throw new IllegalArgumentException("not a position: " + new LatLng(latitude, longitude));
    }
    int at = size % CHUNK;
    if (at == 0) {
      if (size >= MAX_POINTS - CHUNK) {
        throw new IllegalStateException("a point set holds at most " + size + " points");
      }
      leaves.add(new long[CHUNK]);
      places.add(new double[2 * CHUNK]);
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
    leaves.get(leaves.size() - 1)[at] = S2Cells.leaf(face, u, v);
    double[] chunk = places.get(places.size() - 1);
    chunk[2 * at] = u;
    chunk[2 * at + 1] = v;
    size++;
    sorted = null;
  }

  /** Returns the number of points. */
  public int size() {
    return size;
  }

  /** The leaves of all points in unsigned order; kept until a point is added. */
  long[] sortedLeaves() {
    long[] result = sorted;
    if (result == null) {
      result = new long[size];
      for (int start = 0; start < size; start += CHUNK) {
        System.arraycopy(leaves.get(start / CHUNK), 0, result, start, chunkLength(start));
      }
      result = RadixSort.sortUnsigned(result);
      sorted = result;
    }
    return result;
  }

  /**
   * Adds up the points of each interval of leaves.
   *
   * @param firsts the first leaf of each interval, in unsigned order; an interval ends where the
   *     next begins, and points before the first are left out
   * @return [SUMS * firsts.length]: of each interval the sums of x, y, z of the unit vectors, for
   *     {@code DEGREES} of latitude, longitude, 0; then what rounding left over of each
   */
  double[] sums(long[] firsts, CellPartition.Mean kind) {
    double[] sums = new double[SUMS * firsts.length];
    LeafLookup intervals = new LeafLookup(firsts);
    for (int start = 0; start < size; start += CHUNK) {
      long[] chunk = leaves.get(start / CHUNK);
      double[] place = places.get(start / CHUNK);
      int length = chunkLength(start);
      for (int i = 0; i < length; i++) {
        int interval = intervals.lastNotAfter(chunk[i]);
        if (interval >= 0) {
          int face = (int) (chunk[i] >>> 61);
          if (kind == CellPartition.Mean.SPHERICAL) {
            addUnitVector(face, place[2 * i], place[2 * i + 1], sums, SUMS * interval);
          } else {
            addDegrees(face, place[2 * i], place[2 * i + 1], sums, SUMS * interval);
          }
        }
      }
    }
    return sums;
  }

  private static void addDegrees(int face, double u, double v, double[] sums, int at) {
    double[] vector = new double[SUMS];
    addUnitVector(face, u, v, vector, 0);
    LatLng point = SphericalMean.latLngOf(vector[0], vector[1], vector[2]);
    add(sums, at, point.latitude(), point.longitude(), 0);
  }

  private int chunkLength(int start) {
    return Math.min(CHUNK, size - start);
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

  private static void add(double[] sums, int at, double x, double y, double z) {
    addCompensated(sums, at, x);
    addCompensated(sums, at + 1, y);
    addCompensated(sums, at + 2, z);
  }

  /** Kahan's sum: a hundred million equal points must not drift. */
  private static void addCompensated(double[] sums, int at, double term) {
    int lost = at + 3;
    double corrected = term - sums[lost];
    double sum = sums[at] + corrected;
    sums[lost] = (sum - sums[at]) - corrected;
    sums[at] = sum;
  }

  /** Shows the number of points. */
  @Override
  public String toString() {
    return size + " points";
  }

  /** The first index whose leaf is greater than the given one, as unsigned numbers. */
  static int upperBound(long[] sortedLeaves, int from, int to, long leaf) {
    int low = from;
    int high = to;
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

  /** Returns the distinct cells of a level that hold a leaf. */
  static long[] cellsAt(long[] sortedLeaves, int level) {
    long[] cells = new long[16];
    int count = 0;
    int at = 0;
    while (at < sortedLeaves.length) {
      long cell = S2Cells.parent(sortedLeaves[at], level);
      if (count == cells.length) {
        cells = Arrays.copyOf(cells, 2 * count);
      }
      cells[count++] = cell;
      at = upperBound(sortedLeaves, at, sortedLeaves.length, S2Cells.lastLeaf(cell));
    }
    return Arrays.copyOf(cells, count);
  }
}
