package io.github.geofix.eval;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongToDoubleFunction;

/**
 * The figures of a {@link DistanceReport} for photos that were located in parts, on any number of
 * machines. Tallies of the parts can be merged in any order, and give the figures of one report of
 * all photos to the last digit. Takes a few hundred bytes, whatever the number of photos. Not
 * thread-safe.
 *
 * <p>Quantiles need a few errors of all in ascending order: those at {@link #ranks}.
 *
 * <pre>{@code
 * DistanceTally tally = new DistanceTally(DistanceReport.STANDARD_KM);
 * tally.add(truth, guess);
 * tally.merge(tallyOfAnotherPart);
 * DistanceReport.Summary summary = tally.summary(rank -> sortedErrorsKm[(int) rank]);
 * }</pre>
 */
public final class DistanceTally implements Serializable {
  private static final long serialVersionUID = 1;

  private final double[] limitsKm;
  private final long[] within;
  private final ExactSum km = new ExactSum();
  private final ExactSum score = new ExactSum();
  private long count;

  /**
   * Creates an empty tally.
   *
   * @param limitsKm the limits to report
   */
  public DistanceTally(List<Double> limitsKm) {
    this.limitsKm = limitsKm.stream().mapToDouble(Double::doubleValue).toArray();
    this.within = new long[limitsKm.size()];
  }

  /**
   * Adds a located photo.
   *
   * @return its error in km
   */
  public double add(LatLng truth, LatLng guess) {
    double error = GreatCircle.distanceKm(truth, guess);
    add(error);
    return error;
  }

  /**
   * Adds an error.
   *
   * @throws IllegalArgumentException if it is not within 0 and {@link DistanceErrors#WORST_KM}
   */
  public void add(double errorKm) {
    DistanceErrors.require(errorKm);
    for (int i = 0; i < limitsKm.length; i++) {
      within[i] += errorKm <= limitsKm[i] ? 1 : 0;
    }
    km.add(errorKm);
    score.add(DistanceErrors.score(errorKm));
    count++;
  }

  /**
   * Adds what another tally counted.
   *
   * @throws IllegalArgumentException if the limits differ
   */
  public void merge(DistanceTally other) {
    if (!Arrays.equals(limitsKm, other.limitsKm)) {
      throw new IllegalArgumentException(
          "tallies at the limits "
              + Arrays.toString(limitsKm)
              + " and "
              + Arrays.toString(other.limitsKm)
              + " cannot be merged");
    }
    for (int i = 0; i < within.length; i++) {
      within[i] += other.within[i];
    }
    km.add(other.km);
    score.add(other.score);
    count += other.count;
  }

  /** Returns the number of photos. */
  public long count() {
    return count;
  }

  /** Returns the positions, from 0, of the errors that quantiles are computed from. */
  public long[] ranks() {
    TreeSet<Long> ranks = new TreeSet<>();
    List<Double> shares = new ArrayList<>(List.of(0.5));
    Arrays.stream(DistanceReport.quantiles()).forEach(shares::add);
    for (double q : shares) {
      double unused =
          Quantile.of(
              count,
              rank -> {
                ranks.add(rank);
                return 0;
              },
              q);
    }
    return ranks.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Returns the figures.
   *
   * @param kmAt the error at each of {@link #ranks} of all errors in ascending order, in km
   * @throws IllegalArgumentException if there is no photo
   * @throws ArithmeticException if there are more than 2^31 - 1
   */
  public DistanceReport.Summary summary(LongToDoubleFunction kmAt) {
    if (count == 0) {
      throw new IllegalArgumentException("there is no photo to evaluate");
    }
    Map<String, Share> shares = new LinkedHashMap<>();
    for (int i = 0; i < limitsKm.length; i++) {
      shares.put(DistanceReport.plain(limitsKm[i]), Share.of(within[i], count));
    }
    Map<String, Double> quantiles = new LinkedHashMap<>();
    for (double q : DistanceReport.quantiles()) {
      quantiles.put(DistanceReport.plain(q), Quantile.of(count, kmAt, q));
    }
    return new DistanceReport.Summary(
        Math.toIntExact(count),
        Quantile.of(count, kmAt, 0.5),
        km.value() / count,
        score.value() / count,
        shares,
        quantiles);
  }
}
