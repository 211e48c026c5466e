package io.github.geofix.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.LatLng;
import io.github.geofix.core.geodesy.GreatCircle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NeighbourOrderTest {
  private static final int SIZE = 300;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void findsThePhotosThatAreNearestOnTheGround(long seed) {
    List<LatLng> positions = positions(seed);
    int[][] nearest = Neighbours.byPosition(positions, 5).nearest(0);
    for (int photo = 0; photo < SIZE; photo++) {
      LatLng here = positions.get(photo);
      double[] slow =
          IntStream.range(0, SIZE)
              .filter(withoutSelf(photo))
              .mapToDouble(other -> GreatCircle.distanceKm(here, positions.get(other)))
              .sorted()
              .limit(5)
              .toArray();
      for (int i = 0; i < 5; i++) {
        double found = GreatCircle.distanceKm(here, positions.get(nearest[photo][i]));
        assertThat(found).isCloseTo(slow[i], org.assertj.core.api.Assertions.within(1e-3));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void findsTheReferencesThatAreMostSimilarInThePool(long seed) {
    float[] photos = unitRows(seed);
    float[] references = unitRows(seed + 100);
    Neighbours.Embeddings embeddings = new Fixed(photos, references);
    int[][] whole = Neighbours.bySimilarity(embeddings, SIZE, 40_000, 7, seed).nearest(1);
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
    for (int[] row : Neighbours.bySimilarity(embeddings, SIZE, 50, 7, seed).nearest(1)) {
      assertThat(row).hasSize(7);
      Arrays.stream(row).forEach(pool::add);
    }
    assertThat(pool).hasSizeLessThanOrEqualTo(50);
  }

  @Test
  void othersTakeOverFromAnEpochOn() {
    int[][] near = {{1}, {0}};
    int[][] similar = {{}, {}};
    Neighbours later =
        new Neighbours() {
          @Override
          public int[][] nearest(int epoch) {
            return similar;
          }

          @Override
          public boolean dependOnWeights() {
            return true;
          }
        };
    Neighbours first = epoch -> near;
    Neighbours both = first.until(4, later);
    assertThat(both.nearest(3)).isSameAs(near);
    assertThat(both.nearest(4)).isSameAs(similar);
    assertThat(both.dependOnWeights()).isTrue();
    assertThat(first.until(4, first).dependOnWeights()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void showsEachPhotoOnceWithItsNeighboursAndReferencesApart(long seed) {
    List<LatLng> positions = positions(seed);
    int[] references = IntStream.range(0, SIZE).map(i -> i / 2).toArray();
    Neighbours neighbours = Neighbours.byPosition(positions, 8);
    NeighbourOrder.Options options =
        NeighbourOrder.Options.defaults().withPerPhoto(3).withFirstEpoch(1).withSeed(seed);
    NeighbourOrder order =
        NeighbourOrder.of(neighbours, options).withOnePhotoPerReference(references);
    int batch = 20;
    for (int epoch = 0; epoch < 3; epoch++) {
      int[] photos = order.epoch(epoch, SIZE, batch);
      assertThat(photos).hasSize(SIZE).doesNotHaveDuplicates();
      assertThat(order.epoch(epoch, SIZE, batch)).isEqualTo(photos);
      assertReferencesApart(photos, batch, references);
    }
    int[][] nearest = neighbours.nearest(0);
    assertThat(pairs(order.epoch(0, SIZE, batch), batch, nearest))
        .isLessThan(pairs(order.epoch(1, SIZE, batch), batch, nearest) / 2);
  }

  private static void assertReferencesApart(int[] photos, int batch, int[] references) {
    for (int first = 0; first < photos.length; first += batch) {
      int[] own = Arrays.copyOfRange(photos, first, first + batch);
      assertThat(Arrays.stream(own).map(i -> references[i]).toArray()).doesNotHaveDuplicates();
    }
  }

  /** Large batches, whose last one has photos left over of which many are on one reference. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void keepsReferencesApartInTheLastBatchToo(long seed) {
    int[] references = IntStream.range(0, SIZE).map(i -> i / 3).toArray();
    NeighbourOrder order =
        NeighbourOrder.of(Neighbours.none(SIZE), NeighbourOrder.Options.defaults().withSeed(seed))
            .withOnePhotoPerReference(references);
    for (int batch : new int[] {7, 60, 75}) {
      int[] photos = order.epoch(1, SIZE, batch);
      assertThat(photos).hasSize(SIZE / batch * batch).doesNotHaveDuplicates();
      assertReferencesApart(photos, batch, references);
    }
  }

  @Test
  void fillsBatchesEvenFromOneReference() {
    NeighbourOrder order =
        NeighbourOrder.of(Neighbours.none(20), NeighbourOrder.Options.defaults())
            .withOnePhotoPerReference(new int[20]);
    assertThat(order.epoch(0, 20, 6)).hasSize(18).doesNotHaveDuplicates();
  }

  /** Counts the photos that have one of their neighbours in their batch. */
  private static int pairs(int[] photos, int batch, int[][] nearest) {
    int pairs = 0;
    for (int i = 0; i < photos.length; i++) {
      int first = i / batch * batch;
      int[] own = Arrays.copyOfRange(photos, first, first + batch);
      int[] near = nearest[photos[i]];
      if (Arrays.stream(own).anyMatch(p -> Arrays.stream(near).anyMatch(n -> n == p))) {
        pairs++;
      }
    }
    return pairs;
  }

  private static java.util.function.IntPredicate withoutSelf(int photo) {
    return other -> other != photo;
  }

  private static List<LatLng> positions(long seed) {
    Random random = new Random(seed);
    List<LatLng> positions = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      // Pairs some metres apart among places all over the Earth.
      positions.add(
          i % 2 == 1
              ? new LatLng(
                  positions.get(i - 1).latitude() + 1e-5 * random.nextDouble(),
                  positions.get(i - 1).longitude())
              : new LatLng(178 * random.nextDouble() - 89, 360 * random.nextDouble() - 180));
    }
    return positions;
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

  private record Fixed(float[] photoRows, float[] referenceRows) implements Neighbours.Embeddings {
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
