package io.github.geofix.bench;

import io.github.geofix.eval.DistanceErrors;
import java.util.Locale;
import java.util.Random;

/**
 * Times the errors of many photos, sorted and counted, and prints one CSV row: wall seconds, and
 * the CPU seconds of all threads together.
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
    double best = Double.POSITIVE_INFINITY;
    double bestCpu = Double.POSITIVE_INFINITY;
    double median = 0;
    for (int repeat = 0; repeat < 3; repeat++) {
      long start = System.nanoTime();
      double cpu = RecallTable.cpuSeconds();
      median = DistanceErrors.ofDegrees(truths, guesses).medianKm();
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
      bestCpu = Math.min(bestCpu, RecallTable.cpuSeconds() - cpu);
    }
    System.out.println("pairs,bestOf3Seconds,bestOf3CpuSeconds,medianKm");
    System.out.printf(Locale.ROOT, "%d,%.2f,%.2f,%.3f%n", pairs, best, bestCpu, median);
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
