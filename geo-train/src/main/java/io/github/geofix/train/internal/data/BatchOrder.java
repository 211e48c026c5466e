package io.github.geofix.train.internal.data;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The order of the photos of each epoch, and so which photos share a batch. */
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
   * Returns after how many epochs the order is made again from the network's weights, or 0 if it
   * does not depend on them. With a period of {@code p}, the orders of {@code p} epochs are asked
   * for at once, when all steps before them are done, and kept in checkpoints.
   */
  default int weightsPeriod() {
    return 0;
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
