package io.github.geofix.core.partition;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A hierarchy of partitions, coarse to fine, in which every finest cell is inside exactly one cell
 * of each level, its ancestor. Immutable and thread-safe.
 *
 * <p>Levels count from 0, the coarsest, and are not S2 levels: cells of one level may differ in
 * size. Coarse cells that contain no finest cell keep their labels and have no children.
 */
public final class CellHierarchy {
  private final List<CellPartition> partitions;
  private final int[][] ancestors; // [levels][finest cells]
  private final int[][] parents; // [levels][cells of the level]

  private CellHierarchy(List<CellPartition> partitions) {
    this.partitions = List.copyOf(partitions);
    int levels = partitions.size();
    CellPartition finest = partitions.get(levels - 1);
    ancestors = new int[levels][];
    parents = new int[levels][];
    for (int level = 0; level < levels; level++) {
      ancestors[level] = holders(finest, partitions.get(level));
      if (level == 0) {
        parents[0] = new int[partitions.get(0).size()];
        Arrays.fill(parents[0], -1);
      } else {
        parents[level] = holders(partitions.get(level), partitions.get(level - 1));
      }
    }
  }

  private static int[] holders(CellPartition fine, CellPartition coarse) {
    return IntStream.range(0, fine.size())
        .map(label -> coarse.labelOfCell(fine.cellId(label)))
        .toArray();
  }

  /**
   * Returns the hierarchy of the given partitions.
   *
   * @param partitions coarse to fine, one or more
   * @throws IllegalArgumentException if a cell is inside no cell of the level before; {@link
   *     #nested} omits such cells
   */
  public static CellHierarchy of(List<CellPartition> partitions) {
    requireLevels(partitions.size());
    for (int level = 1; level < partitions.size(); level++) {
      CellPartition fine = partitions.get(level);
      CellPartition coarse = partitions.get(level - 1);
      for (int label = 0; label < fine.size(); label++) {
        if (coarse.labelOfCell(fine.cellId(label)) < 0) {
          throw new IllegalArgumentException(
              String.format(
                  "cell %s of level %d lies in no cell of level %d: are the partitions ordered"
                      + " coarse to fine? CellHierarchy.nested leaves such cells out",
                  fine.s2Token(label), level, level - 1));
        }
      }
    }
    return new CellHierarchy(partitions);
  }

  /**
   * As {@link #of}, but omits every cell that is inside no cell of the level before, so labels may
   * change.
   *
   * @throws IllegalArgumentException if no cell of a level remains
   */
  public static CellHierarchy nested(List<CellPartition> partitions) {
    requireLevels(partitions.size());
    List<CellPartition> kept = new ArrayList<>();
    kept.add(partitions.get(0));
    for (int level = 1; level < partitions.size(); level++) {
      CellPartition fine = partitions.get(level);
      CellPartition coarse = kept.get(level - 1);
      int[] labels =
          IntStream.range(0, fine.size())
              .filter(label -> coarse.labelOfCell(fine.cellId(label)) >= 0)
              .toArray();
      if (labels.length == 0) {
        throw new IllegalArgumentException(
            "no cell of level " + level + " lies in a cell of level " + (level - 1));
      }
      kept.add(labels.length == fine.size() ? fine : fine.restrictedTo(labels));
    }
    return new CellHierarchy(kept);
  }

  /**
   * Returns the adaptive partitions for several limits; every cell has a parent by construction.
   *
   * @param options of all levels, apart from {@code maxPoints}
   * @param maxPoints the limit of each level, decreasing; GeoSURGE uses 25000, 10000, 5000, 2000,
   *     1000, 750, 500
   * @throws IllegalArgumentException if {@code points} is empty, the limits do not decrease, or a
   *     level has no cells
   */
  public static CellHierarchy adaptive(
      Collection<LatLng> points, AdaptiveOptions options, int... maxPoints) {
    return adaptive(PointSet.of(points), options, maxPoints);
  }

  /** As {@link #adaptive(Collection, AdaptiveOptions, int...)}, for points read as a stream. */
  public static CellHierarchy adaptive(PointSet points, AdaptiveOptions options, int... maxPoints) {
    List<AdaptiveOptions> levels = levels(options, maxPoints);
    return ofNonEmpty(PartitionBuilder.adaptive(points, levels), points, levels);
  }

  /**
   * As {@link #adaptive(Collection, AdaptiveOptions, int...)}, from the counts of points; see
   * {@link CellPartition#adaptive(CellCounts, AdaptiveOptions)}.
   */
  public static CellHierarchy adaptive(
      CellCounts counts, AdaptiveOptions options, int... maxPoints) {
    List<AdaptiveOptions> levels = levels(options, maxPoints);
    return ofNonEmpty(PartitionBuilder.adaptive(counts, levels), counts, levels);
  }

  private static List<AdaptiveOptions> levels(AdaptiveOptions options, int... maxPoints) {
    requireLevels(maxPoints.length);
    for (int level = 1; level < maxPoints.length; level++) {
      if (maxPoints[level] >= maxPoints[level - 1]) {
        throw new IllegalArgumentException(
            "maxPoints must decrease from level to level: " + Arrays.toString(maxPoints));
      }
    }
    return Arrays.stream(maxPoints).mapToObj(options::withMaxPoints).toList();
  }

  private static CellHierarchy ofNonEmpty(
      List<CellPartition> partitions, Object points, List<AdaptiveOptions> levels) {
    for (int level = 0; level < partitions.size(); level++) {
      if (partitions.get(level).size() == 0) {
        throw new IllegalArgumentException(
            "no cell is left of " + points + " with " + levels.get(level) + ": lower minPoints");
      }
    }
    return new CellHierarchy(partitions);
  }

  /**
   * Returns the cells of several S2 levels that contain points.
   *
   * @param s2Levels 0 to 30, increasing
   * @throws IllegalArgumentException if {@code points} is empty or the levels do not increase
   */
  public static CellHierarchy fixedLevels(Collection<LatLng> points, int... s2Levels) {
    return fixedLevels(PointSet.of(points), s2Levels);
  }

  /** As {@link #fixedLevels(Collection, int...)}, for points read as a stream. */
  public static CellHierarchy fixedLevels(PointSet points, int... s2Levels) {
    requireIncreasing(s2Levels);
    return new CellHierarchy(PartitionBuilder.fixedLevels(points, s2Levels));
  }

  /**
   * As {@link #fixedLevels(Collection, int...)}, from the counts of points.
   *
   * @param s2Levels 0 to the level of the counts, increasing
   */
  public static CellHierarchy fixedLevels(CellCounts counts, int... s2Levels) {
    requireIncreasing(s2Levels);
    return new CellHierarchy(PartitionBuilder.fixedLevels(counts, s2Levels));
  }

  private static void requireIncreasing(int... s2Levels) {
    requireLevels(s2Levels.length);
    for (int level = 1; level < s2Levels.length; level++) {
      if (s2Levels[level] <= s2Levels[level - 1]) {
        throw new IllegalArgumentException("S2 levels must increase: " + Arrays.toString(s2Levels));
      }
    }
  }

  private static void requireLevels(int levels) {
    if (levels == 0) {
      throw new IllegalArgumentException("a hierarchy needs at least one level");
    }
  }

  /** Returns the number of levels. */
  public int levels() {
    return partitions.size();
  }

  /**
   * Returns the partition of a level.
   *
   * @param level 0, the coarsest, to {@code levels() - 1}
   */
  public CellPartition partition(int level) {
    return partitions.get(level);
  }

  /** Returns all partitions, coarse to fine. */
  public List<CellPartition> partitions() {
    return partitions;
  }

  /** Returns the partition of the last level. */
  public CellPartition finest() {
    return partitions.get(partitions.size() - 1);
  }

  /** Returns the label, at a level, of the cell that contains a finest cell. */
  public int ancestorOf(int finestLabel, int level) {
    return ancestors[level][finestLabel];
  }

  /**
   * Returns the label, at the level before, of the cell that contains a cell; -1 at level 0.
   *
   * @param label of a cell of {@code level}
   */
  public int parentOf(int level, int label) {
    return parents[level][label];
  }

  /**
   * Saves the hierarchy as one CSV file: {@code level,s2Token,points,latitude,longitude}.
   *
   * @throws java.io.UncheckedIOException if the file cannot be written; then no file is left behind
   */
  public void save(Path file) {
    PartitionCsv.write(file, this);
  }

  /**
   * Loads a hierarchy saved by {@link #save}, or a partition as its only level.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws io.github.geofix.core.format.ModelFormatException if it is not a hierarchy
   */
  public static CellHierarchy load(Path file) {
    try {
      return of(PartitionCsv.readLevels(file));
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(file + ": " + e.getMessage(), e);
    }
  }

  /** Returns whether the other has the same partitions. */
  @Override
  public boolean equals(Object other) {
    return other instanceof CellHierarchy that && partitions.equals(that.partitions);
  }

  @Override
  public int hashCode() {
    return partitions.hashCode();
  }

  /** Returns the number of cells of each level. */
  @Override
  public String toString() {
    return partitions.stream().map(CellPartition::size).toList() + " cells";
  }
}
