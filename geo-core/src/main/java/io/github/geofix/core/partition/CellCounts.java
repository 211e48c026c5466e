package io.github.geofix.core.partition;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import java.util.Arrays;
import java.util.List;

/**
 * A histogram of points over the S2 cells of one level, with the vector sum of each cell. Counts of
 * parts of a data set can be merged, so a partition of more points than fit on one machine can be
 * built. {@link #coarsened} replaces cells of few points by larger ones, which bounds the size of
 * the histogram of any number of points. Immutable and thread-safe.
 *
 * <p>{@link CellPartition#adaptive(CellCounts, AdaptiveOptions)} has exactly the cells and counts
 * of the partition of the points themselves. Its means differ by at most a centimeter: vector sums
 * are kept as integers, in units of 2^-30, so that merging is exact in any order.
 *
 * <pre>{@code
 * CellCounts counts = CellCounts.of(PointSet.readCsv(Path.of("part-0.csv")), 14);
 * counts = counts.merge(CellCounts.of(PointSet.readCsv(Path.of("part-1.csv")), 14));
 * CellPartition cells =
 *     CellPartition.adaptive(counts, AdaptiveOptions.defaults().withMaxLevel(14));
 * }</pre>
 */
public final class CellCounts {
  /** The unit vectors' components are rounded to multiples of 1 / UNIT. */
  static final double UNIT = 1L << 30;

  /** Cells are not merged beyond it: {@link AdaptiveOptions.Rule#ISN} starts there. */
  private static final int COARSEST_LEVEL = 2;

  private final int level;
  private final long limit; // points of a cell above the level at most; 0 if there is none
  private final long[] cells;
  private final long[] cumulative; // cumulative[i + 1]: points in cells 0 to i
  private final long[] sums; // x, y, z of each cell

  private CellCounts(int level, long limit, long[] cells, long[] counts, long[] sums) {
    this.level = level;
    this.limit = limit;
    this.cells = cells;
    this.sums = sums;
    this.cumulative = new long[cells.length + 1];
    for (int i = 0; i < cells.length; i++) {
      cumulative[i + 1] = Math.addExact(cumulative[i], counts[i]);
    }
  }

  /**
   * Counts points, in O(n log m) time for n points in m cells.
   *
   * @param level the S2 level of the cells, 0 to 30
   * @throws IllegalArgumentException if the level is out of range
   */
  public static CellCounts of(PointSet points, int level) {
    requireLevel(level);
    long[] cells = PointSet.cellsAt(points.sortedLeaves(), level);
    long[] firsts = Arrays.stream(cells).map(S2Cells::firstLeaf).toArray();
    long[] found = points.integerSums(firsts);
    long[] counts = new long[cells.length];
    long[] sums = new long[3 * cells.length];
    for (int i = 0; i < cells.length; i++) {
      counts[i] = found[4 * i];
      System.arraycopy(found, 4 * i + 1, sums, 3 * i, 3);
    }
    return new CellCounts(level, 0, cells, counts, sums);
  }

  /**
   * Restores counts from {@link #cellIds()}, {@link #counts()} and {@link #vectorSums()}.
   *
   * @param level the S2 level of the cells, 0 to 30; cells of a lower level are those of {@link
   *     #coarsened} counts
   * @param cellIds [m], disjoint, ascending as unsigned numbers
   * @param counts [m], 1 or more
   * @param vectorSums [3m], x, y, z of each cell in units of 2^-30
   * @throws IllegalArgumentException if the lengths differ, cells overlap, or a value is out of
   *     range or order
   */
  public static CellCounts of(int level, long[] cellIds, long[] counts, long[] vectorSums) {
    requireLevel(level);
    if (counts.length != cellIds.length || vectorSums.length != 3 * cellIds.length) {
      throw new IllegalArgumentException(
          "%s: arrays of %d counts and %d sums are needed, not of %d and %d"
              .formatted(
                  Count.of(cellIds.length, "cells"),
                  cellIds.length,
                  3 * cellIds.length,
                  counts.length,
                  vectorSums.length));
    }
    long limit = 0;
    for (int i = 0; i < cellIds.length; i++) {
      if (!S2Cells.isValid(cellIds[i]) || S2Cells.level(cellIds[i]) > level) {
        throw new IllegalArgumentException(
            Long.toUnsignedString(cellIds[i]) + " is not an S2 cell id of level " + level);
      }
      if (S2Cells.level(cellIds[i]) < level) {
        limit = Math.max(limit, counts[i]);
      }
      if (i > 0
          && Long.compareUnsigned(S2Cells.lastLeaf(cellIds[i - 1]), S2Cells.firstLeaf(cellIds[i]))
              >= 0) {
        throw new IllegalArgumentException(
            "cell ids must ascend as unsigned numbers, and cells must not overlap");
      }
      if (counts[i] < 1) {
        throw new IllegalArgumentException("a count must be 1 or more: " + counts[i]);
      }
      for (int k = 3 * i; k < 3 * i + 3; k++) {
        if (Math.abs((double) vectorSums[k]) > counts[i] * UNIT) {
          throw new IllegalArgumentException(
              "a sum of " + counts[i] + " unit vectors cannot be " + vectorSums[k] / UNIT);
        }
      }
    }
    return new CellCounts(level, limit, cellIds.clone(), counts, vectorSums.clone());
  }

  private static void requireLevel(int level) {
    if (level < 0 || level > S2Cells.MAX_LEVEL) {
      throw new IllegalArgumentException("an S2 level is 0 to 30, not " + level);
    }
  }

  /**
   * Returns counts of the largest cells that hold at most so many points, down to level 2. Any
   * partition that splits cells of more points can be built from them, in the memory of its own
   * cells rather than that of the points. Takes O(m) time.
   *
   * @param maxPoints the least {@link AdaptiveOptions#maxPoints} to be used, 1 or more
   */
  public CellCounts coarsened(int maxPoints) {
    if (maxPoints < 1) {
      throw new IllegalArgumentException("maxPoints must be 1 or more: " + maxPoints);
    }
    long[] ids = new long[cells.length];
    long[] counts = new long[cells.length];
    long[] merged = new long[3 * cells.length];
    int size = 0;
    int at = 0;
    long largest = 0;
    while (at < cells.length) {
      long cell = cells[at];
      int end = at + 1;
      while (S2Cells.level(cell) > COARSEST_LEVEL) {
        long parent = S2Cells.parent(cell, S2Cells.level(cell) - 1);
        // The parent's first cells were merged already where it holds too many points.
        if (at > 0 && S2Cells.contains(parent, cells[at - 1])) {
          break;
        }
        int parentEnd = S2Cells.upperBound(cells, end, cells.length, S2Cells.lastLeaf(parent));
        if (count(at, parentEnd) > maxPoints) {
          break;
        }
        cell = parent;
        end = parentEnd;
      }
      ids[size] = cell;
      for (int i = at; i < end; i++) {
        add(i, counts, merged, size);
      }
      if (S2Cells.level(cell) < level) {
        largest = Math.max(largest, counts[size]);
      }
      size++;
      at = end;
    }
    return new CellCounts(
        level, largest, Arrays.copyOf(ids, size), counts, Arrays.copyOf(merged, 3 * size));
  }

  /**
   * Returns the counts of both sets of points together, in O(m) time.
   *
   * @throws IllegalArgumentException if the levels differ, or cells of the two overlap without
   *     being equal, as those of {@link #coarsened} counts may: merge first
   */
  public CellCounts merge(CellCounts other) {
    if (other.level != level) {
      throw new IllegalArgumentException(
          "counts of level " + level + " and of level " + other.level + " cannot be merged");
    }
    long[] ids = new long[cells.length + other.cells.length];
    long[] counts = new long[ids.length];
    long[] merged = new long[3 * ids.length];
    int size = 0;
    int i = 0;
    int j = 0;
    while (i < cells.length || j < other.cells.length) {
      int order = compare(i, other, j);
      ids[size] = order <= 0 ? cells[i] : other.cells[j];
      if (order <= 0) {
        add(i++, counts, merged, size);
      }
      if (order >= 0) {
        other.add(j++, counts, merged, size);
      }
      if (Math.max(limit, other.limit) > 0) {
        requireDisjoint(ids, size, order == 0);
      }
      size++;
    }
    return new CellCounts(
        level,
        Math.max(limit, other.limit),
        Arrays.copyOf(ids, size),
        counts,
        Arrays.copyOf(merged, 3 * size));
  }

  private void requireDisjoint(long[] ids, int last, boolean both) {
    if ((both && S2Cells.level(ids[last]) < level)
        || (last > 0
            && Long.compareUnsigned(S2Cells.lastLeaf(ids[last - 1]), S2Cells.firstLeaf(ids[last]))
                >= 0)) {
      throw new IllegalArgumentException(
          "coarsened counts of overlapping cells cannot be merged: merge them before");
    }
  }

  private int compare(int i, CellCounts other, int j) {
    if (i == cells.length || j == other.cells.length) {
      return i == cells.length ? 1 : -1;
    }
    return Long.compareUnsigned(cells[i], other.cells[j]);
  }

  private void add(int cell, long[] counts, long[] merged, int target) {
    counts[target] = Math.addExact(counts[target], count(cell, cell + 1));
    for (int k = 0; k < 3; k++) {
      merged[3 * target + k] = Math.addExact(merged[3 * target + k], sums[3 * cell + k]);
    }
  }

  /**
   * Returns the counts of several sets of points together.
   *
   * @param parts one or more, of one level
   * @throws IllegalArgumentException if there is no part or the levels differ
   */
  public static CellCounts merge(List<CellCounts> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("at least one part is needed");
    }
    if (parts.size() == 1) {
      return parts.get(0);
    }
    int half = parts.size() / 2;
    return merge(parts.subList(0, half)).merge(merge(parts.subList(half, parts.size())));
  }

  /** Returns the S2 level of the cells; {@link #coarsened} counts have larger cells, too. */
  public int level() {
    return level;
  }

  /** Returns the most points of a cell above the level, below which no cell can be split. */
  long limit() {
    return limit;
  }

  /** Returns the number of cells that contain points, m. */
  public int size() {
    return cells.length;
  }

  /** Returns the number of points. */
  public long points() {
    return cumulative[cells.length];
  }

  /** Returns the 64-bit S2 ids of the cells, [m], ascending as unsigned numbers. */
  public long[] cellIds() {
    return cells.clone();
  }

  /** Returns the number of points in each cell, [m]. */
  public long[] counts() {
    long[] counts = new long[cells.length];
    Arrays.setAll(counts, i -> count(i, i + 1));
    return counts;
  }

  /** Returns x, y, z of the sum of each cell's unit vectors, [3m], in units of 2^-30. */
  public long[] vectorSums() {
    return sums.clone();
  }

  /** The ids themselves, which must not be changed. */
  long[] sortedCells() {
    return cells;
  }

  /** Returns the number of points in cells {@code from} to {@code to - 1}. */
  long count(int from, int to) {
    return cumulative[to] - cumulative[from];
  }

  /** Returns the mean position of the points in cells {@code from} to {@code to - 1}. */
  LatLng mean(int from, int to) {
    double[] total = new double[3];
    for (int k = 0; k < 3; k++) {
      long sum = 0;
      for (int i = from; i < to; i++) {
        sum = Math.addExact(sum, sums[3 * i + k]);
      }
      total[k] = sum;
    }
    return SphericalMean.latLngOf(total[0], total[1], total[2]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CellCounts that
        && level == that.level
        && limit == that.limit
        && Arrays.equals(cells, that.cells)
        && Arrays.equals(cumulative, that.cumulative)
        && Arrays.equals(sums, that.sums);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(cells);
  }

  /** Returns the numbers of points and cells. */
  @Override
  public String toString() {
    return Count.of(points(), "points") + " in " + Count.of(size(), "cells of level ") + level;
  }
}
