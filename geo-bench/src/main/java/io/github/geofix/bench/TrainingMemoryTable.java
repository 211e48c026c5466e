package io.github.geofix.bench;

import ai.djl.ndarray.NDManager;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.Trainer;
import java.util.Locale;

/**
 * Trains for 1,100 steps and prints, as CSV, the memory that the process holds (Linux) every 100
 * steps; it should not grow by more than 20 MB after the first 100.
 *
 * <p>Arguments: the batch size, 128 by default.
 */
public final class TrainingMemoryTable {
  private static final int STEPS = 1100;
  private static final int EVERY = 100;

  private TrainingMemoryTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    int batch = args.length > 0 ? Integer.parseInt(args[0]) : 128;
    TrainOptions options = TrainOptions.defaults().withSteps(STEPS).withBatchSize(batch);
    System.out.println("step,residentMiB,growthMiB,examplesPerSecond,loss");
    double[] first = {Double.NaN};
    try (NDManager manager = TorchEngine.newManager()) {
      Trainer.of(new ColorTask(manager, 1), options)
          .onProgress(
              progress -> {
                if (progress.step() % EVERY == 0) {
                  double now = OwnProcess.residentMiB();
                  first[0] = Double.isNaN(first[0]) ? now : first[0];
                  System.out.printf(
                      Locale.ROOT,
                      "%d,%.1f,%.1f,%.0f,%.3f%n",
                      progress.step(),
                      now,
                      now - first[0],
                      progress.examplesPerSecond(),
                      progress.loss());
                }
              })
          .fit(new ColorTask.Photos(100_000));
    }
  }
}
