package io.github.geofix.train.data;

import io.github.geofix.core.Precision;

/**
 * How examples are grouped into batches, and who loads them.
 *
 * @param size examples of a batch, at least 1; the negatives of a contrastive loss come from it. A
 *     smaller data set has smaller batches
 * @param gradientAccumulationSteps batches whose gradients are averaged for one optimizer step, at
 *     least 1; a loss within a batch still compares the examples of one batch only
 * @param chunkSize for a loss that compares the photos of a batch: photos that go through the
 *     network at once, so that a large batch takes the memory of a chunk (gradient caching, Gao et
 *     al., "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup", 2021), at the
 *     cost of one more forward pass; 0 for the whole batch. Loss and gradients are those of the
 *     whole batch. Not for networks with batch normalization, and not with gradient checkpointing
 * @param gradientCheckpointing whether the blocks of the network are computed again in the backward
 *     pass instead of keeping their arrays: about a third more time for a fraction of the memory
 * @param precision of the network's linear layers and attention: with {@link Precision#BFLOAT16}
 *     they are computed in 16 bits, from weights in float32; normalizations, losses and gradients
 *     of weights are in float32 (mixed precision, Micikevicius et al. 2018; bfloat16 needs no loss
 *     scaling)
 * @param workers threads that load and augment examples, at least 1; results do not depend on it
 * @param hardNegatives which examples share a batch
 */
public record Batches(
    int size,
    int gradientAccumulationSteps,
    int chunkSize,
    boolean gradientCheckpointing,
    Precision precision,
    int workers,
    HardNegatives hardNegatives) {
  private static final int MAX_DEFAULT_WORKERS = 8;

  /** Checks the ranges. */
  public Batches {
    requirePositive("size", size);
    requirePositive("gradientAccumulationSteps", gradientAccumulationSteps);
    requirePositive("workers", workers);
    if (chunkSize < 0) {
      throw new IllegalArgumentException("chunkSize " + chunkSize + ": at least 0 needed");
    }
    if (chunkSize > 0 && gradientCheckpointing) {
      throw new IllegalArgumentException(
          "chunkSize " + chunkSize + " does not go with gradientCheckpointing: choose one");
    }
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " " + value + ": at least 1 needed");
    }
  }

  /** Random batches of 64, one a step, with a worker for each processor, at most 8. */
  public static Batches defaults() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new Batches(
        64,
        1,
        0,
        false,
        Precision.FLOAT32,
        Math.min(MAX_DEFAULT_WORKERS, processors),
        HardNegatives.none());
  }

  /** Returns a copy with another batch size. */
  public Batches withSize(int size) {
    return new Batches(
        size,
        gradientAccumulationSteps,
        chunkSize,
        gradientCheckpointing,
        precision,
        workers,
        hardNegatives);
  }

  /** Returns a copy that averages the gradients of several batches for a step. */
  public Batches withGradientAccumulationSteps(int gradientAccumulationSteps) {
    return new Batches(
        size,
        gradientAccumulationSteps,
        chunkSize,
        gradientCheckpointing,
        precision,
        workers,
        hardNegatives);
  }

  /** Returns a copy with chunks of that many photos; 0 for none. */
  public Batches withChunkSize(int chunkSize) {
    return new Batches(
        size,
        gradientAccumulationSteps,
        chunkSize,
        gradientCheckpointing,
        precision,
        workers,
        hardNegatives);
  }

  /** Returns a copy with or without gradient checkpointing. */
  public Batches withGradientCheckpointing(boolean gradientCheckpointing) {
    return new Batches(
        size,
        gradientAccumulationSteps,
        chunkSize,
        gradientCheckpointing,
        precision,
        workers,
        hardNegatives);
  }

  /** Returns a copy with another precision. */
  public Batches withPrecision(Precision precision) {
    return new Batches(
        size,
        gradientAccumulationSteps,
        chunkSize,
        gradientCheckpointing,
        precision,
        workers,
        hardNegatives);
  }

  /** Returns a copy with another number of worker threads. */
  public Batches withWorkers(int workers) {
    return new Batches(
        size,
        gradientAccumulationSteps,
        chunkSize,
        gradientCheckpointing,
        precision,
        workers,
        hardNegatives);
  }

  /** Returns a copy with hard negatives. */
  public Batches withHardNegatives(HardNegatives hardNegatives) {
    return new Batches(
        size,
        gradientAccumulationSteps,
        chunkSize,
        gradientCheckpointing,
        precision,
        workers,
        hardNegatives);
  }
}
