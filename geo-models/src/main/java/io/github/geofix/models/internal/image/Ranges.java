package io.github.geofix.models.internal.image;

import java.util.SplittableRandom;

/** Ranges of random numbers. */
final class Ranges {
  private Ranges() {}

  /** Checks that {@code lowest <= from <= to <= highest}. */
  static void check(String name, double from, double to, double lowest, double highest) {
    boolean inside = lowest <= from && from <= to && to <= highest;
    if (!inside) {
      String given = from == to ? text(from) : text(from) + " to " + text(to);
      throw new IllegalArgumentException(
          name + " " + given + " is not within " + text(lowest) + " to " + text(highest));
    }
  }

  private static String text(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** Draws evenly; always takes one number from the source. */
  static double draw(double from, double to, SplittableRandom random) {
    return from + (to - from) * random.nextDouble();
  }
}
