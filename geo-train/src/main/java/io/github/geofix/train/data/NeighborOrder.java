package io.github.geofix.train.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Puts photos that are hard to tell apart into one batch, so that a loss within the batch has
 * something to learn from. Batches are filled with random photos, each followed by some of its
 * neighbors; every photo occurs once an epoch.
 *
 * <p>FRGeo takes one of 100 similar references for each photo, from its second epoch on; Sample4Geo
 * 64 of the 128 that are nearest on the ground at first, and most similar later.
 */
public final class NeighborOrder implements BatchOrder {

  /**
   * How batches are filled.
   *
   * @param perPhoto neighbors that follow a random photo, at least 1
   * @param firstEpoch the first epoch with neighbors; before, order is random
   * @param seed chooses the random photos, and which neighbors follow
   */
  public record Options(int perPhoto, int firstEpoch, long seed) {
    /** Checks the ranges. */
    public Options {
      if (perPhoto < 1) {
        throw new IllegalArgumentException(perPhoto + " neighbors: at least 1 needed");
      }
      if (firstEpoch < 0) {
        throw new IllegalArgumentException("first epoch " + firstEpoch + ": at least 0 needed");
      }
    }

    /** One neighbor for each photo from the second epoch on, as FRGeo does; seed 0. */
    public static Options defaults() {
      return new Options(1, 1, 0);
    }

    /** Returns a copy with another number of neighbors. */
    public Options withPerPhoto(int newPerPhoto) {
      return new Options(newPerPhoto, firstEpoch, seed);
    }

    /** Returns a copy that begins in another epoch. */
    public Options withFirstEpoch(int newFirstEpoch) {
      return new Options(perPhoto, newFirstEpoch, seed);
    }

    /** Returns a copy with another seed. */
    public Options withSeed(long newSeed) {
      return new Options(perPhoto, firstEpoch, newSeed);
    }
  }

  private final Neighbors neighbors;
  private final int @Nullable [] references;
  private final Options options;

  private NeighborOrder(Neighbors neighbors, int @Nullable [] references, Options options) {
    this.neighbors = neighbors;
    this.references = references;
    this.options = options;
  }

  /** Returns an order by neighbors. */
  public static NeighborOrder of(Neighbors neighbors, Options options) {
    return new NeighborOrder(neighbors, null, options);
  }

  /**
   * Returns a copy that puts photos of one reference into different batches, as in one batch each
   * would be taken for the other's negative. There are exceptions only for references of which
   * exchanging two photos does not help, such as one with more photos than there are batches.
   *
   * @param referenceOfPhoto the number of each photo's reference
   */
  public NeighborOrder withOnePhotoPerReference(int[] referenceOfPhoto) {
    return new NeighborOrder(neighbors, referenceOfPhoto.clone(), options);
  }

  @Override
  public boolean dependsOnWeights() {
    return neighbors.dependOnWeights();
  }

  @Override
  public int[] epoch(int epoch, int size, int batchSize) {
    SplittableRandom random = new SplittableRandom(Seeds.derive(options.seed(), epoch));
    int[][] nearest = epoch < options.firstEpoch() ? new int[size][0] : neighbors.nearest(epoch);
    Deque<Integer> waiting = new ArrayDeque<>();
    for (int photo : Permutation.random(size, random)) {
      waiting.add(photo);
    }
    BitSet used = new BitSet(size);
    List<Integer> order = new ArrayList<>(size);
    while (order.size() < size / batchSize * batchSize) {
      new Filling(nearest, waiting, used, random, batchSize).fill(order);
    }
    int[] photos = order.stream().mapToInt(Integer::intValue).toArray();
    if (references != null) {
      separate(photos, batchSize, references);
    }
    return photos;
  }

  /**
   * Exchanges photos of which their batch has the reference twice: the last batches had to. A
   * reference of which one photo finds no other batch is given up, as else a reference of very many
   * photos would take quadratic time.
   */
  private static void separate(int[] photos, int batchSize, int[] references) {
    Set<Integer> givenUp = new HashSet<>();
    for (int i = 0; i < photos.length; i++) {
      int reference = references[photos[i]];
      if (!givenUp.contains(reference)
          && clashes(photos[i], i, photos, batchSize, references)
          && !exchange(i, photos, batchSize, references)) {
        givenUp.add(reference);
      }
    }
  }

  private static boolean exchange(int i, int[] photos, int batchSize, int[] references) {
    for (int j = 0; j < photos.length; j++) {
      if (j / batchSize != i / batchSize
          && !clashes(photos[j], i, photos, batchSize, references)
          && !clashes(photos[i], j, photos, batchSize, references)) {
        int photo = photos[i];
        photos[i] = photos[j];
        photos[j] = photo;
        return true;
      }
    }
    return false;
  }

  /** Returns true if a photo at a position would have a reference that its batch already has. */
  private static boolean clashes(
      int photo, int position, int[] photos, int batchSize, int[] references) {
    int first = position / batchSize * batchSize;
    for (int i = first; i < first + batchSize; i++) {
      if (i != position && references[photos[i]] == references[photo]) {
        return true;
      }
    }
    return false;
  }

  /** One batch on its way. */
  private final class Filling {
    private final int[][] nearest;
    private final Deque<Integer> waiting;
    private final BitSet used;
    private final SplittableRandom random;
    private final int batchSize;
    private final Set<Integer> referencesSeen = new HashSet<>();
    private final List<Integer> batch = new ArrayList<>();

    Filling(
        int[][] nearest,
        Deque<Integer> waiting,
        BitSet used,
        SplittableRandom random,
        int batchSize) {
      this.nearest = nearest;
      this.waiting = waiting;
      this.used = used;
      this.random = random;
      this.batchSize = batchSize;
    }

    void fill(List<Integer> order) {
      List<Integer> putOff = new ArrayList<>();
      while (batch.size() < batchSize && !waiting.isEmpty()) {
        int photo = waiting.remove();
        if (used.get(photo)) {
          continue;
        }
        if (take(photo)) {
          takeNeighbors(nearest[photo]);
        } else {
          putOff.add(photo);
        }
      }
      // Nothing but photos of references that the batch has: exchanged when all batches are full.
      for (int i = 0; batch.size() < batchSize; i++) {
        used.set(putOff.get(i));
        batch.add(putOff.get(i));
      }
      for (int i = putOff.size() - 1; i >= 0; i--) {
        waiting.addFirst(putOff.get(i));
      }
      order.addAll(batch);
    }

    private void takeNeighbors(int[] candidates) {
      int taken = 0;
      for (int i : Permutation.random(candidates.length, random)) {
        if (taken == options.perPhoto() || batch.size() == batchSize) {
          return;
        }
        if (!used.get(candidates[i]) && take(candidates[i])) {
          taken++;
        }
      }
    }

    private boolean take(int photo) {
      if (references != null && !referencesSeen.add(references[photo])) {
        return false;
      }
      used.set(photo);
      batch.add(photo);
      return true;
    }
  }
}
