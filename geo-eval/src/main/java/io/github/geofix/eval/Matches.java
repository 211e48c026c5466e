package io.github.geofix.eval;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Which rows of a gallery are right for each query. Immutable and thread-safe.
 *
 * <p>A query may have several positives, and several queries may share them. A semi-positive, as in
 * VIGOR, shows the query's place but is not centered on it: it counts as wrong for recall, and is
 * overlooked by the hit rates.
 */
public final class Matches {

  private static final int[] NONE = {};

  private final int[][] positives;
  private final int[][] semiPositives;

  private Matches(int[][] positives, int[][] semiPositives) {
    this.positives = positives;
    this.semiPositives = semiPositives;
  }

  /** Returns matches where row {@code row[q]} is the one positive of query q. */
  public static Matches of(int... rows) {
    return of(Arrays.stream(rows).mapToObj(row -> new int[] {row}).toList());
  }

  /**
   * Returns matches with any number of positives for each query, at least one.
   *
   * @throws IllegalArgumentException if a query has none
   */
  public static Matches of(List<int[]> positives) {
    int[][] copy = copy(positives);
    for (int q = 0; q < copy.length; q++) {
      if (copy[q].length == 0) {
        throw new IllegalArgumentException("query " + q + " has no positive");
      }
    }
    return withoutSemiPositives(copy);
  }

  private static Matches withoutSemiPositives(int[][] positives) {
    int[][] none = new int[positives.length][];
    Arrays.fill(none, NONE);
    return new Matches(positives, none);
  }

  /**
   * Returns matches where every gallery row at most {@code limitKm} away is positive: R@1 of these
   * is the R@1@50m of cross-view benchmarks when {@code limitKm} is 0.05. A query with no row that
   * near is never right.
   */
  public static Matches within(List<LatLng> queries, List<LatLng> gallery, double limitKm) {
    int[] byLatitude =
        IntStream.range(0, gallery.size())
            .boxed()
            .sorted(Comparator.comparingDouble(row -> gallery.get(row).latitude()))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] latitudes =
        Arrays.stream(byLatitude).mapToDouble(row -> gallery.get(row).latitude()).toArray();
    // A hair more than the limit: the distance itself decides.
    double degrees = Math.toDegrees(limitKm / GreatCircle.EARTH_RADIUS_KM) * (1 + 1e-9) + 1e-12;
    List<int[]> positives = new ArrayList<>(queries.size());
    for (LatLng query : queries) {
      int from = Arrays.binarySearch(latitudes, query.latitude() - degrees);
      IntStream.Builder near = IntStream.builder();
      for (int i = first(latitudes, from < 0 ? -from - 1 : from, query.latitude() - degrees);
          i < latitudes.length && latitudes[i] <= query.latitude() + degrees;
          i++) {
        if (GreatCircle.distanceKm(query, gallery.get(byLatitude[i])) <= limitKm) {
          near.add(byLatitude[i]);
        }
      }
      positives.add(near.build().toArray());
    }
    return withoutSemiPositives(copy(positives));
  }

  /** Steps back over equal values: a binary search finds any of them. */
  private static int first(double[] sorted, int found, double value) {
    int first = found;
    while (first > 0 && sorted[first - 1] >= value) {
      first--;
    }
    return first;
  }

  /**
   * Returns a copy with semi-positives, an empty array for a query without. A row that is a
   * positive of the query already stays only that.
   *
   * @throws IllegalArgumentException if there is not one array a query
   */
  public Matches withSemiPositives(List<int[]> semiPositives) {
    if (semiPositives.size() != positives.length) {
      throw new IllegalArgumentException(
          Count.of(semiPositives.size(), "lists of semi-positives for ")
              + Count.of(positives.length, "queries"));
    }
    int[][] others = copy(semiPositives);
    for (int q = 0; q < others.length; q++) {
      int[] right = positives[q];
      others[q] =
          Arrays.stream(others[q]).filter(row -> Arrays.binarySearch(right, row) < 0).toArray();
    }
    return new Matches(positives, others);
  }

  private static int[][] copy(List<int[]> lists) {
    // Sorted and distinct, so that a row named twice counts once.
    return lists.stream()
        .map(list -> Arrays.stream(list).sorted().distinct().toArray())
        .toArray(int[][]::new);
  }

  /** Returns the number of queries. */
  public int size() {
    return positives.length;
  }

  int[] positives(int query) {
    return positives[query];
  }

  /** Returns the rows that show the place of a query but are not right, in ascending order. */
  public int[] semiPositives(int query) {
    return semiPositives[query].clone();
  }

  /** Returns the first row that is right for a query, if there is one. */
  public OptionalInt right(int query) {
    return Arrays.stream(positives[query]).findFirst();
  }

  /** What a row is to a query. */
  public enum Judgment {
    /** A positive. */
    RIGHT,
    /** A semi-positive. */
    COVERING,
    /** Any other row. */
    WRONG
  }

  /** Returns what a row of the gallery is to a query. */
  public Judgment judge(int query, int row) {
    if (Arrays.binarySearch(positives[query], row) >= 0) {
      return Judgment.RIGHT;
    }
    return Arrays.binarySearch(semiPositives[query], row) >= 0 ? Judgment.COVERING : Judgment.WRONG;
  }

  /** Returns the positives and semi-positives of a query. */
  int[] covering(int query) {
    int[] covering =
        Arrays.copyOf(positives[query], positives[query].length + semiPositives[query].length);
    System.arraycopy(
        semiPositives[query], 0, covering, positives[query].length, semiPositives[query].length);
    return covering;
  }
}
