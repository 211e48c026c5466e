package io.github.geofix.core.partition;

import com.google.common.geometry.S2CellId;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.cell.S2Cells;
import io.github.geofix.core.geodesy.GeoJsonWriter;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.SphericalMean;
import io.github.geofix.core.io.AtomicFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A set of disjoint S2 cells, numbered 0 to {@link #size()} - 1 in Hilbert-curve order, used as
 * class labels.
 *
 * <p>The adaptive construction follows Weyand, Kostrikov and Philbin, "PlaNet", ECCV 2016: crowded
 * cells are split, sparse cells dropped, so parts of the Earth carry no label. Immutable and
 * thread-safe.
 */
public final class CellPartition {

  /** Which cells an adaptive partition starts from and keeps. */
  public enum Rule {
    /**
     * GeoSURGE (arXiv 2510.01448): starts at the six faces of the cube and keeps cells of at least
     * {@code minPoints}.
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

    boolean keeps(int count, int minPoints) {
      return count - above >= minPoints;
    }
  }

  /** How the points of a cell are averaged. */
  public enum Mean {
    /** The direction of the sum of unit vectors: right everywhere on the sphere. */
    SPHERICAL,
    /**
     * The means of latitudes and of longitudes, as in the cells that ISN published: wrong for cells
     * over the antimeridian or a pole, a little off elsewhere.
     */
    DEGREES
  }

  /**
   * How an adaptive partition is made.
   *
   * @param minPoints sparser cells are dropped, 1 or more; both papers use 50
   * @param maxPoints cells of more points are split, {@code minPoints} or more
   * @param maxLevel the level at which splitting ends however crowded a cell is, 2 to 30
   * @param rule where to start and what to keep
   * @param mean what {@link CellPartition#meanOf} is
   */
  public record Options(int minPoints, int maxPoints, int maxLevel, Rule rule, Mean mean) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Options {
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
    public static Options defaults() {
      return new Options(50, 500, S2Cells.MAX_LEVEL, Rule.GEOSURGE, Mean.SPHERICAL);
    }

    /** Returns a copy with another least number of points. */
    public Options withMinPoints(int value) {
      return new Options(value, maxPoints, maxLevel, rule, mean);
    }

    /** Returns a copy with another greatest number of points. */
    public Options withMaxPoints(int value) {
      return new Options(minPoints, value, maxLevel, rule, mean);
    }

    /** Returns a copy with another last level. */
    public Options withMaxLevel(int value) {
      return new Options(minPoints, maxPoints, value, rule, mean);
    }

    /** Returns a copy with another rule. */
    public Options withRule(Rule value) {
      return new Options(minPoints, maxPoints, maxLevel, value, mean);
    }

    /** Returns a copy with another kind of mean. */
    public Options withMean(Mean value) {
      return new Options(minPoints, maxPoints, maxLevel, rule, value);
    }
  }

  private final long[] cells;
  private final int[] counts;
  private final double[] means; // latitude, longitude of each cell
  private final Map<String, String> metadata;
  private final LeafLookup lookup;
  private volatile double @Nullable [] areas; // km2, computed when first asked for

  private CellPartition(long[] cells, int[] counts, double[] means, Map<String, String> metadata) {
    this.cells = cells;
    this.counts = counts;
    this.means = means;
    this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    this.lookup = new LeafLookup(firstLeaves(cells));
  }

  /**
   * Builds the partition of {@code points}; their order does not matter.
   *
   * <p>Takes O(n + m log n) time and 40n bytes of memory for n points and m cells; a hundred
   * million points take about 20 s of one core and 4.4 GB.
   *
   * @throws IllegalArgumentException if {@code points} is empty
   */
  public static CellPartition adaptive(Collection<LatLng> points, Options options) {
    return adaptive(PointSet.of(points), options);
  }

  /**
   * As {@link #adaptive(Collection, Options)}, for points that came as a stream. The sorted points
   * are kept in the set, so a second partition of it costs little.
   */
  public static CellPartition adaptive(PointSet points, Options options) {
    return adaptive(points, List.of(options)).get(0);
  }

  /** Partitions of the same points by options that differ in {@code maxPoints} alone. */
  static List<CellPartition> adaptive(PointSet points, List<Options> options) {
    requirePoints(points);
    long[] leaves = points.sortedLeaves();
    List<long[]> cells = new ArrayList<>();
    List<Map<String, String>> metadata = new ArrayList<>();
    for (Options o : options) {
      IdList kept = new IdList();
      int from = 0;
      for (S2CellId cell = S2CellId.begin(o.rule.startLevel);
          !cell.equals(S2CellId.end(o.rule.startLevel));
          cell = cell.next()) {
        from = split(cell.id(), leaves, from, leaves.length, o, kept);
      }
      cells.add(kept.toArray());
      Map<String, String> made = new LinkedHashMap<>();
      made.put("partition", "adaptive");
      made.put("rule", o.rule.name().toLowerCase(Locale.ROOT));
      made.put("minPoints", Integer.toString(o.minPoints));
      made.put("maxPoints", Integer.toString(o.maxPoints));
      made.put("maxLevel", Integer.toString(o.maxLevel));
      made.put("points", Integer.toString(points.size()));
      metadata.add(made);
    }
    return withStatistics(points, cells, metadata, options.get(0).mean);
  }

  /** Splits a cell whose points start at {@code from}; returns where they end. */
  private static int split(
      long cell, long[] leaves, int from, int to, Options options, IdList kept) {
    int end = PointSet.upperBound(leaves, from, to, S2Cells.lastLeaf(cell));
    int count = end - from;
    if (!options.rule.keeps(count, options.minPoints)) {
      return end;
    }
    if (count <= options.maxPoints || S2Cells.level(cell) == options.maxLevel) {
      kept.add(cell);
      return end;
    }
    int childFrom = from;
    for (int position = 0; position < 4; position++) {
      childFrom = split(S2Cells.child(cell, position), leaves, childFrom, end, options, kept);
    }
    return end;
  }

  /**
   * Returns the cells of one level that hold at least one point.
   *
   * @param level 0 to 30
   * @throws IllegalArgumentException if {@code points} is empty or the level out of range
   */
  public static CellPartition fixedLevel(Collection<LatLng> points, int level) {
    return fixedLevel(PointSet.of(points), level);
  }

  /** As {@link #fixedLevel(Collection, int)}, for points that came as a stream. */
  public static CellPartition fixedLevel(PointSet points, int level) {
    return fixedLevels(points, level).get(0);
  }

  static List<CellPartition> fixedLevels(PointSet points, int... levels) {
    requirePoints(points);
    List<long[]> cells = new ArrayList<>();
    List<Map<String, String>> metadata = new ArrayList<>();
    for (int level : levels) {
      if (level < 0 || level > S2Cells.MAX_LEVEL) {
        throw new IllegalArgumentException("an S2 level is 0 to 30, not " + level);
      }
      cells.add(PointSet.cellsAt(points.sortedLeaves(), level));
      Map<String, String> made = new LinkedHashMap<>();
      made.put("partition", "fixed level");
      made.put("level", Integer.toString(level));
      made.put("points", Integer.toString(points.size()));
      metadata.add(made);
    }
    return withStatistics(points, cells, metadata, Mean.SPHERICAL);
  }

  private static void requirePoints(PointSet points) {
    if (points.size() == 0) {
      throw new IllegalArgumentException("a partition needs at least one point");
    }
  }

  /**
   * Counts and averages the points of several partitions in one pass: the ends of all cells cut the
   * curve into intervals, and a cell is the sum of the intervals within it.
   */
  private static List<CellPartition> withStatistics(
      PointSet points, List<long[]> partitions, List<Map<String, String>> metadata, Mean kind) {
    long[] leaves = points.sortedLeaves();
    long[] cuts = cuts(partitions);
    double[] sums = points.sums(cuts, kind);
    List<CellPartition> result = new ArrayList<>();
    for (int p = 0; p < partitions.size(); p++) {
      long[] cells = partitions.get(p);
      int[] counts = new int[cells.length];
      double[] means = new double[2 * cells.length];
      int at = 0;
      int cut = 0;
      for (int label = 0; label < cells.length; label++) {
        long first = S2Cells.firstLeaf(cells[label]);
        long last = S2Cells.lastLeaf(cells[label]);
        at = PointSet.upperBound(leaves, at, leaves.length, first - 1);
        int end = PointSet.upperBound(leaves, at, leaves.length, last);
        counts[label] = end - at;
        at = end;
        while (cuts[cut] != first) {
          cut++;
        }
        double x = 0;
        double y = 0;
        double z = 0;
        for (; cut < cuts.length && Long.compareUnsigned(cuts[cut], last) <= 0; cut++) {
          x += sums[PointSet.SUMS * cut];
          y += sums[PointSet.SUMS * cut + 1];
          z += sums[PointSet.SUMS * cut + 2];
        }
        // The points of a cell lie within one face, so their sum is never zero.
        LatLng mean =
            kind == Mean.SPHERICAL
                ? SphericalMean.latLngOf(x, y, z)
                : new LatLng(x / counts[label], y / counts[label]);
        means[2 * label] = mean.latitude();
        means[2 * label + 1] = mean.longitude();
      }
      result.add(new CellPartition(cells, counts, means, metadata.get(p)));
    }
    return result;
  }

  private static long[] cuts(List<long[]> partitions) {
    int cells = 0;
    for (long[] partition : partitions) {
      cells += partition.length;
    }
    long[] ends = new long[2 * cells];
    int size = 0;
    for (long[] partition : partitions) {
      for (long cell : partition) {
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

  /**
   * Returns the partition of the given cells, for lists that others published; the mean of a cell
   * is its center and its count 0.
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
          String.format(
              "%d cells need %d counts and %d coordinates, not %d and %d",
              size, size, 2 * size, counts.length, meanLatLngs.length));
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

  /** Returns the partition of some of the cells; {@code labels} is in order. */
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

  /** Returns the label of the cell that holds a point, or nothing where there is no cell. */
  public OptionalInt labelOf(LatLng point) {
    int label = labelOf(point.latitude(), point.longitude());
    return label >= 0 ? OptionalInt.of(label) : OptionalInt.empty();
  }

  /**
   * As {@link #labelOf(LatLng)}, without objects.
   *
   * @param latitude degrees, -90 to 90
   * @param longitude degrees, -180 to 180
   * @return the label, or -1 where there is no cell
   */
  public int labelOf(double latitude, double longitude) {
    return labelOfCell(S2Cells.leafOf(latitude, longitude));
  }

  /**
   * Returns the labels of many points.
   *
   * @param latLngs [2n], latitude, longitude, latitude, longitude, ...; of large arrays all cores
   *     take a part
   * @return [n], -1 where there is no cell
   */
  public int[] labelsOf(double[] latLngs) {
    return IntStream.range(0, latLngs.length / 2)
        .parallel()
        .map(i -> labelOf(latLngs[2 * i], latLngs[2 * i + 1]))
        .toArray();
  }

  /** Returns the label of the cell that holds the given cell or is it, or -1. */
  public int labelOfCell(long cellId) {
    int label = lookup.lastNotAfter(S2Cells.firstLeaf(cellId));
    return label >= 0 && S2Cells.contains(cells[label], cellId) ? label : -1;
  }

  /** The labels of the cells that lie in the given one. */
  IntStream labelsWithin(long cellId) {
    return IntStream.range(
        lookup.lastNotAfter(S2Cells.firstLeaf(cellId) - 1) + 1,
        lookup.lastNotAfter(S2Cells.lastLeaf(cellId)) + 1);
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

  /** Returns the number of points in a cell, 0 if the cells came without points. */
  public int countOf(int label) {
    return counts[label];
  }

  /**
   * Returns the mean of a cell's points, on the sphere unless {@link Mean#DEGREES} was asked for;
   * or its center if the cells came without points.
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

  /** Returns the area of every cell in km2, [m]. Computed once; not to be changed. */
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

  /** Returns the four corners of a cell, counter-clockwise; its sides are great circles. */
  public List<LatLng> cornersOf(int label) {
    return S2Cells.cornersOf(cells[label]);
  }

  /** Returns the labels, in order, of the cells that share a side or a corner with a cell. */
  public int[] neighborsOf(int label) {
    S2CellId cell = new S2CellId(cells[label]);
    List<S2CellId> around = new ArrayList<>();
    cell.getAllNeighbors(cell.level(), around);
    TreeSet<Integer> neighbors = new TreeSet<>();
    for (S2CellId place : around) {
      int holder = labelOfCell(place.id());
      if (holder >= 0) {
        neighbors.add(holder);
        continue;
      }
      labelsWithin(place.id())
          .filter(smaller -> touches(cells[smaller], cells[label]))
          .forEach(neighbors::add);
    }
    return neighbors.stream().mapToInt(Integer::intValue).toArray();
  }

  private static boolean touches(long small, long large) {
    S2CellId cell = new S2CellId(small);
    List<S2CellId> around = new ArrayList<>();
    cell.getAllNeighbors(cell.level(), around);
    return around.stream().anyMatch(place -> S2Cells.contains(large, place.id()));
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

  /** Returns how the partition was made, in words: rule, limits, number of points. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Returns a copy that carries other words about how it was made; they are saved with it. */
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
   * <p>Read are the columns {@code s2Token} (also {@code token}, {@code s2_token}, {@code hex_id})
   * or {@code cellId} (also {@code cell_id}, {@code s2_id}, {@code id}), and, where present, {@code
   * points} (also {@code count}, {@code imgs_per_cell}) and {@code latitude} and {@code longitude}
   * (also {@code latitude_mean}, {@code longitude_mean}); case does not matter. Memory grows with
   * the rows that are there, not with what the file claims.
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
   * points}, {@code latitude} and {@code longitude} (of the mean), to look at on a map.
   *
   * @throws java.io.UncheckedIOException if the file cannot be written; then no file is left behind
   */
  public void saveGeoJson(Path file) {
    AtomicFiles.write(
        file,
        temporary -> {
          try (GeoJsonWriter writer = new GeoJsonWriter(Files.newBufferedWriter(temporary))) {
            for (int label = 0; label < size(); label++) {
              Map<String, Object> properties = new LinkedHashMap<>();
              properties.put("label", label);
              properties.put("s2Token", s2Token(label));
              properties.put("points", counts[label]);
              properties.put("latitude", means[2 * label]);
              properties.put("longitude", means[2 * label + 1]);
              writer.polygons(List.of(cornersOf(label)), properties);
            }
          }
        });
  }

  /** Tells whether the other is a partition of the same cells with the same counts and means. */
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

  /** Shows the number of cells and how they were made. */
  @Override
  public String toString() {
    return size() + " cells" + (metadata.isEmpty() ? "" : " " + metadata);
  }

  /** A growing list of ids. */
  private static final class IdList {
    private long[] ids = new long[64];
    private int size;

    void add(long id) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, 2 * size);
      }
      ids[size++] = id;
    }

    long[] toArray() {
      return Arrays.copyOf(ids, size);
    }
  }
}
