package io.github.geofix.train.internal.data;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The tiles of photos by number. Photos of one tile must not share a batch, as each would be a
 * false negative of the other.
 */
final class TileNumbers {
  private final int[] tiles;

  /**
   * Creates the numbers.
   *
   * @param tiles the number of each photo's tile; all different where no two photos share one
   */
  TileNumbers(int[] tiles) {
    this.tiles = tiles.clone();
  }

  /** Returns the numbers of photos that have a tile each. */
  static TileNumbers different(int photos) {
    return new TileNumbers(IntStream.range(0, photos).toArray());
  }

  /** Returns the number of the tile of a photo. */
  int of(int photo) {
    return tiles[photo];
  }

  /** Returns whether none of some photos has the tile of another one. */
  boolean fits(int photo, List<Integer> batch) {
    return batch.stream().noneMatch(other -> tiles[other] == tiles[photo]);
  }

  /**
   * Exchanges photos between batches until no batch has a tile twice, as far as that is possible. A
   * tile of which one photo finds no other batch is given up, because a tile of very many photos
   * would take quadratic time otherwise.
   */
  void separate(int[] photos, int batchSize) {
    Set<Integer> givenUp = new HashSet<>();
    for (int i = 0; i < photos.length; i++) {
      int tile = tiles[photos[i]];
      if (!givenUp.contains(tile)
          && clashes(photos[i], i, photos, batchSize)
          && !exchange(i, photos, batchSize)) {
        givenUp.add(tile);
      }
    }
  }

  private boolean exchange(int i, int[] photos, int batchSize) {
    for (int j = 0; j < photos.length; j++) {
      if (j / batchSize != i / batchSize
          && !clashes(photos[j], i, photos, batchSize)
          && !clashes(photos[i], j, photos, batchSize)) {
        int photo = photos[i];
        photos[i] = photos[j];
        photos[j] = photo;
        return true;
      }
    }
    return false;
  }

  /** Returns whether a photo at a position would have a tile that its batch already has. */
  private boolean clashes(int photo, int position, int[] photos, int batchSize) {
    int first = position / batchSize * batchSize;
    int end = Math.min(photos.length, first + batchSize);
    for (int i = first; i < end; i++) {
      if (i != position && tiles[photos[i]] == tiles[photo]) {
        return true;
      }
    }
    return false;
  }
}
