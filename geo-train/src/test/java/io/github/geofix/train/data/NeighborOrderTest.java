package io.github.geofix.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.geodesy.LatLng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NeighborOrderTest {
  private static final int SIZE = 300;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void showsEachPhotoOnceWithItsNeighborsAndReferencesApart(long seed) {
    List<LatLng> positions = positions(seed);
    int[] references = IntStream.range(0, SIZE).map(i -> i / 2).toArray();
    Neighbors neighbors = Neighbors.byPosition(positions, 8);
    NeighborOrder.Options options =
        NeighborOrder.Options.defaults().withPerPhoto(3).withFirstEpoch(1).withSeed(seed);
    NeighborOrder order = NeighborOrder.of(neighbors, options).withOnePhotoPerReference(references);
    int batch = 20;
    for (int epoch = 0; epoch < 3; epoch++) {
      int[] photos = order.epoch(epoch, SIZE, batch);
      assertThat(photos).hasSize(SIZE).doesNotHaveDuplicates();
      assertThat(order.epoch(epoch, SIZE, batch)).isEqualTo(photos);
      assertReferencesApart(photos, batch, references);
    }
    int[][] nearest = neighbors.nearest(0);
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
    NeighborOrder order =
        NeighborOrder.of(Neighbors.none(SIZE), NeighborOrder.Options.defaults().withSeed(seed))
            .withOnePhotoPerReference(references);
    for (int batch : new int[] {7, 60, 75}) {
      int[] photos = order.epoch(1, SIZE, batch);
      assertThat(photos).hasSize(SIZE / batch * batch).doesNotHaveDuplicates();
      assertReferencesApart(photos, batch, references);
    }
  }

  /** One reference has more photos than there are batches; the others can still be kept apart. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void keepsTheOthersApartWhereOneReferenceCannotBe(long seed) {
    int size = 100;
    int batch = 20;
    int[] references = IntStream.range(0, size).map(i -> i < 8 ? 0 : i / 3).toArray();
    int[] photos =
        NeighborOrder.of(Neighbors.none(size), NeighborOrder.Options.defaults().withSeed(seed))
            .withOnePhotoPerReference(references)
            .epoch(0, size, batch);
    for (int first = 0; first < size; first += batch) {
      int[] own = Arrays.copyOfRange(photos, first, first + batch);
      assertThat(Arrays.stream(own).map(i -> references[i]).filter(r -> r > 0).toArray())
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void fillsBatchesEvenFromOneReference() {
    NeighborOrder order =
        NeighborOrder.of(Neighbors.none(20), NeighborOrder.Options.defaults())
            .withOnePhotoPerReference(new int[20]);
    assertThat(order.epoch(0, 20, 6)).hasSize(18).doesNotHaveDuplicates();
  }

  /** Counts the photos that have one of their neighbors in their batch. */
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

  private static List<LatLng> positions(long seed) {
    Random random = new Random(seed);
    List<LatLng> positions = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      // Pairs some meters apart among places all over the Earth.
      positions.add(
          i % 2 == 1
              ? new LatLng(
                  positions.get(i - 1).latitude() + 1e-5 * random.nextDouble(),
                  positions.get(i - 1).longitude())
              : new LatLng(178 * random.nextDouble() - 89, 360 * random.nextDouble() - 180));
    }
    return positions;
  }
}
