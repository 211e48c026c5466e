package io.github.geofix.bench;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.eval.DistanceErrors;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Times the distances of many pairs of points, and the same within a report's errors, which are
 * checked and sorted as well; prints one CSV row, the least of three.
 *
 * <p>Arguments: the number of pairs in millions, 10 by default.
 */
public final class DistanceTable {

  private DistanceTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    int pairs = 1_000_000 * (args.length > 0 ? Integer.parseInt(args[0]) : 10);
    double[] truths = degrees(pairs, 1);
    double[] guesses = degrees(pairs, 2);
    double[] km = new double[pairs];
    double distances = Double.POSITIVE_INFINITY;
    double all = Double.POSITIVE_INFINITY;
    double median = 0;
    for (int repeat = 0; repeat < 3; repeat++) {
      long start = System.nanoTime();
      Arrays.parallelSetAll(
          km,
          i ->
              GreatCircle.distanceKm(
                  truths[2 * i], truths[2 * i + 1], guesses[2 * i], guesses[2 * i + 1]));
      distances = Math.min(distances, (System.nanoTime() - start) / 1e9);
      start = System.nanoTime();
      median = DistanceErrors.ofDegrees(truths, guesses).medianKm();
      all = Math.min(all, (System.nanoTime() - start) / 1e9);
    }
    System.out.println("pairs,distancesSeconds,errorsWithMedianSeconds,medianKm");
    System.out.printf(Locale.ROOT, "%d,%.2f,%.2f,%.3f%n", pairs, distances, all, median);
  }

  private static double[] degrees(int pairs, long seed) {
    Random random = new Random(seed);
    double[] degrees = new double[2 * pairs];
    for (int i = 0; i < pairs; i++) {
      degrees[2 * i] = Math.toDegrees(Math.asin(2 * random.nextDouble() - 1));
      degrees[2 * i + 1] = 360 * random.nextDouble() - 180;
    }
    return degrees;
  }
}
