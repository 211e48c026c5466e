package io.github.geofix.train.data;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Decides which photos share a batch. */
@FunctionalInterface
public interface BatchOrder {

  /**
   * Returns the photos of an epoch in order; batch {@code b} takes those from {@code b * batchSize}
   * on. Called again with the same arguments when a run is resumed, and must then give the same.
   *
   * @param epoch 0, 1, ...
   * @param size number of photos
   * @param batchSize photos in a batch, at most {@code size}
   * @return photo indexes, at least {@code size / batchSize * batchSize} of them
   */
  int[] epoch(int epoch, int size, int batchSize);

  /**
   * Returns true if the order depends on the network's weights at the start of the epoch. It is
   * then asked for when all steps before are done, and kept in checkpoints.
   */
  default boolean dependsOnWeights() {
    return false;
  }

  /** The photos as they come. */
  static BatchOrder inOrder() {
    return (epoch, size, batchSize) -> IntStream.range(0, size).toArray();
  }

  /** Every photo once an epoch, in a new random order each time. */
  static BatchOrder shuffled(long seed) {
    return (epoch, size, batchSize) -> {
      SplittableRandom random = new SplittableRandom(Seeds.derive(seed, epoch));
      return Permutation.random(size, random);
    };
  }
}
