package io.github.geofix.bench;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Kills training with SIGKILL at random moments, ten times, and compares what it ends with to a run
 * that was left alone, bit by bit. Prints one CSV row.
 *
 * <p>Arguments: an empty folder, and the seed of the moments, 1 by default.
 */
public final class ResumeTable {
  private static final int KILLS = 10;
  private static final int STEPS = 300;

  private ResumeTable() {}

  /** Runs the program. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args[0].equals("child")) {
      train(Path.of(args[1]));
      return;
    }
    Path folder = Path.of(args[0]);
    long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
    Random random = new Random(seed);
    Path killed = folder.resolve("killed");
    int kills = 0;
    while (kills < KILLS) {
      Process process = start(killed);
      waitForFirstWrite(killed, process);
      // Any moment: within a step, within the writing of a checkpoint, or between the two.
      if (!process.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        kills++;
      } else {
        throw new IllegalStateException("the run ended after " + kills + " kills: use more steps");
      }
    }
    finish(start(killed));
    Path calm = folder.resolve("calm");
    finish(start(calm));
    System.out.println("kills,seed,steps,arrays,differentArrays");
    System.out.printf(
        Locale.ROOT,
        "%d,%d,%d,%s%n",
        kills,
        seed,
        STEPS,
        compare(calm.resolve("last.safetensors"), killed.resolve("last.safetensors")));
  }

  private static void train(Path folder) {
    TrainOptions options =
        TrainOptions.defaults()
            .withSteps(STEPS)
            .withBatchSize(32)
            .withEmaDecay(0.99)
            .withSeed(7)
            .withCheckpointSeconds(0.1);
    try (NDManager manager = TorchEngine.newManager()) {
      Trainer.of(new ColorTask(manager, 1), options)
          .validateOn(new ColorTask.Photos(64))
          .fit(new ColorTask.Photos(1000), folder);
    }
  }

  private static Process start(Path run) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-Dai.djl.pytorch.num_threads=" + System.getProperty("ai.djl.pytorch.num_threads", "1"),
            ResumeTable.class.getName(),
            "child",
            run.toString())
        .inheritIO()
        .start();
  }

  private static void waitForFirstWrite(Path run, Process process)
      throws IOException, InterruptedException {
    Path file = run.resolve("last.safetensors");
    Object before = Files.exists(file) ? Files.getLastModifiedTime(file) : "none";
    while (!Files.exists(file) || Files.getLastModifiedTime(file).equals(before)) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("the run ended with " + process.exitValue());
      }
    }
  }

  private static void finish(Process process) throws InterruptedException {
    if (process.waitFor() != 0) {
      throw new IllegalStateException("the run ended with " + process.exitValue());
    }
  }

  private static String compare(Path expected, Path actual) {
    try (Safetensors a = Safetensors.open(expected);
        Safetensors b = Safetensors.open(actual)) {
      long different =
          a.names().stream().filter(name -> !Arrays.equals(a.floats(name), b.floats(name))).count();
      return a.names().size() + "," + different;
    }
  }
}
