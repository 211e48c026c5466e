package io.github.geofix.bench;

import io.github.geofix.train.TrainOptions;

/** How the tables train models of the smallest size. */
final class EarthTraining {
  private EarthTraining() {}

  static TrainOptions options(long steps, int batch, long seed) {
    return TrainOptions.defaults()
        .withSteps(steps)
        .withBatchSize(batch)
        .withLearningRate(2e-3)
        .withWeightDecay(0.02)
        .withSeed(seed);
  }
}
