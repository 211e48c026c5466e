package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.train.optim.AdamW;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A training step of ConvNeXt-T on 2 x 3 x 224 x 224, forward, backward and AdamW, beside PyTorch's
 * on the same machine: the two take turns, and the medians of all turns are compared. Prints CSV.
 *
 * <p>Arguments: the Python with torch and torchvision, the folder of {@code training_step.py}, the
 * number of threads. Run with {@code OMP_WAIT_POLICY=PASSIVE} and {@code
 * -Dai.djl.pytorch.num_threads} of the same number.
 */
public final class TrainingStepTable {
  private static final int TURNS = 2;
  private static final int STEPS = 5;
  private static final int WARMUP = 2;
  private static final int CLASSES = 1000;
  private static final int BATCH = 2;
  private static final int SIDE = 224;

  private TrainingStepTable() {}

  private static final class Classifier extends Module {
    private final ConvNeXt backbone;
    private final Linear head;

    Classifier() {
      backbone = child("backbone", new ConvNeXt(ConvNeXt.Options.tiny()));
      head = child("head", new Linear(backbone.vectorWidth(), CLASSES));
    }

    NDArray loss(NDArray images, NDArray labels) {
      Forward f = Forward.TRAINING;
      NDArray logits = head.forward(f, backbone.vector(f, images));
      return logits.logSoftmax(1).gather(labels, 1).mean().neg();
    }
  }

  /** Runs the program. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length != 3) {
      throw new IllegalArgumentException("needed: PYTHON BASELINES_FOLDER THREADS");
    }
    double[] ours = new double[TURNS];
    double[] peers = new double[TURNS];
    try (NDManager manager = TorchEngine.newManager()) {
      Classifier network = new Classifier();
      network.initialize(manager, 1);
      network.requireGradients(true);
      try (AdamW optimizer = AdamW.of(network, AdamW.Options.defaults().withLearningRate(1e-4))) {
        for (int turn = 0; turn < TURNS; turn++) {
          ours[turn] = median(network, optimizer, manager);
          peers[turn] = peer(args[0], args[1], args[2]);
        }
      }
    }
    System.out.println("case,threads,geofixMillis,pytorchMillis,ratio");
    System.out.printf(
        Locale.ROOT,
        "convnext-t 2x3x224x224,%s,%.1f,%.1f,%.3f%n",
        args[2],
        median(ours),
        median(peers),
        median(ours) / median(peers));
    System.out.printf(
        "# turns: geofix %s, pytorch %s%n", Arrays.toString(ours), Arrays.toString(peers));
  }

  private static double median(Classifier network, AdamW optimizer, NDManager manager) {
    double[] millis = new double[STEPS];
    for (int i = -WARMUP; i < STEPS; i++) {
      long start = System.nanoTime();
      try (NDManager step = manager.newSubManager()) {
        NDArray images = step.randomNormal(0, 1, new Shape(BATCH, 3, SIDE, SIDE), DataType.FLOAT32);
        NDArray labels = step.create(new long[BATCH], new Shape(BATCH, 1));
        try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
          NDArray loss = network.loss(images, labels);
          collector.backward(loss);
          loss.getFloat();
        }
        optimizer.step(1);
      }
      if (i >= 0) {
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    return median(millis);
  }

  private static double peer(String python, String folder, String threads)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    python,
                    folder + "/training_step.py",
                    threads,
                    Integer.toString(WARMUP),
                    Integer.toString(STEPS)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException(python + " failed: " + output);
    }
    return Double.parseDouble(output);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
