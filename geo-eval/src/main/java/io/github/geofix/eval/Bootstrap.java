package io.github.geofix.eval;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Bootstrap confidence intervals: the percentile bootstrap of Efron, "Bootstrap methods: another
 * look at the jackknife", Annals of Statistics 7 (1979).
 *
 * <p>Photos of one place succeed and fail together, so places are drawn, each with all of its
 * photos (the cluster bootstrap of Field and Welsh, JRSS B 69, 2007). The same seed gives the same
 * interval, whatever the number of threads.
 *
 * @param resamples the number of times that all places are drawn
 * @param seed the seed
 */
public record Bootstrap(int resamples, long seed) {

  /**
   * A figure and its 95 % interval.
   *
   * @param value the figure over all photos
   * @param low the lower end
   * @param high the upper end
   */
  public record Interval(double value, double low, double high) {}

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if there are fewer than 100 resamples, too few for an interval
   */
  public Bootstrap {
    if (resamples < 100) {
      throw new IllegalArgumentException("resamples must be 100 or more: " + resamples);
    }
  }

  /** Returns 2,000 resamples with seed 1. */
  public static Bootstrap defaults() {
    return new Bootstrap(2000, 1);
  }

  /** Returns a copy with another seed. */
  public Bootstrap withSeed(long seed) {
    return new Bootstrap(resamples, seed);
  }

  /** Returns a copy with another number of resamples. */
  public Bootstrap withResamples(int resamples) {
    return new Bootstrap(resamples, seed);
  }

  /**
   * Returns the place of each photo: photos in one S2 cell of the level share it.
   *
   * @param level the size of a place: 10 is about 8 km across, 13 about 1 km
   */
  public static int[] placesOf(List<LatLng> photos, int level) {
    CellPartition cells = CellPartition.fixedLevel(photos, level);
    return photos.stream()
        .mapToInt(photo -> cells.labelOf(photo.latitude(), photo.longitude()))
        .toArray();
  }

  /**
   * Returns a figure over photos that each are a place of their own.
   *
   * @param photos the number of photos
   * @param statistic computes the figure of a sample of photos, given by their indices; is called
   *     from several threads
   */
  public Interval interval(int photos, ToDoubleFunction<int[]> statistic) {
    return interval(IntStream.range(0, photos).toArray(), statistic);
  }

  /**
   * Returns a figure over photos of which several may be of one place.
   *
   * @param placeOf a number for each photo, equal for photos of one place
   * @param statistic computes the figure of a sample of photos, given by their indices; is called
   *     from several threads
   * @throws IllegalArgumentException if there is no photo
   */
  public Interval interval(int[] placeOf, ToDoubleFunction<int[]> statistic) {
    if (placeOf.length == 0) {
      throw new IllegalArgumentException("there is no photo to draw");
    }
    int[][] places = photosByPlace(placeOf);
    double[] drawn =
        IntStream.range(0, resamples)
            .parallel()
            .mapToDouble(
                r -> {
                  SplittableRandom random = new SplittableRandom(seed * 1_000_003 + r);
                  return statistic.applyAsDouble(draw(places, random));
                })
            .toArray();
    Arrays.sort(drawn);
    return new Interval(
        statistic.applyAsDouble(IntStream.range(0, placeOf.length).toArray()),
        Quantile.ofSorted(drawn, 0.025),
        Quantile.ofSorted(drawn, 0.975));
  }

  private static int[] draw(int[][] places, SplittableRandom random) {
    IntStream.Builder photos = IntStream.builder();
    for (int i = 0; i < places.length; i++) {
      for (int photo : places[random.nextInt(places.length)]) {
        photos.add(photo);
      }
    }
    return photos.build().toArray();
  }

  private static int[][] photosByPlace(int[] placeOf) {
    int[] order =
        IntStream.range(0, placeOf.length)
            .boxed()
            .sorted((a, b) -> Integer.compare(placeOf[a], placeOf[b]))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] starts =
        IntStream.rangeClosed(0, order.length)
            .filter(i -> i == 0 || i == order.length || placeOf[order[i]] != placeOf[order[i - 1]])
            .toArray();
    int[][] places = new int[starts.length - 1][];
    for (int p = 0; p < places.length; p++) {
      places[p] = Arrays.copyOfRange(order, starts[p], starts[p + 1]);
    }
    return places;
  }
}
