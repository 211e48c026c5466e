package io.github.geofix.core.partition;

import com.google.common.geometry.S2CellId;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import io.github.geofix.core.internal.partition.RadixSort;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions.Mean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Construction of partitions from points or counts. */
final class PartitionBuilder {

  /** The cells of a partition, in Hilbert order, and its metadata. */
  private record Layout(long[] cells, Map<String, String> metadata) {}

  /** Counts points in a range of sorted ids. */
  private interface Counter {
    long count(int from, int to);
  }

  private PartitionBuilder() {}

  /** Returns partitions of the same points, for options that differ only in {@code maxPoints}. */
  static List<CellPartition> adaptive(PointSet points, List<AdaptiveOptions> options) {
    requirePoints(points.size());
    long[] leaves = points.sortedLeaves();
    List<Layout> layouts =
        options.stream()
            .map(o -> adaptive(leaves, (from, to) -> to - from, points.size(), o))
            .toList();
    return withStatistics(points, layouts, options.get(0).mean());
  }

  /** As {@link #adaptive(PointSet, List)}, from counts. */
  static List<CellPartition> adaptive(CellCounts counts, List<AdaptiveOptions> options) {
    requirePoints(counts.points());
    AdaptiveOptions first = options.get(0);
    if (first.maxLevel() > counts.level()) {
      throw new IllegalArgumentException(
          "counts of level "
              + counts.level()
              + " cannot be split to maxLevel "
              + first.maxLevel()
              + ": set maxLevel to "
              + counts.level()
              + " or less, or count at a higher level");
    }
    if (first.mean() != Mean.SPHERICAL) {
      throw new IllegalArgumentException("counts have spherical means only, not " + first.mean());
    }
    for (AdaptiveOptions each : options) {
      requireSplittable(counts, each.maxPoints());
    }
    return options.stream()
        .map(o -> adaptive(counts.sortedCells(), counts::count, counts.points(), o))
        .map(layout -> withStatistics(counts, layout))
        .toList();
  }

  private static Layout adaptive(
      long[] ids, Counter counter, long points, AdaptiveOptions options) {
    Splitter splitter = new Splitter(ids, counter, options);
    int from = 0;
    int level = options.rule().startLevel;
    for (S2CellId cell = S2CellId.begin(level);
        !cell.equals(S2CellId.end(level));
        cell = cell.next()) {
      from = splitter.split(cell.id(), from, ids.length);
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("partition", "adaptive");
    metadata.put("rule", options.rule().name().toLowerCase(Locale.ROOT));
    metadata.put("minPoints", Integer.toString(options.minPoints()));
    metadata.put("maxPoints", Integer.toString(options.maxPoints()));
    metadata.put("maxLevel", Integer.toString(options.maxLevel()));
    metadata.put("points", Long.toString(points));
    return new Layout(splitter.kept(), metadata);
  }

  /** Splits cells recursively and collects those to keep. */
  private static final class Splitter {
    private final long[] ids;
    private final Counter counter;
    private final AdaptiveOptions options;
    private long[] kept = new long[64];
    private int size;

    Splitter(long[] ids, Counter counter, AdaptiveOptions options) {
      this.ids = ids;
      this.counter = counter;
      this.options = options;
    }

    /** Splits a cell whose ids start at {@code from}; returns where they end. */
    int split(long cell, int from, int to) {
      int end = S2Cells.upperBound(ids, from, to, S2Cells.lastLeaf(cell));
      long count = counter.count(from, end);
      if (!options.rule().keeps(count, options.minPoints())) {
        return end;
      }
      if (count <= options.maxPoints() || S2Cells.level(cell) == options.maxLevel()) {
        keep(cell);
        return end;
      }
      int childFrom = from;
      for (int position = 0; position < 4; position++) {
        childFrom = split(S2Cells.child(cell, position), childFrom, end);
      }
      return end;
    }

    private void keep(long cell) {
      if (size == kept.length) {
        kept = Arrays.copyOf(kept, 2 * size);
      }
      kept[size++] = cell;
    }

    long[] kept() {
      return Arrays.copyOf(kept, size);
    }
  }

  /** Returns the cells of each S2 level that contain points. */
  static List<CellPartition> fixedLevels(PointSet points, int... levels) {
    requirePoints(points.size());
    List<Layout> layouts = new ArrayList<>();
    for (int level : levels) {
      layouts.add(fixedLevel(points.sortedLeaves(), points.size(), level, S2Cells.MAX_LEVEL));
    }
    return withStatistics(points, layouts, Mean.SPHERICAL);
  }

  private static void requireSplittable(CellCounts counts, int maxPoints) {
    if (counts.limit() > maxPoints) {
      throw new IllegalArgumentException(
          "counts of cells of up to "
              + counts.limit()
              + " points cannot be split to maxPoints "
              + maxPoints
              + ": coarsen them less");
    }
  }

  /** As {@link #fixedLevels(PointSet, int...)}, from counts. */
  static List<CellPartition> fixedLevels(CellCounts counts, int... levels) {
    requirePoints(counts.points());
    requireSplittable(counts, 0);
    return Arrays.stream(levels)
        .mapToObj(level -> fixedLevel(counts.sortedCells(), counts.points(), level, counts.level()))
        .map(layout -> withStatistics(counts, layout))
        .toList();
  }

  private static Layout fixedLevel(long[] ids, long points, int level, int maxLevel) {
    if (level < 0 || level > maxLevel) {
      throw new IllegalArgumentException("an S2 level is 0 to " + maxLevel + ", not " + level);
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("partition", "fixed level");
    metadata.put("level", Integer.toString(level));
    metadata.put("points", Long.toString(points));
    return new Layout(PointSet.cellsAt(ids, level), metadata);
  }

  private static void requirePoints(long points) {
    if (points == 0) {
      throw new IllegalArgumentException("a partition needs at least one point");
    }
  }

  private static CellPartition withStatistics(CellCounts counts, Layout layout) {
    long[] ids = counts.sortedCells();
    long[] cells = layout.cells();
    int[] countOf = new int[cells.length];
    double[] means = new double[2 * cells.length];
    int at = 0;
    for (int label = 0; label < cells.length; label++) {
      at = S2Cells.upperBound(ids, at, ids.length, S2Cells.firstLeaf(cells[label]) - 1);
      int end = S2Cells.upperBound(ids, at, ids.length, S2Cells.lastLeaf(cells[label]));
      countOf[label] = Math.toIntExact(counts.count(at, end));
      LatLng mean = counts.mean(at, end);
      means[2 * label] = mean.latitude();
      means[2 * label + 1] = mean.longitude();
      at = end;
    }
    return new CellPartition(cells, countOf, means, layout.metadata());
  }

  /**
   * Counts and averages the points of several partitions in one pass: the ends of all cells cut the
   * curve into intervals, and a cell is the sum of the intervals within it.
   */
  private static List<CellPartition> withStatistics(
      PointSet points, List<Layout> layouts, Mean kind) {
    long[] leaves = points.sortedLeaves();
    long[] cuts = cuts(layouts);
    double[] sums = points.sums(cuts, kind);
    List<CellPartition> result = new ArrayList<>();
    for (Layout layout : layouts) {
      long[] cells = layout.cells();
      int[] counts = new int[cells.length];
      double[] means = new double[2 * cells.length];
      int at = 0;
      int cut = 0;
      for (int label = 0; label < cells.length; label++) {
        long first = S2Cells.firstLeaf(cells[label]);
        long last = S2Cells.lastLeaf(cells[label]);
        at = S2Cells.upperBound(leaves, at, leaves.length, first - 1);
        int end = S2Cells.upperBound(leaves, at, leaves.length, last);
        counts[label] = end - at;
        at = end;
        while (cuts[cut] != first) {
          cut++;
        }
        double x = 0;
        double y = 0;
        double z = 0;
        for (; cut < cuts.length && Long.compareUnsigned(cuts[cut], last) <= 0; cut++) {
          x += sums[PointChunk.SUMS * cut];
          y += sums[PointChunk.SUMS * cut + 1];
          z += sums[PointChunk.SUMS * cut + 2];
        }
        // The points of a cell are within one face, so their sum is never zero.
        LatLng mean =
            kind == Mean.SPHERICAL
                ? SphericalMean.latLngOf(x, y, z)
                : new LatLng(x / counts[label], y / counts[label]);
        means[2 * label] = mean.latitude();
        means[2 * label + 1] = mean.longitude();
      }
      result.add(new CellPartition(cells, counts, means, layout.metadata()));
    }
    return result;
  }

  /** Returns the distinct ends of all cells, in Hilbert order. */
  private static long[] cuts(List<Layout> layouts) {
    int cells = layouts.stream().mapToInt(layout -> layout.cells().length).sum();
    long[] ends = new long[2 * cells];
    int size = 0;
    for (Layout layout : layouts) {
      for (long cell : layout.cells()) {
        ends[size++] = S2Cells.firstLeaf(cell);
        ends[size++] = S2Cells.lastLeaf(cell) + 2; // The next leaf: leaves are odd.
      }
    }
    RadixSort.sortUnsigned(ends);
    int distinct = 0;
    for (int i = 0; i < ends.length; i++) {
      if (i == 0 || ends[i] != ends[i - 1]) {
        ends[distinct++] = ends[i];
      }
    }
    return Arrays.copyOf(ends, distinct);
  }
}
