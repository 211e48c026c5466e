package io.github.geofix.core.partition;

import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.partition.RadixSort;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A partition of the Earth into disjoint S2 cells, numbered 0 to {@link #size()} - 1 in Hilbert
 * order: the classes of a geo-classifier. Immutable and thread-safe.
 *
 * <p>The adaptive construction follows Weyand, Kostrikov and Philbin, "PlaNet", ECCV 2016: cells
 * with many points are split, cells with few are dropped, so some of the Earth has no label.
 */
public final class CellPartition {

  private final long[] cells;
  private final int[] counts;
  private final double[] means; // latitude, longitude of each cell
  private final Map<String, String> metadata;
  private final LeafLookup lookup;
  private volatile double @Nullable [] areas; // km2, computed on first use

  CellPartition(long[] cells, int[] counts, double[] means, Map<String, String> metadata) {
    this.cells = cells;
    this.counts = counts;
    this.means = means;
    this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    this.lookup = new LeafLookup(firstLeaves(cells));
  }

  /**
   * Builds the adaptive partition of points, whose order does not matter.
   *
   * <p>Takes O(n + m log n) time for n points and m cells, and the memory of a {@link PointSet}.
   *
   * @throws IllegalArgumentException if {@code points} is empty
   */
  public static CellPartition adaptive(Collection<LatLng> points, AdaptiveOptions options) {
    return adaptive(PointSet.of(points), options);
  }

  /**
   * As {@link #adaptive(Collection, AdaptiveOptions)}, for points read as a stream. The set keeps
   * its points sorted, so further partitions of it cost little.
   */
  public static CellPartition adaptive(PointSet points, AdaptiveOptions options) {
    return PartitionBuilder.adaptive(points, List.of(options)).get(0);
  }

  /**
   * As {@link #adaptive(Collection, AdaptiveOptions)}, from the counts of points. The cells and
   * counts are exactly those of the points; the means differ by at most a centimeter.
   *
   * @param options with a {@code maxLevel} of at most the level of the counts, and spherical means
   * @throws IllegalArgumentException if the counts are empty or do not suffice for the options
   * @throws ArithmeticException if a cell has more than 2^31 - 1 points
   */
  public static CellPartition adaptive(CellCounts counts, AdaptiveOptions options) {
    return PartitionBuilder.adaptive(counts, List.of(options)).get(0);
  }

  /**
   * Returns the cells of one S2 level that contain points.
   *
   * @param level 0 to 30
   * @throws IllegalArgumentException if {@code points} is empty or the level out of range
   */
  public static CellPartition fixedLevel(Collection<LatLng> points, int level) {
    return fixedLevel(PointSet.of(points), level);
  }

  /** As {@link #fixedLevel(Collection, int)}, for points read as a stream. */
  public static CellPartition fixedLevel(PointSet points, int level) {
    return PartitionBuilder.fixedLevels(points, level).get(0);
  }

  /**
   * As {@link #fixedLevel(Collection, int)}, from the counts of points.
   *
   * @param level 0 to the level of the counts
   */
  public static CellPartition fixedLevel(CellCounts counts, int level) {
    return PartitionBuilder.fixedLevels(counts, level).get(0);
  }

  /**
   * Returns the partition of given cells, such as published ones. Counts are 0, and the mean of a
   * cell is its center.
   *
   * @param s2Tokens in any order
   * @throws IllegalArgumentException if a token is not an S2 token or two cells overlap
   */
  public static CellPartition ofTokens(Collection<String> s2Tokens) {
    return ofCellIds(s2Tokens.stream().mapToLong(S2Cells::ofToken).toArray());
  }

  /**
   * As {@link #ofTokens}, for 64-bit S2 cell ids.
   *
   * @throws IllegalArgumentException if a number is not a cell id or two cells overlap
   */
  public static CellPartition ofCellIds(long... cellIds) {
    long[] cells = cellIds.clone();
    RadixSort.sortUnsigned(cells);
    double[] means = new double[2 * cells.length];
    requireCells(cells);
    for (int label = 0; label < cells.length; label++) {
      LatLng center = S2Cells.centerOf(cells[label]);
      means[2 * label] = center.latitude();
      means[2 * label + 1] = center.longitude();
    }
    return new CellPartition(cells, new int[cells.length], means, Map.of());
  }

  /**
   * Restores a partition from {@link #cellIds()}, {@link #counts()} and {@link #meanLatLngs()},
   * exactly.
   *
   * @param cellIds [m], in the order of labels
   * @param counts [m], points of each cell
   * @param meanLatLngs [2m], latitude and longitude of each cell's mean
   * @throws IllegalArgumentException if the lengths differ, a value is out of range, cells overlap
   *     or are not in order
   */
  public static CellPartition ofCells(long[] cellIds, int[] counts, double[] meanLatLngs) {
    int size = cellIds.length;
    if (counts.length != size || meanLatLngs.length != 2 * size) {
      throw new IllegalArgumentException(
          "%s: arrays of %d counts and %d coordinates are needed, not of %d and %d"
              .formatted(
                  Count.of(size, "cells"), size, 2 * size, counts.length, meanLatLngs.length));
    }
    requireCells(cellIds);
    for (int label = 0; label < size; label++) {
      if (counts[label] < 0) {
        throw new IllegalArgumentException("cell " + label + " has a count of " + counts[label]);
      }
      LatLng unused = new LatLng(meanLatLngs[2 * label], meanLatLngs[2 * label + 1]);
    }
    return new CellPartition(cellIds.clone(), counts.clone(), meanLatLngs.clone(), Map.of());
  }

  /** Returns the partition of some of the cells, given by ascending labels. */
  CellPartition restrictedTo(int[] labels) {
    return new CellPartition(
        IntStream.of(labels).mapToLong(label -> cells[label]).toArray(),
        IntStream.of(labels).map(label -> counts[label]).toArray(),
        IntStream.of(labels)
            .mapToObj(label -> DoubleStream.of(means[2 * label], means[2 * label + 1]))
            .flatMapToDouble(mean -> mean)
            .toArray(),
        metadata);
  }

  private static void requireCells(long[] cells) {
    for (int label = 0; label < cells.length; label++) {
      if (!S2Cells.isValid(cells[label])) {
        throw new IllegalArgumentException(
            "not an S2 cell id: " + Long.toUnsignedString(cells[label]));
      }
      if (label > 0
          && Long.compareUnsigned(
                  S2Cells.lastLeaf(cells[label - 1]), S2Cells.firstLeaf(cells[label]))
              >= 0) {
        throw new IllegalArgumentException(
            String.format(
                "cells %s and %s overlap or are not in Hilbert order",
                S2Cells.token(cells[label - 1]), S2Cells.token(cells[label])));
      }
    }
  }

  private static long[] firstLeaves(long[] cells) {
    long[] firsts = new long[cells.length];
    for (int i = 0; i < cells.length; i++) {
      firsts[i] = S2Cells.firstLeaf(cells[i]);
    }
    return firsts;
  }

  /** Returns the number of cells. */
  public int size() {
    return cells.length;
  }

  /** Returns the label of the cell that contains a point; empty if there is none. */
  public OptionalInt labelOf(LatLng point) {
    int label = labelOf(point.latitude(), point.longitude());
    return label >= 0 ? OptionalInt.of(label) : OptionalInt.empty();
  }

  /**
   * As {@link #labelOf(LatLng)}, without objects.
   *
   * @param latitude degrees, -90 to 90
   * @param longitude degrees, -180 to 180
   * @return the label, or -1 if no cell contains the point
   */
  public int labelOf(double latitude, double longitude) {
    return labelOfCell(S2Cells.leafOf(latitude, longitude));
  }

  /**
   * Returns the labels of many points, computed on all processors.
   *
   * @param latLngs [2n], latitude, longitude, latitude, longitude, ...
   * @return [n], -1 where no cell contains the point
   */
  public int[] labelsOf(double[] latLngs) {
    return IntStream.range(0, latLngs.length / 2)
        .parallel()
        .map(i -> labelOf(latLngs[2 * i], latLngs[2 * i + 1]))
        .toArray();
  }

  /** Returns the label of the cell that contains or equals a cell, or -1. */
  public int labelOfCell(long cellId) {
    int label = lookup.lastNotAfter(S2Cells.firstLeaf(cellId));
    return label >= 0 && S2Cells.contains(cells[label], cellId) ? label : -1;
  }

  /** Returns a cell. */
  public S2Cell cell(int label) {
    return new S2Cell(cells[label]);
  }

  /** Returns the S2 token of a cell. */
  public String s2Token(int label) {
    return S2Cells.token(cells[label]);
  }

  /** Returns the 64-bit S2 id of a cell. */
  public long cellId(int label) {
    return cells[label];
  }

  /** Returns the center of a cell. */
  public LatLng centerOf(int label) {
    return S2Cells.centerOf(cells[label]);
  }

  /** Returns the number of points in a cell; 0 if the partition was not built from points. */
  public int countOf(int label) {
    return counts[label];
  }

  /**
   * Returns the mean position of a cell's points, see {@link AdaptiveOptions.Mean}; its center if
   * the partition was not built from points.
   */
  public LatLng meanOf(int label) {
    return new LatLng(means[2 * label], means[2 * label + 1]);
  }

  /** Returns the distance in km from a cell's mean to its farthest corner. */
  public double radiusKm(int label) {
    return S2Cells.radiusKm(cells[label], meanOf(label));
  }

  /** Returns the area of a cell in km2. */
  public double areaKm2(int label) {
    double[] known = areas;
    return known == null ? S2Cells.areaKm2(cells[label]) : known[label];
  }

  /** Returns the area of every cell in km2, [m], computed once. Callers must not change it. */
  double[] areas() {
    double[] known = areas;
    if (known == null) {
      known = new double[cells.length];
      for (int label = 0; label < known.length; label++) {
        known[label] = S2Cells.areaKm2(cells[label]);
      }
      areas = known;
    }
    return known;
  }

  /** Returns the corners of a cell, counter-clockwise; its edges are great circles. */
  public List<LatLng> cornersOf(int label) {
    return S2Cells.cornersOf(cells[label]);
  }

  /** Returns the 64-bit S2 ids of all cells, [m] in the order of labels. */
  public long[] cellIds() {
    return cells.clone();
  }

  /** Returns the number of points of all cells, [m]. */
  public int[] counts() {
    return counts.clone();
  }

  /** Returns the means of all cells, [2m]: latitude, longitude, latitude, longitude, ... */
  public double[] meanLatLngs() {
    return means.clone();
  }

  /** Returns how the partition was built: rule, limits, number of points. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Returns a copy with other metadata, which is saved with it. */
  public CellPartition withMetadata(Map<String, String> values) {
    return new CellPartition(cells, counts, means, values);
  }

  /**
   * Saves the partition as CSV: metadata as {@code # key: value}, a header {@code
   * s2Token,points,latitude,longitude}, one row a cell.
   *
   * @throws java.io.UncheckedIOException if the file cannot be written; then no file is left behind
   */
  public void save(Path file) {
    PartitionCsv.write(file, this);
  }

  /**
   * Loads a partition saved by {@link #save}, or any CSV file with a column of S2 tokens or ids.
   *
   * <p>Reads the columns {@code s2Token} (also {@code token}, {@code s2_token}, {@code hex_id}) or
   * {@code cellId} (also {@code cell_id}, {@code s2_id}, {@code id}), and if present {@code points}
   * (also {@code count}, {@code imgs_per_cell}) and {@code latitude} and {@code longitude} (also
   * {@code latitude_mean}, {@code longitude_mean}); case does not matter.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws io.github.geofix.core.format.ModelFormatException if it is not a list of disjoint
   *     cells; the message names the line
   */
  public static CellPartition load(Path file) {
    return PartitionCsv.read(file);
  }

  /**
   * Saves the cells as GeoJSON polygons with the properties {@code label}, {@code s2Token}, {@code
   * points}, {@code latitude} and {@code longitude} (of the mean).
   *
   * @throws java.io.UncheckedIOException if the file cannot be written; then no file is left behind
   */
  public void saveGeoJson(Path file) {
    PartitionGeoJson.write(file, this);
  }

  /** Returns whether the other has the same cells, counts and means. */
  @Override
  public boolean equals(Object other) {
    return other instanceof CellPartition that
        && Arrays.equals(cells, that.cells)
        && Arrays.equals(counts, that.counts)
        && Arrays.equals(means, that.means);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(cells);
  }

  /** Returns the number of cells and the metadata. */
  @Override
  public String toString() {
    return Count.of(size(), "cells") + (metadata.isEmpty() ? "" : " " + metadata);
  }

  /**
   * Options of an adaptive {@link CellPartition}.
   *
   * @param minPoints cells with fewer points are dropped, 1 or more; both papers use 50
   * @param maxPoints cells with more points are split, {@code minPoints} or more
   * @param maxLevel the S2 level at which splitting ends regardless of the count, 2 to 30
   * @param rule the start level and the threshold for keeping cells
   * @param mean the definition of {@link CellPartition#meanOf}
   */
  public record AdaptiveOptions(int minPoints, int maxPoints, int maxLevel, Rule rule, Mean mean) {

    /** The start level and the threshold for keeping cells. */
    public enum Rule {
      /**
       * GeoSURGE (arXiv 2510.01448): starts at the six faces of the cube and keeps cells of at
       * least {@code minPoints}.
       */
      GEOSURGE(0, 0),
      /**
       * ISN (Müller-Budack, Pustu-Iren and Ewerth, "Geolocation Estimation of Photos using a
       * Hierarchical Model and Scene Classification", ECCV 2018): starts at level 2 and keeps cells
       * of more than {@code minPoints}.
       */
      ISN(2, 1);

      final int startLevel;
      private final int above;

      Rule(int startLevel, int above) {
        this.startLevel = startLevel;
        this.above = above;
      }

      boolean keeps(long count, int minPoints) {
        return count - above >= minPoints;
      }
    }

    /** The definition of the mean position of a cell's points. */
    public enum Mean {
      /** The direction of the sum of unit vectors, correct everywhere on the sphere. */
      SPHERICAL,
      /**
       * The means of latitudes and of longitudes, as in the cells published with ISN: wrong for
       * cells that contain the antimeridian or a pole, slightly biased elsewhere.
       */
      DEGREES
    }

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public AdaptiveOptions {
      if (minPoints < 1) {
        throw new IllegalArgumentException("minPoints must be 1 or more: " + minPoints);
      }
      if (maxPoints < minPoints) {
        throw new IllegalArgumentException(
            "maxPoints " + maxPoints + " is less than minPoints " + minPoints);
      }
      if (maxLevel < 2 || maxLevel > S2Cells.MAX_LEVEL) {
        throw new IllegalArgumentException("maxLevel must be 2 to 30: " + maxLevel);
      }
    }

    /** Returns GeoSURGE's finest level: cells of 50 to 500 points, of any size. */
    public static AdaptiveOptions defaults() {
      return new AdaptiveOptions(50, 500, S2Cells.MAX_LEVEL, Rule.GEOSURGE, Mean.SPHERICAL);
    }

    /** Returns a copy with another minimum number of points. */
    public AdaptiveOptions withMinPoints(int minPoints) {
      return new AdaptiveOptions(minPoints, maxPoints, maxLevel, rule, mean);
    }

    /** Returns a copy with another maximum number of points. */
    public AdaptiveOptions withMaxPoints(int maxPoints) {
      return new AdaptiveOptions(minPoints, maxPoints, maxLevel, rule, mean);
    }

    /** Returns a copy with another last level. */
    public AdaptiveOptions withMaxLevel(int maxLevel) {
      return new AdaptiveOptions(minPoints, maxPoints, maxLevel, rule, mean);
    }

    /** Returns a copy with another rule. */
    public AdaptiveOptions withRule(Rule rule) {
      return new AdaptiveOptions(minPoints, maxPoints, maxLevel, rule, mean);
    }

    /** Returns a copy with another mean. */
    public AdaptiveOptions withMean(Mean mean) {
      return new AdaptiveOptions(minPoints, maxPoints, maxLevel, rule, mean);
    }
  }
}
