package io.github.geofix.models.image;

import java.util.SplittableRandom;

/** Ranges of random numbers. */
final class Ranges {
  private Ranges() {}

  /** Checks that {@code lowest <= from <= to <= highest}. */
  static void check(String name, double from, double to, double lowest, double highest) {
    boolean inside = lowest <= from && from <= to && to <= highest;
    if (!inside) {
      String given = from == to ? String.valueOf(from) : from + " to " + to;
      throw new IllegalArgumentException(
          name + " " + given + " is not within " + lowest + " to " + highest);
    }
  }

  /** Draws evenly; always takes one number from the source. */
  static double draw(double from, double to, SplittableRandom random) {
    return from + (to - from) * random.nextDouble();
  }
}
