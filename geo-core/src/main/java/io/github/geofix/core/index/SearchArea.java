package io.github.geofix.core.index;

import com.google.common.geometry.S1Angle;
import com.google.common.geometry.S2Cap;
import com.google.common.geometry.S2Cell;
import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2CellUnion;
import com.google.common.geometry.S2LatLng;
import com.google.common.geometry.S2LatLngRect;
import com.google.common.geometry.S2Region;
import com.google.common.geometry.S2RegionCoverer;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** An area of the Earth, as ranges of S2 cells and an exact test for rows near its edge. */
final class SearchArea {
  /** More cells follow the edge more closely; each costs two binary searches in each segment. */
  private static final int MAX_CELLS = 64;

  /** Room for the rounding of distances near the antipode, in radians: 0.6 m. */
  private static final double SLACK = 1e-7;

  /** The leaf cells of a cell; {@code whole} if all of them are in the area. */
  private record Range(long first, long last, boolean whole) {}

  private interface Test {
    boolean contains(double latitude, double longitude);
  }

  private final List<Range> ranges = new ArrayList<>();
  private final Test test;

  private SearchArea(Iterable<S2CellId> cells, Predicate<S2Cell> whole, Test test) {
    for (S2CellId cell : cells) {
      ranges.add(
          new Range(cell.rangeMin().id(), cell.rangeMax().id(), whole.test(new S2Cell(cell))));
    }
    this.test = test;
  }

  static SearchArea radius(LatLng center, double radiusKm) {
    if (!(radiusKm >= 0)) {
      throw new IllegalArgumentException("radiusKm must be 0 or more: " + radiusKm);
    }
    double angle = Math.min(radiusKm / GreatCircle.EARTH_RADIUS_KM, Math.PI);
    S2Cap inner = cap(center, angle - SLACK);
    return new SearchArea(
        cover(cap(center, Math.min(angle + SLACK, Math.PI))),
        inner::contains,
        (latitude, longitude) ->
            GreatCircle.distanceKm(center.latitude(), center.longitude(), latitude, longitude)
                <= radiusKm);
  }

  private static S2Cap cap(LatLng center, double angle) {
    return S2Cap.fromAxisAngle(
        S2LatLng.fromDegrees(center.latitude(), center.longitude()).toPoint(),
        S1Angle.radians(angle));
  }

  static SearchArea box(double south, double west, double north, double east) {
    LatLng low = new LatLng(south, west);
    LatLng high = new LatLng(north, east);
    if (south > north) {
      throw new IllegalArgumentException(
          "south " + south + " is more than north " + north + ": are they swapped?");
    }
    S2LatLngRect rect =
        new S2LatLngRect(
            S2LatLng.fromDegrees(low.latitude(), low.longitude()),
            S2LatLng.fromDegrees(high.latitude(), high.longitude()));
    return new SearchArea(
        cover(rect.expanded(S2LatLng.fromRadians(SLACK, SLACK))),
        cell -> rect.contains(cell.getRectBound()),
        (latitude, longitude) ->
            latitude >= south
                && latitude <= north
                && (between(west, longitude, east)
                    // The antimeridian has two names.
                    || (Math.abs(longitude) == 180 && between(west, -longitude, east))));
  }

  private static boolean between(double west, double longitude, double east) {
    return west <= east
        ? west <= longitude && longitude <= east
        : west <= longitude || longitude <= east;
  }

  static SearchArea of(Region region) {
    List<S2CellId> cells = LongStream.of(region.cellIds()).mapToObj(S2CellId::new).toList();
    return new SearchArea(cells, cell -> true, (latitude, longitude) -> true);
  }

  private static S2CellUnion cover(S2Region region) {
    return S2RegionCoverer.builder().setMaxCells(MAX_CELLS).build().getCovering(region);
  }

  /** Returns the runs of a segment's rows in the area: from, to, from, to, ascending. */
  int[] runs(Segment segment) {
    IntStream.Builder ends = IntStream.builder();
    int from = 0;
    int to = 0;
    for (Range range : ranges) {
      int last = segment.firstAtOrAbove(range.last() + 1);
      for (int row = segment.firstAtOrAbove(range.first()); row < last; row++) {
        int runEnd = range.whole() ? last : row + 1;
        if (range.whole() || test.contains(segment.latitude(row), segment.longitude(row))) {
          if (row != to) {
            add(ends, from, to);
            from = row;
          }
          to = runEnd;
        }
        row = runEnd - 1;
      }
    }
    add(ends, from, to);
    return ends.build().toArray();
  }

  private static void add(IntStream.Builder ends, int from, int to) {
    if (to > from) {
      ends.add(from);
      ends.add(to);
    }
  }

  /** Returns the intersection of two lists of runs. */
  static int[] intersect(int[] a, int[] b) {
    IntStream.Builder ends = IntStream.builder();
    int i = 0;
    int j = 0;
    while (i < a.length && j < b.length) {
      add(ends, Math.max(a[i], b[j]), Math.min(a[i + 1], b[j + 1]));
      if (a[i + 1] < b[j + 1]) {
        i += 2;
      } else {
        j += 2;
      }
    }
    return ends.build().toArray();
  }
}
