package io.github.geofix.train.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.train.data.HardNegatives;
import io.github.geofix.train.data.HardNegatives.Frgeo;
import io.github.geofix.train.data.HardNegatives.Sample4geo;
import io.github.geofix.train.internal.data.HardNegativeBatches.Similarity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HardNegativeBatchesTest {
  private static final int SIZE = 300;
  private static final int BATCH = 20;

  /** Photo i is most similar to the tiles of i, i + 1, i - 1, i + 2, ... around a circle. */
  private static int[] around(int photo, int[] pool) {
    Set<Integer> in = new HashSet<>();
    Arrays.stream(pool).forEach(in::add);
    return IntStream.range(0, SIZE)
        .map(step -> step % 2 == 0 ? photo - step / 2 : photo + (step + 1) / 2)
        .map(other -> Math.floorMod(other, SIZE))
        .filter(in::contains)
        .toArray();
  }

  /** Similarities that remember what they were asked. */
  private static final class Circle implements Similarity {
    final List<Integer> epochs = new ArrayList<>();
    int[] pool = {};
    int count;

    @Override
    public int[][] nearest(int epoch, int[] poolAsked, int countAsked) {
      epochs.add(epoch);
      pool = poolAsked.clone();
      count = countAsked;
      return IntStream.range(0, SIZE)
          .mapToObj(photo -> Arrays.copyOf(around(photo, pool), Math.min(count, pool.length)))
          .toArray(int[][]::new);
    }
  }

  private static TileNumbers different() {
    return new TileNumbers(IntStream.range(0, SIZE).toArray());
  }

  private static HardNegativeBatches batches(HardNegatives strategy, Similarity similarity) {
    return new HardNegativeBatches(strategy, similarity, List.of(), different(), 5);
  }

  private static int[] batch(int[] order, int number, int size) {
    return Arrays.copyOfRange(order, number * size, (number + 1) * size);
  }

  // FRGeo

  @Test
  void frgeoHasThePublishedNumbers() {
    assertThat(HardNegatives.frgeo()).isEqualTo(new Frgeo(40_000, 100, 1));
    assertThat(HardNegatives.sample4geo()).isEqualTo(new Sample4geo(128, 64, 4));
    assertThatThrownBy(() -> new Frgeo(0, 100, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pool 0");
    assertThatThrownBy(() -> new Sample4geo(10, 11, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("candidates 10: at least 11");
  }

  @Test
  void frgeosFirstEpochIsRandom() {
    Circle circle = new Circle();
    HardNegativeBatches order = batches(HardNegatives.frgeo(), circle);
    int[] first = order.epoch(0, SIZE, BATCH);
    assertThat(first).containsExactlyInAnyOrder(IntStream.range(0, SIZE).toArray());
    assertThat(first).isEqualTo(BatchOrder.shuffled(5).epoch(0, SIZE, BATCH));
    assertThat(circle.epochs).isEmpty();
    assertThat(order.weightsPeriod()).isEqualTo(1);
  }

  /** The definition, read literally, of each batch of an epoch. */
  @ParameterizedTest
  @ValueSource(ints = {20, 21, 2, 150})
  void frgeoMinesHalfOfEachBatch(int batchSize) {
    Circle circle = new Circle();
    int[] order = batches(new Frgeo(200, 40, 1), circle).epoch(3, SIZE, batchSize);
    int batches = SIZE / batchSize;
    assertThat(order).hasSize(batches * batchSize);
    assertThat(circle.epochs).containsExactly(3);
    assertThat(circle.pool).hasSize(200).doesNotHaveDuplicates();
    assertThat(circle.count).isEqualTo(40);
    int half = batchSize - batchSize / 2;
    List<Integer> anchors = new ArrayList<>();
    for (int b = 0; b < batches; b++) {
      int[] batch = batch(order, b, batchSize);
      assertThat(batch).doesNotHaveDuplicates();
      for (int i = 0; i < half; i++) {
        anchors.add(batch[i]);
      }
      if (batchSize == 150) {
        // Too large for all to find one of their own candidates that the batch lacks.
        continue;
      }
      for (int i = 0; i < batchSize / 2; i++) {
        int[] top = Arrays.copyOf(around(batch[i], circle.pool), 40);
        assertThat(top).as("the 40 most similar to %d", batch[i]).contains(batch[half + i]);
      }
    }
    // Random photos, none of them twice.
    assertThat(anchors).doesNotHaveDuplicates();
    assertThat(anchors.stream().mapToInt(i -> i).average().orElse(0))
        .isCloseTo(SIZE / 2.0, within(40.0));
  }

  @Test
  void frgeoDrawsAnyOfTheCandidatesAlike() {
    // One random photo a batch, so nothing but the photo itself is refused.
    int[] drawn = new int[9];
    for (int epoch = 1; epoch <= 60; epoch++) {
      Circle circle = new Circle();
      int[] order = batches(new Frgeo(SIZE, 9, 1), circle).epoch(epoch, SIZE, 2);
      for (int b = 0; b < SIZE / 2; b++) {
        drawn[Math.floorMod(order[2 * b + 1] - order[2 * b] + 4, SIZE)]++;
      }
    }
    assertThat(drawn[4]).as("the photo itself").isZero();
    for (int i = 0; i < 9; i++) {
      if (i != 4) {
        // 9000 draws among 8: four standard deviations are 126.
        assertThat(drawn[i]).isBetween(1125 - 126, 1125 + 126);
      }
    }
  }

  @Test
  void frgeoDrawsAnotherPoolEachEpoch() {
    Circle circle = new Circle();
    HardNegativeBatches order = batches(new Frgeo(50, 9, 0), circle);
    int[] zeroth = order.epoch(0, SIZE, BATCH);
    int[] pool = circle.pool;
    assertThat(order.epoch(0, SIZE, BATCH)).isEqualTo(zeroth);
    assertThat(circle.pool).isEqualTo(pool);
    order.epoch(1, SIZE, BATCH);
    assertThat(circle.pool).hasSize(50).isNotEqualTo(pool);
  }

  // Sample4Geo

  /** Two always, and all of the other two: what follows a photo is known but for the order. */
  @Test
  void sample4geoFollowsAPhotoByItsNeighbors() {
    Circle circle = new Circle();
    int[] order = batches(new Sample4geo(4, 4, 2), circle).epoch(2, SIZE, BATCH);
    assertThat(circle.epochs).containsExactly(2);
    assertThat(circle.pool).isEqualTo(IntStream.range(0, SIZE).toArray());
    assertThat(circle.count).isEqualTo(5);
    Set<Integer> used = new HashSet<>();
    for (int b = 0; b < SIZE / BATCH; b++) {
      int[] batch = batch(order, b, BATCH);
      for (int at = 0; at < BATCH; ) {
        int photo = batch[at++];
        assertThat(used.add(photo)).isTrue();
        int[] near = Arrays.copyOfRange(around(photo, circle.pool), 1, 5);
        for (int nearest : Arrays.copyOf(near, 2)) {
          if (at < BATCH && used.add(nearest)) {
            assertThat(batch[at++]).as("follows %d", photo).isEqualTo(nearest);
          }
        }
        Set<Integer> others = new HashSet<>(List.of(near[2], near[3]));
        others.removeAll(used);
        for (int left = others.size(); left > 0 && at < BATCH; left--) {
          assertThat(others.remove(batch[at])).as("%d follows %d", batch[at], photo).isTrue();
          used.add(batch[at++]);
        }
      }
    }
  }

  @Test
  void sample4geoDrawsHalfOfTheNeighborsFromTheRest() {
    // Batches of three: a photo, its nearest, and one of the other seven.
    int[] drawn = new int[9];
    for (int epoch = 0; epoch < 60; epoch++) {
      int[] order = batches(new Sample4geo(8, 2, 1), new Circle()).epoch(1 + epoch, SIZE, 3);
      // In the first batch nothing is used yet.
      int[] near = around(order[0], IntStream.range(0, SIZE).toArray());
      assertThat(order[1]).isEqualTo(near[1]);
      drawn[IntStream.range(0, 9).filter(i -> near[i] == order[2]).findFirst().orElseThrow()]++;
    }
    assertThat(Arrays.stream(drawn, 2, 9).sum()).isEqualTo(60);
    assertThat(Arrays.stream(drawn, 2, 9).filter(n -> n > 0).count()).isGreaterThanOrEqualTo(6);
  }

  @Test
  void sample4geoBeginsWithNeighborsOnTheGroundAndSearchesOnceAPeriod() {
    List<LatLng> locations =
        IntStream.range(0, SIZE).mapToObj(i -> new LatLng(i % 2 == 0 ? 1 : -60, i * 0.01)).toList();
    Circle circle = new Circle();
    HardNegativeBatches order =
        new HardNegativeBatches(new Sample4geo(2, 1, 3), circle, locations, different(), 5);
    assertThat(order.weightsPeriod()).isEqualTo(3);
    for (int epoch = 0; epoch < 8; epoch++) {
      int[] photos = order.epoch(epoch, SIZE, BATCH);
      assertThat(photos).containsExactlyInAnyOrder(IntStream.range(0, SIZE).toArray());
      int distance = Math.abs(photos[1] - photos[0]);
      // On the ground the neighbors are those two numbers away.
      assertThat(distance).isEqualTo(epoch < 3 ? 2 : 1);
    }
    assertThat(circle.epochs).containsExactly(3, 6);
    Circle unknown = new Circle();
    HardNegativeBatches random = batches(new Sample4geo(2, 1, 3), unknown);
    assertThat(random.epoch(2, SIZE, BATCH))
        .isEqualTo(BatchOrder.shuffled(5).epoch(2, SIZE, BATCH));
    assertThat(unknown.epochs).isEmpty();
  }

  // Tiles with several photos

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void keepsPhotosOfOneTileApart(long seed) {
    int[] tiles = IntStream.range(0, SIZE).map(i -> i / 2).toArray();
    List<LatLng> locations = locations(seed);
    for (HardNegatives strategy :
        List.of(HardNegatives.none(), new Frgeo(250, 30, 1), new Sample4geo(8, 4, 2))) {
      HardNegativeBatches order =
          new HardNegativeBatches(strategy, new Circle(), locations, new TileNumbers(tiles), seed);
      for (int epoch = 0; epoch < 3; epoch++) {
        int[] photos = order.epoch(epoch, SIZE, BATCH);
        assertThat(photos).hasSize(SIZE);
        assertThat(order.epoch(epoch, SIZE, BATCH)).isEqualTo(photos);
        assertTilesApart(photos, BATCH, tiles);
      }
    }
  }

  private static List<LatLng> locations(long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, SIZE)
        .mapToObj(i -> new LatLng(178 * random.nextDouble() - 89, 360 * random.nextDouble() - 180))
        .toList();
  }

  private static void assertTilesApart(int[] photos, int batch, int[] tiles) {
    for (int first = 0; first < photos.length; first += batch) {
      int[] own = Arrays.copyOfRange(photos, first, first + batch);
      assertThat(Arrays.stream(own).map(i -> tiles[i]).toArray()).doesNotHaveDuplicates();
    }
  }

  /** Large batches, whose last one has photos left over of which many are on one tile. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void keepsTilesApartInTheLastBatchToo(long seed) {
    int[] tiles = IntStream.range(0, SIZE).map(i -> i / 3).toArray();
    BatchOrder order = HardNegativeBatches.random(new TileNumbers(tiles), seed);
    for (int batch : new int[] {7, 60, 75}) {
      int[] photos = order.epoch(1, SIZE, batch);
      assertThat(photos).hasSize(SIZE / batch * batch).doesNotHaveDuplicates();
      assertTilesApart(photos, batch, tiles);
    }
  }

  /** One tile has more photos than there are batches; the others can still be kept apart. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void keepsTheOthersApartWhereOneTileCannotBe(long seed) {
    int size = 100;
    int batch = 20;
    int[] tiles = IntStream.range(0, size).map(i -> i < 8 ? 0 : i / 3).toArray();
    int[] photos = HardNegativeBatches.random(new TileNumbers(tiles), seed).epoch(0, size, batch);
    for (int first = 0; first < size; first += batch) {
      int[] own = Arrays.copyOfRange(photos, first, first + batch);
      assertThat(Arrays.stream(own).map(i -> tiles[i]).filter(t -> t > 0).toArray())
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void fillsBatchesEvenFromOneTile() {
    TileNumbers one = new TileNumbers(new int[SIZE]);
    assertThat(HardNegativeBatches.random(one, 5).epoch(0, 20, 6))
        .hasSize(18)
        .doesNotHaveDuplicates();
    int[] mined =
        new HardNegativeBatches(HardNegatives.frgeo(), new Circle(), List.of(), one, 5)
            .epoch(1, SIZE, BATCH);
    for (int b = 0; b < SIZE / BATCH; b++) {
      assertThat(batch(mined, b, BATCH)).doesNotHaveDuplicates();
    }
  }
}
