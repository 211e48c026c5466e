package io.github.geofix.core.partition;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.partition.RadixSort;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
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
 * A multiset of points to build partitions from. Takes 24 bytes per point, and 8 more once a
 * partition is built, which allocates nothing else that grows with the number of points. Not
 * thread-safe.
 */
public final class PointSet {
  /** Chunks of megabytes, which a region-based garbage collector does not move. */
  private static final int MAX_CHUNK = 1 << 18;

  private static final int MIN_CHUNK = 1 << 4;

  /** The number of partial sums, fixed so that every machine rounds alike. */
  private static final int PARTS = 4;

  private static final int MIN_POINTS_IN_PARTS = 1_000_000;

  /** Points sorted together: 24 MB. */
  private static final int GROUP = 1 << 20;

  private static final int MAX_POINTS = Integer.MAX_VALUE - 8 - MAX_CHUNK;

  private final List<PointChunk> chunks = new ArrayList<>();
  private int size;
  private long @Nullable [] sorted;

  /** Creates an empty set. */
  public PointSet() {}

  /** Returns the set of the given points. */
  public static PointSet of(Collection<LatLng> points) {
    return of(points.iterator());
  }

  /** Returns the set of the remaining points of an iterator. */
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
   * are processed on all processors.
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
   * longitude}, {@code lon}, {@code lng} or {@code long}, in any case.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws io.github.geofix.core.format.ModelFormatException if a column is missing or a value is
   *     out of range; the message names the line
   */
  public static PointSet readCsv(Path file) {
    PointSet set = new PointSet();
    PositionCsv.read(file, PositionCsv.LATITUDES, PositionCsv.LONGITUDES, set::add);
    return set;
  }

  /**
   * Returns the positions of a CSV file as {@link #readCsv(Path)} reads it, in their order and with
   * all their digits. Takes some 50 bytes for each.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws io.github.geofix.core.format.ModelFormatException if a column is missing or a value is
   *     out of range; the message names the line
   */
  public static List<LatLng> readPositions(Path file) {
    List<LatLng> positions = new ArrayList<>();
    PositionCsv.read(
        file,
        PositionCsv.LATITUDES,
        PositionCsv.LONGITUDES,
        (latitude, longitude) -> positions.add(new LatLng(latitude, longitude)));
    return positions;
  }

  /** As {@link #readCsv(Path)}, for columns of other names; case does not matter. */
  public static PointSet readCsv(Path file, String latitudeColumn, String longitudeColumn) {
    PointSet set = new PointSet();
    PositionCsv.read(
        file,
        List.of(latitudeColumn.toLowerCase(Locale.ROOT)),
        List.of(longitudeColumn.toLowerCase(Locale.ROOT)),
        set::add);
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
      chunks.add(new PointChunk(Math.max(MIN_CHUNK, Math.min(MAX_CHUNK, size))));
    }
    chunks.get(chunks.size() - 1).add(latitude, longitude);
    size++;
    sorted = null;
  }

  /**
   * Adds points given as latitude, longitude, latitude, longitude, ... Large arrays are processed
   * on all processors.
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
                  PointChunk chunk = new PointChunk(to - from);
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

  /** Returns the leaves of all points in unsigned order; cached until a point is added. */
  long[] sortedLeaves() {
    long[] result = sorted;
    if (result == null) {
      result = new long[size];
      int at = 0;
      for (PointChunk chunk : chunks) {
        chunk.copyLeaves(result, at);
        at += chunk.size();
      }
      RadixSort.sortUnsigned(result);
      sorted = result;
    }
    return result;
  }

  /**
   * Sums the points of each interval of leaves.
   *
   * @param firsts the first leaf of each interval, in unsigned order; an interval ends where the
   *     next begins, and points before the first are left out
   * @return [PointChunk.SUMS * firsts.length]: of each interval the sums of x, y, z of the unit
   *     vectors, for {@code DEGREES} of latitude, longitude, 0; then the compensation of each
   */
  double[] sums(long[] firsts, AdaptiveOptions.Mean kind) {
    LeafLookup intervals = new LeafLookup(firsts);
    int parts = size < MIN_POINTS_IN_PARTS ? 1 : PARTS;
    List<double[]> sums =
        IntStream.range(0, parts)
            .parallel()
            .mapToObj(
                part -> {
                  double[] sum = new double[PointChunk.SUMS * firsts.length];
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
   * Counts and sums the points of each interval exactly, so in any order.
   *
   * @param firsts as of {@link #sums}
   * @return [4 * firsts.length], of each interval the count and the sums of x, y, z in units of
   *     2^-30
   */
  long[] integerSums(long[] firsts) {
    LeafLookup intervals = new LeafLookup(firsts);
    long[] sums = new long[4 * firsts.length];
    chunks.forEach(chunk -> chunk.addIntegers(sums, intervals));
    return sums;
  }

  /**
   * Adds points group by group, each arranged along the curve: points that follow each other then
   * add to the same few sums, which stay in the cache.
   */
  private static void addUp(
      List<PointChunk.Run> runs, double[] sums, LeafLookup intervals, AdaptiveOptions.Mean kind) {
    PointChunk group =
        new PointChunk(Math.min(GROUP, runs.stream().mapToInt(PointChunk.Run::length).sum()));
    int first = 0;
    while (first < runs.size()) {
      int end = first;
      int room = group.capacity();
      while (end < runs.size() && runs.get(end).length() <= room) {
        room -= runs.get(end).length();
        end++;
      }
      group.arrange(runs.subList(first, end));
      group.addTo(sums, intervals, kind);
      first = end;
    }
  }

  private List<PointChunk.Run> runs(long from, long to) {
    List<PointChunk.Run> runs = new ArrayList<>();
    long offset = 0;
    for (PointChunk chunk : chunks) {
      int first = (int) Math.max(0, from - offset);
      int end = (int) Math.min(chunk.size(), to - offset);
      if (first < end) {
        runs.add(new PointChunk.Run(chunk, first, end));
      }
      offset += chunk.size();
    }
    return runs;
  }

  /** Returns the number of points. */
  @Override
  public String toString() {
    return Count.of(size, "points");
  }

  /** Returns the distinct cells of a level that contain a leaf. */
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
      at = S2Cells.upperBound(sortedLeaves, at, sortedLeaves.length, S2Cells.lastLeaf(cell));
    }
    return Arrays.copyOf(cells, count);
  }
}
