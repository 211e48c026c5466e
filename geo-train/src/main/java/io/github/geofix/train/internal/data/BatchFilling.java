package io.github.geofix.train.internal.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * Fills the batches of an epoch with random photos, each followed by some others that are chosen
 * for it. Each photo is in one batch at most, and no batch has two photos of one tile where that is
 * possible.
 */
final class BatchFilling {
  private final TileNumbers tiles;
  private final int batchSize;
  private final IntFunction<int[]> followers;
  private final Deque<Integer> waiting = new ArrayDeque<>();
  private final BitSet used = new BitSet();

  private BatchFilling(
      int size,
      int batchSize,
      TileNumbers tiles,
      IntFunction<int[]> followers,
      SplittableRandom random) {
    this.batchSize = batchSize;
    this.tiles = tiles;
    this.followers = followers;
    for (int photo : Permutation.random(size, random)) {
      waiting.add(photo);
    }
  }

  /**
   * Returns {@code size / batchSize} full batches, one after the other.
   *
   * @param followers returns the photos that follow a random one as far as they are unused and
   *     there is room
   */
  static int[] of(
      int size,
      int batchSize,
      TileNumbers tiles,
      IntFunction<int[]> followers,
      SplittableRandom random) {
    BatchFilling filling = new BatchFilling(size, batchSize, tiles, followers, random);
    List<Integer> order = new ArrayList<>(size);
    while (order.size() < size / batchSize * batchSize) {
      order.addAll(filling.batch());
    }
    int[] photos = order.stream().mapToInt(Integer::intValue).toArray();
    tiles.separate(photos, batchSize);
    return photos;
  }

  private List<Integer> batch() {
    List<Integer> batch = new ArrayList<>(batchSize);
    Set<Integer> tilesInBatch = new HashSet<>();
    List<Integer> putOff = new ArrayList<>();
    while (batch.size() < batchSize && !waiting.isEmpty()) {
      int photo = waiting.remove();
      if (used.get(photo)) {
        continue;
      }
      if (take(photo, batch, tilesInBatch)) {
        for (int follower : followers.apply(photo)) {
          if (batch.size() < batchSize && !used.get(follower)) {
            take(follower, batch, tilesInBatch);
          }
        }
      } else {
        putOff.add(photo);
      }
    }
    // Only photos of tiles that the batch has are left: exchanged when all batches are full.
    for (int i = 0; batch.size() < batchSize; i++) {
      used.set(putOff.get(i));
      batch.add(putOff.get(i));
    }
    for (int i = putOff.size() - 1; i >= 0; i--) {
      waiting.addFirst(putOff.get(i));
    }
    return batch;
  }

  private boolean take(int photo, List<Integer> batch, Set<Integer> tilesInBatch) {
    if (!tilesInBatch.add(tiles.of(photo))) {
      return false;
    }
    used.set(photo);
    batch.add(photo);
    return true;
  }
}
