package io.github.geofix.eval;

import io.github.geofix.core.internal.Count;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Two systems on the same photos, compared photo by photo: far sharper than comparing two
 * intervals, since both met the same hard photos.
 *
 * @param count the number of photos
 * @param limits the comparison within each distance
 * @param medianKm the median error of the second less that of the first, in km: negative if the
 *     second is nearer
 * @param meanScore the mean game score of the second less that of the first
 */
public record PairedComparison(
    int count, List<Limit> limits, Bootstrap.Interval medianKm, Bootstrap.Interval meanScore) {

  /**
   * The comparison within one distance.
   *
   * @param km the distance
   * @param both photos that both systems located within it
   * @param onlyFirst photos that only the first did
   * @param onlySecond photos that only the second did
   * @param neither photos that neither did
   * @param difference the accuracy of the second less that of the first, -1 to 1
   * @param pValue the chance of a split at least as uneven as {@code onlyFirst} to {@code
   *     onlySecond} were the systems equally good: the exact two-sided test of McNemar, "Note on
   *     the sampling error of the difference between correlated proportions", Psychometrika 12
   *     (1947)
   */
  public record Limit(
      double km,
      int both,
      int onlyFirst,
      int onlySecond,
      int neither,
      Bootstrap.Interval difference,
      double pValue) {}

  /** Copies the list. */
  public PairedComparison {
    limits = List.copyOf(limits);
  }

  /**
   * Compares two reports with each photo a place of its own.
   *
   * @throws IllegalArgumentException as {@link #of(DistanceReport, DistanceReport, int[],
   *     Bootstrap)}
   */
  public static PairedComparison of(DistanceReport first, DistanceReport second) {
    return of(first, second, IntStream.range(0, first.count()).toArray(), Bootstrap.defaults());
  }

  /**
   * Compares two reports. Photos are paired by path where both reports have them, or by file name
   * where the paths differ but the names are unique; else by position.
   *
   * @param first the reference, whose limits are used
   * @param second the system compared with it
   * @param placeOf a number for each photo of {@code first}, equal for photos of one place
   * @param bootstrap how intervals are drawn
   * @throws IllegalArgumentException if the reports are not of the same photos, or there is not one
   *     place a photo
   */
  public static PairedComparison of(
      DistanceReport first, DistanceReport second, int[] placeOf, Bootstrap bootstrap) {
    if (first.count() != second.count()) {
      throw new IllegalArgumentException(
          "the reports are not of the same photos: the first has "
              + first.count()
              + " of them, the second "
              + second.count());
    }
    if (placeOf.length != first.count()) {
      throw new IllegalArgumentException(
          Count.of(placeOf.length, "places for ") + Count.of(first.count(), "photos"));
    }
    double[] a = first.errors().toArray();
    double[] b = paired(first, second);
    List<Limit> limits = new ArrayList<>();
    for (double km : first.limitsKm()) {
      int[] split = new int[4];
      for (int i = 0; i < a.length; i++) {
        split[(a[i] <= km ? 0 : 2) + (b[i] <= km ? 0 : 1)]++;
      }
      limits.add(
          new Limit(
              km,
              split[0],
              split[1],
              split[2],
              split[3],
              bootstrap.interval(placeOf, photos -> within(b, photos, km) - within(a, photos, km)),
              mcNemar(split[1], split[2])));
    }
    return new PairedComparison(
        a.length,
        limits,
        bootstrap.interval(placeOf, photos -> median(b, photos) - median(a, photos)),
        bootstrap.interval(placeOf, photos -> score(b, photos) - score(a, photos)));
  }

  /** Returns the errors of the second in the photo order of the first. */
  private static double[] paired(DistanceReport first, DistanceReport second) {
    double[] errors = second.errors().toArray();
    if (first.photos().isEmpty() || second.photos().isEmpty()) {
      return errors;
    }
    List<Path> photos = paths(first);
    int[] rows = new PhotoPairing(paths(second)).find(photos);
    double[] ordered = new double[errors.length];
    for (int i = 0; i < ordered.length; i++) {
      if (rows[i] == PhotoPairing.MISSING) {
        throw new IllegalArgumentException(
            "the reports are not of the same photos: " + photos.get(i) + " is only in the first");
      }
      ordered[i] = errors[rows[i]];
    }
    return ordered;
  }

  private static List<Path> paths(DistanceReport report) {
    List<Path> photos = report.photos().stream().map(Path::of).toList();
    Set<Path> twice = new PhotoPairing(photos).twice();
    if (!twice.isEmpty()) {
      throw new IllegalArgumentException("photo " + twice.iterator().next() + " is there twice");
    }
    return photos;
  }

  private static double within(double[] errors, int[] photos, double km) {
    int count = 0;
    for (int photo : photos) {
      count += errors[photo] <= km ? 1 : 0;
    }
    return (double) count / photos.length;
  }

  private static double median(double[] errors, int[] photos) {
    double[] drawn = new double[photos.length];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = errors[photos[i]];
    }
    return Quantile.median(drawn);
  }

  private static double score(double[] errors, int[] photos) {
    double sum = 0;
    for (int photo : photos) {
      sum += DistanceErrors.score(errors[photo]);
    }
    return sum / photos.length;
  }

  /** Returns twice the lower tail of Binomial(b + c, 1/2) at the smaller of the two, at most 1. */
  static double mcNemar(int b, int c) {
    return b + c == 0
        ? 1
        : Math.min(
            1, 2 * BinomialDistribution.of(b + c, 0.5).cumulativeProbability(Math.min(b, c)));
  }

  /** Returns one row a distance, then the median error and the game score. */
  public Table table() {
    return table("first", "second");
  }

  /**
   * As {@link #table()}, with the systems' names in the header.
   *
   * @param first the name of the reference
   * @param second the name of the system compared with it
   */
  public Table table(String first, String second) {
    Table table =
        new Table("within", "difference", "95 % interval", "only " + first, "only " + second, "p");
    for (Limit limit : limits) {
      table.row(
          DistanceReport.plain(limit.km()) + " km",
          points(limit.difference().value()) + " points",
          range(limit.difference(), PairedComparison::points),
          Integer.toString(limit.onlyFirst()),
          Integer.toString(limit.onlySecond()),
          limit.pValue() < 0.0001
              ? "< 0.0001"
              : String.format(Locale.ROOT, "%.4f", limit.pValue()));
    }
    row(table, "median error", medianKm, PairedComparison::signedKm, " km");
    row(table, "game score", meanScore, PairedComparison::signed, "");
    return table;
  }

  private static void row(
      Table table,
      String what,
      Bootstrap.Interval difference,
      DoubleFunction<String> format,
      String unit) {
    String value = format.apply(difference.value()) + unit;
    table.row(what, value, range(difference, format), "", "", "");
  }

  private static String range(Bootstrap.Interval interval, DoubleFunction<String> format) {
    return format.apply(interval.low()) + " to " + format.apply(interval.high());
  }

  private static String signedKm(double km) {
    return (km < 0 ? "-" : "+") + DistanceReport.km(Math.abs(km));
  }

  private static String signed(double score) {
    return String.format(Locale.ROOT, "%+.0f", score);
  }

  private static String points(double share) {
    return String.format(Locale.ROOT, "%+.1f", 100 * share);
  }
}
