package io.github.geofix.train;

import ai.djl.ndarray.NDManager;
import io.github.geofix.models.nn.TorchEngine;
import java.nio.file.Path;

/** The process that a test kills: trains into the folder it is given. */
final class KilledRun {
  static final ColorModel.Photos PHOTOS = new ColorModel.Photos(200);
  static final TrainOptions OPTIONS =
      TrainOptions.defaults()
          .withSteps(400)
          .withBatchSize(16)
          .withLearningRate(0.003)
          .withEmaDecay(0.95)
          .withCheckpointSeconds(0)
          .withSeed(5);

  private KilledRun() {}

  public static void main(String[] args) {
    try (NDManager manager = TorchEngine.newManager()) {
      Trainer.of(new ColorModel(manager, 1), OPTIONS).fit(PHOTOS, Path.of(args[0]));
    }
  }
}
