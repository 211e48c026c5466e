package io.github.geofix.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Named.named;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NeighborsTest {
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
    int[][] nearest = Neighbors.byPosition(positions, count).nearest(0);
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
    assertThat(Neighbors.byPosition(positions, 5).nearest(0))
        .isDeepEqualTo(new int[][] {{1, 2}, {2, 0}, {1, 0}});
    assertThat(Neighbors.byPosition(List.of(), 5).nearest(0)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void findsTheReferencesThatAreMostSimilarInThePool(long seed) {
    float[] photos = unitRows(seed);
    float[] references = unitRows(seed + 100);
    Neighbors.Embeddings embeddings = new Fixed(photos, references);
    int[][] whole = Neighbors.bySimilarity(embeddings, SIZE, 40_000, 7, seed).nearest(1);
    for (int photo = 0; photo < SIZE; photo++) {
      int query = photo;
      List<Integer> slow =
          IntStream.range(0, SIZE)
              .filter(withoutSelf(photo))
              .boxed()
              .sorted(Comparator.comparingDouble(r -> -dot(photos, query, references, r)))
              .limit(7)
              .toList();
      assertThat(whole[photo]).containsExactly(slow.stream().mapToInt(i -> i).toArray());
    }
    Set<Integer> pool = new HashSet<>();
    for (int[] row : Neighbors.bySimilarity(embeddings, SIZE, 50, 7, seed).nearest(1)) {
      assertThat(row).hasSize(7);
      Arrays.stream(row).forEach(pool::add);
    }
    assertThat(pool).hasSizeLessThanOrEqualTo(50);
  }

  @Test
  void othersTakeOverFromAnEpochOn() {
    int[][] near = {{1}, {0}};
    int[][] similar = {{}, {}};
    Neighbors later =
        new Neighbors() {
          @Override
          public int[][] nearest(int epoch) {
            return similar;
          }

          @Override
          public boolean dependOnWeights() {
            return true;
          }
        };
    Neighbors first = epoch -> near;
    Neighbors both = first.until(4, later);
    assertThat(both.nearest(3)).isSameAs(near);
    assertThat(both.nearest(4)).isSameAs(similar);
    assertThat(both.dependOnWeights()).isTrue();
    assertThat(first.until(4, first).dependOnWeights()).isFalse();
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

  private record Fixed(float[] photoRows, float[] referenceRows) implements Neighbors.Embeddings {
    @Override
    public int width() {
      return 4;
    }

    @Override
    public float[] photos(int epoch, int[] indexes) {
      return rows(photoRows, indexes);
    }

    @Override
    public float[] references(int epoch, int[] indexes) {
      return rows(referenceRows, indexes);
    }

    private static float[] rows(float[] all, int[] indexes) {
      float[] rows = new float[4 * indexes.length];
      for (int i = 0; i < indexes.length; i++) {
        System.arraycopy(all, 4 * indexes[i], rows, 4 * i, 4);
      }
      return rows;
    }
  }
}
