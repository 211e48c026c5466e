package io.github.geofix.train.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Named.named;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NearestTest {
  private static final int SIZE = 300;

  static Stream<Named<Function<Random, LatLng>>> places() {
    return Stream.of(
        named(
            "all over",
            random -> new LatLng(180 * random.nextDouble() - 90, 360 * random.nextDouble() - 180)),
        named(
            "a town",
            random ->
                new LatLng(48.8 + 0.1 * random.nextDouble(), 2.3 + 0.1 * random.nextDouble())),
        named(
            "meters apart",
            random -> new LatLng(52 + 1e-4 * random.nextDouble(), 13 + 1e-4 * random.nextDouble())),
        named("many equal", random -> new LatLng(random.nextInt(5), random.nextInt(3))),
        named("all equal", random -> new LatLng(-33.9, 18.4)),
        named(
            "at the south pole",
            random ->
                new LatLng(
                    random.nextInt(20) == 0 ? -90 : -90 + 0.01 * random.nextDouble(),
                    360 * random.nextDouble() - 180)),
        named(
            "around the north pole",
            random -> new LatLng(90 - random.nextDouble(), 360 * random.nextDouble() - 180)),
        named(
            "at the antimeridian",
            random -> {
              double east = random.nextInt(20) == 0 ? 0 : 0.01 * random.nextGaussian();
              double longitude = east < 0 ? 180 + east : east - 180;
              return new LatLng(-17 + 0.01 * random.nextGaussian(), longitude);
            }));
  }

  @ParameterizedTest
  @MethodSource("places")
  void findsThePhotosThatAreNearestOnTheGround(Function<Random, LatLng> places) {
    // The library compares up to 150 points one by one.
    int size = 1000;
    Random random = new Random(1);
    List<LatLng> positions = Stream.generate(() -> places.apply(random)).limit(size).toList();
    int count = 7;
    int[][] nearest = NearestLocations.of(positions, count);
    assertThat(nearest).hasDimensions(size, count);
    for (int photo = 0; photo < size; photo++) {
      LatLng here = positions.get(photo);
      assertThat(nearest[photo]).doesNotHaveDuplicates().doesNotContain(photo);
      double[] slow =
          IntStream.range(0, size)
              .filter(withoutSelf(photo))
              .mapToDouble(other -> GreatCircle.distanceKm(here, positions.get(other)))
              .sorted()
              .limit(count)
              .toArray();
      double[] found =
          Arrays.stream(nearest[photo])
              .mapToDouble(other -> GreatCircle.distanceKm(here, positions.get(other)))
              .toArray();
      // A tenth of a millimeter.
      assertThat(found).containsExactly(slow, within(1e-7));
    }
  }

  @Test
  void findsAllOfTheFewThereAre() {
    List<LatLng> positions = List.of(new LatLng(0, 0), new LatLng(0, 2), new LatLng(0, 3));
    assertThat(NearestLocations.of(positions, 5))
        .isDeepEqualTo(new int[][] {{1, 2}, {2, 0}, {1, 0}});
    assertThat(NearestLocations.of(List.of(), 5)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void findsTheRowsWithTheLargestProducts(long seed) {
    float[] queries = unitRows(seed);
    float[] pool = unitRows(seed + 100);
    try (NDManager manager = TorchEngine.newManager()) {
      NDArray a = manager.create(queries, new Shape(SIZE, 4));
      NDArray b = manager.create(pool, new Shape(SIZE, 4));
      int[][] nearest = NearestRows.of(a, b, 7);
      for (int i = 0; i < SIZE; i++) {
        int query = i;
        List<Integer> slow =
            IntStream.range(0, SIZE)
                .boxed()
                .sorted(Comparator.comparingDouble(r -> -dot(queries, query, pool, r)))
                .limit(7)
                .toList();
        assertThat(nearest[i]).containsExactly(slow.stream().mapToInt(r -> r).toArray());
      }
      assertThat(NearestRows.of(a, b, 2 * SIZE)[0]).hasSize(SIZE).doesNotHaveDuplicates();
    }
  }

  private static IntPredicate withoutSelf(int photo) {
    return other -> other != photo;
  }

  private static float[] unitRows(long seed) {
    Random random = new Random(seed);
    float[] rows = new float[SIZE * 4];
    for (int row = 0; row < SIZE; row++) {
      double sum = 0;
      for (int d = 0; d < 4; d++) {
        rows[4 * row + d] = (float) random.nextGaussian();
        sum += rows[4 * row + d] * rows[4 * row + d];
      }
      for (int d = 0; d < 4; d++) {
        rows[4 * row + d] /= (float) Math.sqrt(sum);
      }
    }
    return rows;
  }

  private static double dot(float[] a, int rowA, float[] b, int rowB) {
    double sum = 0;
    for (int d = 0; d < 4; d++) {
      sum += a[4 * rowA + d] * b[4 * rowB + d];
    }
    return sum;
  }
}
