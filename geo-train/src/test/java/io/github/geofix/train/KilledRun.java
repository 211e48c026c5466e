package io.github.geofix.train;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.models.nn.TorchEngine;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * The process that a test kills: trains into a folder, says on stdout where it is and, if asked to,
 * waits there forever. Arguments: the folder, the steps of the run, the step and the photo to wait
 * at; 0 for neither.
 */
final class KilledRun {
  static final ColorModel.Photos PHOTOS = new ColorModel.Photos(200);
  static final TrainOptions OPTIONS =
      TrainOptions.defaults()
          .withBatchSize(16)
          .withLearningRate(0.003)
          .withEmaDecay(0.95)
          .withSeed(5);

  private KilledRun() {}

  public static void main(String[] args) {
    long steps = Long.parseLong(args[1]);
    long lastStep = Long.parseLong(args[2]);
    int lastPhoto = Integer.parseInt(args[3]);
    // With a checkpoint after each epoch that gains, and after each step where the run waits at
    // one.
    TrainOptions options =
        OPTIONS.withSteps(steps).withCheckpointSeconds(lastStep > 0 ? 0 : Double.MAX_VALUE);
    try (NDManager manager = TorchEngine.newManager()) {
      Trainer.of(new ColorModel(manager, 1), options)
          .validateOn(PHOTOS)
          .onProgress(
              progress -> {
                System.out.println("step " + progress.step());
                if (progress.step() == lastStep) {
                  waitForever();
                }
              })
          .fit(lastPhoto > 0 ? new UpTo(lastPhoto) : PHOTOS, Path.of(args[0]));
    }
  }

  private static void waitForever() {
    System.out.println("waiting");
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The photos, of which one of the second epoch or later never comes. */
  private record UpTo(int last) implements PhotoSource {
    @Override
    public int size() {
      return PHOTOS.size();
    }

    @Override
    public LabeledPhoto photo(int epoch, int index) {
      if (epoch > 1 && index == last) {
        waitForever();
      }
      return PHOTOS.photo(epoch, index);
    }
  }
}
