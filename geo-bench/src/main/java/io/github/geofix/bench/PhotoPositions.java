package io.github.geofix.bench;

import java.util.Random;

/** Positions as crowded as photos are: cities of very different sizes, and a few anywhere. */
final class PhotoPositions {
  private static final int CITIES = 2_000;
  private static final double CITY_DEGREES = 0.2;

  private PhotoPositions() {}

  /** Returns positions, [2n]: latitude, longitude, latitude, longitude, ... */
  static double[] generate(int count, long seed) {
    Random random = new Random(seed);
    double[] cities = new double[2 * CITIES];
    for (int i = 0; i < cities.length; i += 2) {
      anywhere(random, cities, i);
    }
    double[] positions = new double[2 * count];
    for (int i = 0; i < positions.length; i += 2) {
      if (random.nextInt(10) == 0) {
        anywhere(random, positions, i);
        continue;
      }
      // The size of a city falls with its rank: Zipf's law.
      int city = (int) (CITIES * Math.pow(random.nextDouble(), 3));
      positions[i] = clamp(cities[2 * city] + CITY_DEGREES * random.nextGaussian(), 90);
      positions[i + 1] = clamp(cities[2 * city + 1] + CITY_DEGREES * random.nextGaussian(), 180);
    }
    return positions;
  }

  private static void anywhere(Random random, double[] out, int at) {
    out[at] = Math.toDegrees(Math.asin(2 * random.nextDouble() - 1));
    out[at + 1] = 360 * random.nextDouble() - 180;
  }

  private static double clamp(double value, double limit) {
    return Math.max(-limit, Math.min(limit, value));
  }
}
