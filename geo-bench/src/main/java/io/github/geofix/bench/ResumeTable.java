package io.github.geofix.bench;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedConfig.Matching.Cosine;
import io.github.geofix.models.embed.EmbedConfig.Matching.InBatch;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.embed.Fusion.Input;
import io.github.geofix.models.embed.Fusion.Norm;
import io.github.geofix.models.embed.Fusion.PhotoStream;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Kills training with SIGKILL at random moments, ten times, and compares what it ends with to a run
 * that was left alone, bit by bit. Prints one CSV row.
 *
 * <p>Arguments: an empty folder, the seed of the moments, 1 by default, and what is trained: {@code
 * color}, the smallest network there is, by default, or {@code embed}, with fusion, negatives in
 * the batch and batch normalization.
 */
public final class ResumeTable {
  private static final int KILLS = 10;
  private static final int STEPS = 300;
  private static final int PLACES = 1000;
  private static final String COLOR = "color";

  private ResumeTable() {}

  /** Runs the program. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args[0].equals("child")) {
      train(Path.of(args[1]), args[2]);
      return;
    }
    Path folder = Path.of(args[0]);
    long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
    String task = args.length > 2 ? args[2] : COLOR;
    Random random = new Random(seed);
    Path killed = folder.resolve("killed");
    int kills = 0;
    while (kills < KILLS) {
      Process process = start(killed, task);
      waitForFirstWrite(killed, process);
      // Any moment: within a step, within the writing of a checkpoint, or between the two.
      if (!process.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        kills++;
      } else {
        throw new IllegalStateException("the run ended after " + kills + " kills: use more steps");
      }
    }
    finish(start(killed, task));
    Path calm = folder.resolve("calm");
    finish(start(calm, task));
    System.out.println("task,kills,seed,steps,arrays,differentArrays");
    System.out.printf(
        Locale.ROOT,
        "%s,%d,%d,%d,%s%n",
        task,
        kills,
        seed,
        STEPS,
        compare(calm.resolve("last.safetensors"), killed.resolve("last.safetensors")));
  }

  private static void train(Path folder, String task) {
    TrainOptions options =
        TrainOptions.defaults()
            .withSteps(STEPS)
            .withBatchSize(32)
            .withEmaDecay(0.99)
            .withSeed(7)
            .withCheckpointSeconds(0.1);
    if (task.equals(COLOR)) {
      try (NDManager manager = TorchEngine.newManager()) {
        Trainer.of(new ColorTask(manager, 1), options)
            .validateOn(new ColorTask.Photos(64))
            .fit(new ColorTask.Photos(1000), folder);
      }
      return;
    }
    EarthPhotos photos = EmbedEarth.training(EarthData.read(Path.of("examples/data/earth")), 1);
    EmbedConfig config =
        EmbedConfig.tiny()
            .withMatching(Cosine.defaults().withNegatives(InBatch.defaults()))
            .withFusion(
                new PhotoStream(2, Input.defaults().withSource("water", 2), 16, 8, 2, Norm.BEFORE));
    List<LatLng> places =
        IntStream.range(0, PLACES).mapToObj(i -> photos.view(i).center()).toList();
    try (EmbedModel model = EmbedModel.create(config, places, 1)) {
      Trainer.of(model, options).validateOn(photos.source(64)).fit(photos.source(1000), folder);
    }
  }

  private static Process start(Path run, String task) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-Dai.djl.pytorch.num_threads=" + System.getProperty("ai.djl.pytorch.num_threads", "1"),
            ResumeTable.class.getName(),
            "child",
            run.toString(),
            task)
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
