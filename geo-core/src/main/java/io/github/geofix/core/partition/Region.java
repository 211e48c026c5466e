package io.github.geofix.core.partition;

import com.google.common.geometry.S1Angle;
import com.google.common.geometry.S2Cap;
import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2CellUnion;
import com.google.common.geometry.S2LatLng;
import com.google.common.geometry.S2RegionCoverer;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.geodesy.GeoJsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * A region of the Earth: a union of S2 cells of any level. Immutable and thread-safe.
 *
 * <p>Normalized: four siblings are replaced by their parent, so equal regions have equal cells.
 */
public final class Region {
  private static final int CIRCLE_CELLS = 64;

  /** Disjoint cells in Hilbert order. */
  private final long[] cells;

  private Region(long[] cells) {
    this.cells = cells;
  }

  /**
   * Returns the union of cells.
   *
   * @param s2Tokens in any order; cells may overlap
   * @throws IllegalArgumentException if a token is not an S2 token
   */
  public static Region ofTokens(Collection<String> s2Tokens) {
    return ofCellIds(s2Tokens.stream().mapToLong(S2Cells::ofToken).toArray());
  }

  /**
   * As {@link #ofTokens}, for 64-bit S2 cell ids.
   *
   * @throws IllegalArgumentException if a number is not a cell id
   */
  public static Region ofCellIds(long... cellIds) {
    ArrayList<S2CellId> ids = new ArrayList<>(cellIds.length);
    for (long cell : cellIds) {
      if (!S2Cells.isValid(cell)) {
        throw new IllegalArgumentException("not an S2 cell id: " + Long.toUnsignedString(cell));
      }
      ids.add(new S2CellId(cell));
    }
    S2CellUnion union = new S2CellUnion();
    union.initFromCellIds(ids);
    return of(union);
  }

  /** Returns the region of one cell. */
  public static Region of(S2Cell cell) {
    return ofCellIds(cell.id());
  }

  private static Region of(S2CellUnion union) {
    return new Region(union.cellIds().stream().mapToLong(S2CellId::id).toArray());
  }

  /**
   * Returns a covering of a circle with at most 64 cells.
   *
   * @param radiusKm 0 or more
   */
  public static Region around(LatLng center, double radiusKm) {
    if (!(radiusKm >= 0)) {
      throw new IllegalArgumentException("radiusKm must be 0 or more: " + radiusKm);
    }
    double angle = Math.min(Math.PI, radiusKm / GreatCircle.EARTH_RADIUS_KM);
    S2RegionCoverer coverer = S2RegionCoverer.builder().setMaxCells(CIRCLE_CELLS).build();
    return of(
        coverer.getCovering(
            S2Cap.fromAxisAngle(
                S2LatLng.fromDegrees(center.latitude(), center.longitude()).toPoint(),
                S1Angle.radians(angle))));
  }

  /**
   * Returns the highest density region (Hyndman 1996) for a share of the score: the smallest region
   * of whole cells with at least this share, taken by descending score per km2.
   *
   * @param share more than 0, at most 1; 0.5 and 0.9 are usual
   * @param scores [m], one per cell, 0 or more, not all 0; they need not sum to 1
   * @throws IllegalArgumentException if the share or a score is out of range, or the lengths differ
   */
  public static Region holding(double share, CellPartition partition, double[] scores) {
    return holding(List.of(share), partition, scores).get(0);
  }

  /**
   * As {@link #holding(double, CellPartition, double[])} for several shares, at the cost of one:
   * O(m + h log m) time for h cells in the largest region.
   *
   * @param shares in any order
   * @return one region for each share, in the order of the shares
   */
  public static List<Region> holding(
      List<Double> shares, CellPartition partition, double[] scores) {
    for (double share : shares) {
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException("share must be more than 0 and at most 1: " + share);
      }
    }
    if (scores.length != partition.size()) {
      throw new IllegalArgumentException(
          Count.of(partition.size(), "cells but ") + Count.of(scores.length, "scores"));
    }
    double total = 0;
    for (double score : scores) {
      if (!(score >= 0 && score < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("a score must be a number of 0 or more, not " + score);
      }
      total += score;
    }
    if (!(total > 0)) {
      throw new IllegalArgumentException("all " + scores.length + " scores are 0");
    }
    DensestFirst densestFirst = new DensestFirst(partition, scores);
    long[] held = new long[scores.length];
    int size = 0;
    double sum = 0;
    Map<Double, Region> regionOf = new HashMap<>();
    for (double share : shares.stream().sorted().toList()) {
      // Sums in different orders differ in the last bits: all of the score is all of the cells.
      while (densestFirst.hasNext() && (share == 1 || sum < share * total)) {
        int label = densestFirst.next();
        held[size++] = partition.cellId(label);
        sum += scores[label];
      }
      regionOf.put(share, ofCellIds(Arrays.copyOf(held, size)));
    }
    return shares.stream().map(share -> Objects.requireNonNull(regionOf.get(share))).toList();
  }

  /**
   * Returns the share of the score in denser cells than a given one: the region of {@link #holding}
   * contains the cell if its share is larger. Takes O(m) time.
   *
   * @param label of a cell
   * @param scores [m], one per cell, 0 or more, not all 0
   * @return 0 for the densest cell; 1 for a cell of score 0, which is in no region
   */
  public static double shareBefore(int label, CellPartition partition, double[] scores) {
    if (scores[label] == 0) {
      return 1;
    }
    double[] areas = partition.areas();
    double density = scores[label] / areas[label];
    double before = 0;
    double total = 0;
    for (int other = 0; other < scores.length; other++) {
      double otherDensity = scores[other] / areas[other];
      if (otherDensity > density || (otherDensity == density && other < label)) {
        before += scores[other];
      }
      total += scores[other];
    }
    return before / total;
  }

  /** Returns whether a point is in the region. */
  public boolean contains(LatLng point) {
    return contains(point.latitude(), point.longitude());
  }

  /** As {@link #contains(LatLng)}, without objects; degrees. */
  public boolean contains(double latitude, double longitude) {
    return containsCell(S2Cells.leafOf(latitude, longitude));
  }

  /** Returns whether a cell is entirely in the region. */
  public boolean containsCell(long cellId) {
    int last = lastNotAfter(S2Cells.firstLeaf(cellId));
    return last >= 0 && S2Cells.contains(cells[last], cellId);
  }

  /** Returns whether a cell and the region overlap by more than a border. */
  public boolean intersectsCell(long cellId) {
    return containsCell(cellId)
        || lastNotAfter(S2Cells.firstLeaf(cellId) - 1) < lastNotAfter(S2Cells.lastLeaf(cellId));
  }

  /** Returns the index of the last cell that begins at or before a leaf, or -1. */
  private int lastNotAfter(long leaf) {
    int low = 0;
    int high = cells.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(S2Cells.firstLeaf(cells[middle]), leaf) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** Returns the area in km2. */
  public double areaKm2() {
    return LongStream.of(cells).mapToDouble(S2Cells::areaKm2).sum();
  }

  /** Returns the S2 tokens of the cells, in Hilbert order. */
  public List<String> s2Tokens() {
    return LongStream.of(cells).mapToObj(S2Cells::token).toList();
  }

  /** Returns the 64-bit S2 ids of the cells, in Hilbert order. */
  public long[] cellIds() {
    return cells.clone();
  }

  /** Returns the corners of each cell, in Hilbert order, counter-clockwise. */
  public List<List<LatLng>> rings() {
    return LongStream.of(cells).mapToObj(S2Cells::cornersOf).toList();
  }

  /** Returns the region as a GeoJSON feature collection of one feature. */
  public String toGeoJson() {
    StringWriter out = new StringWriter();
    try (GeoJsonWriter writer = new GeoJsonWriter(out)) {
      writer.polygons(rings(), Map.of("areaKm2", areaKm2()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  /** Returns whether the other is the same region. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Region that && Arrays.equals(cells, that.cells);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(cells);
  }

  /** Returns the tokens. */
  @Override
  public String toString() {
    return "Region" + s2Tokens();
  }
}
