package io.github.geofix.core.partition;

import io.github.geofix.core.geodesy.LatLng;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Points that partitions are tested on. */
final class Points {
  private Points() {}

  /** Clusters of several sizes, some over the antimeridian and the poles, with repeated points. */
  static List<LatLng> clustered(int count, Random random) {
    List<LatLng> points = new ArrayList<>();
    double latitude = 0;
    double longitude = 0;
    double spread = 1;
    while (points.size() < count) {
      if (points.isEmpty() || random.nextInt(20) == 0) {
        latitude = random.nextInt(4) == 0 ? 90 * (1 - 2 * random.nextInt(2)) : random(random, 90);
        longitude = random.nextInt(4) == 0 ? 180 : random(random, 180);
        spread = Math.pow(10, -random.nextInt(6));
      }
      LatLng point =
          random.nextInt(10) == 0 && !points.isEmpty()
              ? points.get(random.nextInt(points.size()))
              : LatLng.wrapped(
                  Math.max(-90, Math.min(90, latitude + spread * random.nextGaussian())),
                  longitude + spread * random.nextGaussian());
      points.add(point);
    }
    return points;
  }

  /** Points uniform on the sphere. */
  static List<LatLng> uniform(int count, Random random) {
    List<LatLng> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      points.add(
          new LatLng(Math.toDegrees(Math.asin(2 * random.nextDouble() - 1)), random(random, 180)));
    }
    return points;
  }

  private static double random(Random random, double range) {
    return range * (2 * random.nextDouble() - 1);
  }
}
