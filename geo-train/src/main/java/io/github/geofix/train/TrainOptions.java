package io.github.geofix.train;

import io.github.geofix.train.optim.Schedule;

/**
 * How a network is trained. Immutable.
 *
 * @param epochs passes over the photos, at least 1
 * @param maxSteps end after that many optimizer steps even if epochs are left
 * @param batchSize photos in a batch, at least 1
 * @param learningRate the peak rate, above 0
 * @param schedule how the rate moves
 * @param weightDecay AdamW's decoupled decay, at least 0
 * @param clipNorm largest Euclidean norm of all gradients together; infinite to leave them alone
 * @param seed everything random follows from it
 * @param workers threads that make examples, at least 1
 */
public record TrainOptions(
    int epochs,
    long maxSteps,
    int batchSize,
    double learningRate,
    Schedule schedule,
    double weightDecay,
    double clipNorm,
    long seed,
    int workers) {

  /** Checks the ranges. */
  public TrainOptions {
    check(epochs >= 1, "epochs", epochs, "at least 1");
    check(maxSteps >= 1, "max steps", maxSteps, "at least 1");
    check(batchSize >= 1, "batch size", batchSize, "at least 1");
    check(learningRate > 0 && learningRate < 1e3, "learning rate", learningRate, "above 0");
    check(weightDecay >= 0, "weight decay", weightDecay, "at least 0");
    check(clipNorm > 0, "clip norm", clipNorm, "above 0");
    check(workers >= 1, "workers", workers, "at least 1");
  }

  private static void check(boolean good, String name, Number given, String needed) {
    if (!good) {
      throw new IllegalArgumentException(name + " " + given + ": " + needed + " needed");
    }
  }

  /**
   * Ten epochs in batches of 64, rate 1e-3 with 50 steps of warm-up and a cosine to zero, weight
   * decay 0.01, gradients clipped at norm 1, seed 0, a worker for each processor up to 8.
   */
  public static TrainOptions defaults() {
    return new TrainOptions(
        10,
        Long.MAX_VALUE,
        64,
        1e-3,
        Schedule.cosine(0).afterWarmup(50),
        0.01,
        1,
        0,
        Math.min(8, Runtime.getRuntime().availableProcessors()));
  }

  /** Returns a copy that passes over the photos that many times. */
  public TrainOptions withEpochs(int newEpochs) {
    return new TrainOptions(
        newEpochs,
        maxSteps,
        batchSize,
        learningRate,
        schedule,
        weightDecay,
        clipNorm,
        seed,
        workers);
  }

  /** Returns a copy that takes exactly that many steps, over as many epochs as they need. */
  public TrainOptions withSteps(long steps) {
    return new TrainOptions(
        Integer.MAX_VALUE,
        steps,
        batchSize,
        learningRate,
        schedule,
        weightDecay,
        clipNorm,
        seed,
        workers);
  }

  /** Returns a copy with another batch size. */
  public TrainOptions withBatchSize(int newBatchSize) {
    return new TrainOptions(
        epochs,
        maxSteps,
        newBatchSize,
        learningRate,
        schedule,
        weightDecay,
        clipNorm,
        seed,
        workers);
  }

  /** Returns a copy with another peak rate. */
  public TrainOptions withLearningRate(double newLearningRate) {
    return new TrainOptions(
        epochs,
        maxSteps,
        batchSize,
        newLearningRate,
        schedule,
        weightDecay,
        clipNorm,
        seed,
        workers);
  }

  /** Returns a copy with another schedule. */
  public TrainOptions withSchedule(Schedule newSchedule) {
    return new TrainOptions(
        epochs,
        maxSteps,
        batchSize,
        learningRate,
        newSchedule,
        weightDecay,
        clipNorm,
        seed,
        workers);
  }

  /** Returns a copy with another weight decay. */
  public TrainOptions withWeightDecay(double newWeightDecay) {
    return new TrainOptions(
        epochs,
        maxSteps,
        batchSize,
        learningRate,
        schedule,
        newWeightDecay,
        clipNorm,
        seed,
        workers);
  }

  /** Returns a copy with another limit on the gradients' norm. */
  public TrainOptions withClipNorm(double newClipNorm) {
    return new TrainOptions(
        epochs,
        maxSteps,
        batchSize,
        learningRate,
        schedule,
        weightDecay,
        newClipNorm,
        seed,
        workers);
  }

  /** Returns a copy with another seed. */
  public TrainOptions withSeed(long newSeed) {
    return new TrainOptions(
        epochs,
        maxSteps,
        batchSize,
        learningRate,
        schedule,
        weightDecay,
        clipNorm,
        newSeed,
        workers);
  }

  /** Returns a copy with another number of worker threads. */
  public TrainOptions withWorkers(int newWorkers) {
    return new TrainOptions(
        epochs,
        maxSteps,
        batchSize,
        learningRate,
        schedule,
        weightDecay,
        clipNorm,
        seed,
        newWorkers);
  }
}
