package io.github.geofix.core.partition;

import io.github.geofix.core.cell.S2Cells;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.SphericalMean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Positions to build partitions from, taken from any source and kept without objects: 24 bytes a
 * point, and 8 more once a partition is built.
 *
 * <p>Points may be added until the end; repeated points count as often as they come. Not
 * thread-safe.
 */
public final class PointSet {
  /** Arrays of megabytes, which a garbage collector in regions leaves where they are. */
  private static final int MAX_CHUNK = 1 << 18;

  private static final int MIN_CHUNK = 1 << 4;

  /** Sums are taken in so many parts, on any machine, so that they are rounded alike. */
  private static final int PARTS = 4;

  private static final int MIN_POINTS_IN_PARTS = 1_000_000;

  /** Points that are arranged together: 24 MB. */
  private static final int GROUP = 1 << 20;

  /** Three sums and three remainders, side by side because they are used together. */
  static final int SUMS = 6;

  private static final int MAX_POINTS = Integer.MAX_VALUE - 8 - MAX_CHUNK;

  private final List<Chunk> chunks = new ArrayList<>();
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
   * Returns the set of points given as latitude, longitude, latitude, longitude, ... Large arrays
   * are worked on by all cores.
   *
   * @throws IllegalArgumentException if the length is odd or a value out of range
   */
  public static PointSet ofPairs(double... latLngs) {
    PointSet set = new PointSet();
    set.addPairs(latLngs);
    return set;
  }

  /**
   * Returns the points of a CSV file; the header names {@code latitude} or {@code lat}, and {@code
   * longitude}, {@code lon} or {@code lng}, in any case.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws io.github.geofix.core.format.ModelFormatException if a column is missing or a value is
   *     out of range; the message names the line
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
   * @throws IllegalStateException if the set holds 2^31 - 262153 points already
   */
  public void add(double latitude, double longitude) {
    if (chunks.isEmpty() || chunks.get(chunks.size() - 1).isFull()) {
      requireRoom(1);
      chunks.add(new Chunk(Math.max(MIN_CHUNK, Math.min(MAX_CHUNK, size))));
    }
    chunks.get(chunks.size() - 1).add(latitude, longitude);
    size++;
    sorted = null;
  }

  /**
   * Adds points given as latitude, longitude, latitude, longitude, ... Large arrays are worked on
   * by all cores.
   *
   * @throws IllegalArgumentException if the length is odd or a value out of range; then none is
   *     added
   * @throws IllegalStateException if the set would hold more than 2^31 - 262153 points
   */
  public void addPairs(double... latLngs) {
    if (latLngs.length % 2 != 0) {
      throw new IllegalArgumentException(
          "pairs of latitude and longitude are needed, not " + latLngs.length + " numbers");
    }
    int count = latLngs.length / 2;
    requireRoom(count);
    chunks.addAll(
        IntStream.range(0, (count + MAX_CHUNK - 1) / MAX_CHUNK)
            .parallel()
            .mapToObj(
                part -> {
                  int from = part * MAX_CHUNK;
                  int to = Math.min(count, from + MAX_CHUNK);
                  Chunk chunk = new Chunk(to - from);
                  for (int i = from; i < to; i++) {
                    chunk.add(latLngs[2 * i], latLngs[2 * i + 1]);
                  }
                  return chunk;
                })
            .toList());
    size += count;
    sorted = null;
  }

  private void requireRoom(int count) {
    if (size > MAX_POINTS - count) {
      throw new IllegalStateException("a point set holds at most " + MAX_POINTS + " points");
    }
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
      int at = 0;
      for (Chunk chunk : chunks) {
        System.arraycopy(chunk.leaves, 0, result, at, chunk.size);
        at += chunk.size;
      }
      RadixSort.sortUnsigned(result);
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
    LeafLookup intervals = new LeafLookup(firsts);
    int parts = size < MIN_POINTS_IN_PARTS ? 1 : PARTS;
    List<double[]> sums =
        IntStream.range(0, parts)
            .parallel()
            .mapToObj(
                part -> {
                  double[] sum = new double[SUMS * firsts.length];
                  long from = (long) size * part / parts;
                  long to = (long) size * (part + 1) / parts;
                  addUp(runs(from, to), sum, intervals, kind);
                  return sum;
                })
            .toList();
    double[] total = sums.get(0);
    for (int part = 1; part < parts; part++) {
      for (int at = 0; at < total.length; at++) {
        total[at] += sums.get(part)[at];
      }
    }
    return total;
  }

  /**
   * Adds points group by group, each arranged along the curve: points that follow each other then
   * add to the same few sums, which stay in the cache.
   */
  private static void addUp(
      List<Run> runs, double[] sums, LeafLookup intervals, CellPartition.Mean kind) {
    Chunk group = new Chunk(Math.min(GROUP, runs.stream().mapToInt(Run::length).sum()));
    int first = 0;
    while (first < runs.size()) {
      int end = first;
      int room = group.leaves.length;
      while (end < runs.size() && runs.get(end).length() <= room) {
        room -= runs.get(end).length();
        end++;
      }
      group.arrange(runs.subList(first, end));
      group.addTo(sums, intervals, kind);
      first = end;
    }
  }

  private List<Run> runs(long from, long to) {
    List<Run> runs = new ArrayList<>();
    long offset = 0;
    for (Chunk chunk : chunks) {
      int first = (int) Math.max(0, from - offset);
      int end = (int) Math.min(chunk.size, to - offset);
      if (first < end) {
        runs.add(new Run(chunk, first, end));
      }
      offset += chunk.size;
    }
    return runs;
  }

  /** Shows the number of points. */
  @Override
  public String toString() {
    return size + " points";
  }

  /**
   * The first index whose leaf is greater than the given one, as unsigned numbers. Steps of growing
   * length come first, so that a near index is found without touching far memory.
   */
  static int upperBound(long[] sortedLeaves, int from, int to, long leaf) {
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

  /** Neighboring points of a chunk. */
  private record Run(Chunk chunk, int from, int to) {
    int length() {
      return to - from;
    }
  }

  /** Some of the points, in the order they came. */
  private static final class Chunk {
    private static final int PREFIX_BITS = 12;

    private final long[] leaves;

    // The place (u, v) of each point on the leaf's face of the cube. It gives the unit vector back
    // without trigonometry when means are taken.
    private final double[] places;
    private int size;

    Chunk(int capacity) {
      leaves = new long[capacity];
      places = new double[2 * capacity];
    }

    boolean isFull() {
      return size == leaves.length;
    }

    void add(double latitude, double longitude) {
      if (!(latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180)) {
        // Its constructor says what is wrong.
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
      places[2 * size] = u;
      places[2 * size + 1] = v;
      size++;
    }

    /** Replaces the points by others, in the order of the first bits of their leaves. */
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
        Chunk from = run.chunk();
        for (int i = run.from(); i < run.to(); i++) {
          int at = starts[prefix(from.leaves[i])]++;
          leaves[at] = from.leaves[i];
          places[2 * at] = from.places[2 * i];
          places[2 * at + 1] = from.places[2 * i + 1];
        }
      }
    }

    private static int prefix(long leaf) {
      return (int) (leaf >>> (Long.SIZE - PREFIX_BITS));
    }

    void addTo(double[] sums, LeafLookup intervals, CellPartition.Mean kind) {
      for (int i = 0; i < size; i++) {
        int interval = intervals.lastNotAfter(leaves[i]);
        if (interval >= 0) {
          int face = (int) (leaves[i] >>> 61);
          if (kind == CellPartition.Mean.SPHERICAL) {
            addUnitVector(face, places[2 * i], places[2 * i + 1], sums, SUMS * interval);
          } else {
            addDegrees(face, places[2 * i], places[2 * i + 1], sums, SUMS * interval);
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

    /** Kahan's sum: a hundred million equal points must not drift. */
    private static void addCompensated(double[] sums, int at, double term) {
      int lost = at + 3;
      double corrected = term - sums[lost];
      double sum = sums[at] + corrected;
      sums[lost] = (sum - sums[at]) - corrected;
      sums[at] = sum;
    }
  }
}
