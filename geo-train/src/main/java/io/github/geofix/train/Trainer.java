package io.github.geofix.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.models.Trainable;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.train.data.BatchLoader;
import io.github.geofix.train.data.BatchOrder;
import io.github.geofix.train.data.Seeds;
import io.github.geofix.train.optim.AdamW;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Trains a network with AdamW.
 *
 * <pre>{@code
 * TrainReport report =
 *     Trainer.of(model, TrainOptions.defaults().withEpochs(10).withSeed(1))
 *         .onProgress(p -> System.err.printf("%d/%d %.3f%n", p.step(), p.steps(), p.loss()))
 *         .fit(photos);
 * }</pre>
 *
 * <p>Two runs with the same options, photos and number of engine threads give the same weights:
 * order, augmentation and dropout follow from the seed and the step, not from the timing of
 * threads. Only one run can be under way in a JVM at a time.
 */
public final class Trainer {
  /** Weight of the latest step in the throughput that progress reports. */
  private static final double PACE = 0.05;

  private final Trainable model;
  private final TrainOptions options;
  private Consumer<Progress> onProgress = progress -> {};

  private Trainer(Trainable model, TrainOptions options) {
    this.model = model;
    this.options = options;
  }

  /** Returns a trainer of a model whose network has its initial values. */
  public static Trainer of(Trainable model, TrainOptions options) {
    return new Trainer(model, options);
  }

  /** Calls {@code listener} after every step, on the training thread; returns this. */
  public Trainer onProgress(Consumer<Progress> listener) {
    onProgress = onProgress.andThen(listener);
    return this;
  }

  /**
   * Trains; blocks until done.
   *
   * @throws IllegalArgumentException if there are no photos
   * @throws ArithmeticException if the loss is not finite; the weights are those of the step before
   * @throws CancellationException if the thread is interrupted
   */
  public TrainReport fit(PhotoSource photos) {
    Engine engine = TorchEngine.engine();
    long start = System.nanoTime();
    model.network().requireGradients(true);
    try (BatchLoader loader =
            new BatchLoader(
                photos,
                model,
                BatchOrder.shuffled(options.seed()),
                options.batchSize(),
                options.seed(),
                options.workers(),
                0);
        AdamW optimizer =
            AdamW.of(
                model.network(), AdamW.Options.defaults().withWeightDecay(options.weightDecay()));
        NDManager manager = TorchEngine.newManager()) {
      long stepsPerEpoch = loader.stepsPerEpoch();
      long steps = Math.min(options.maxSteps(), options.epochs() * stepsPerEpoch);
      List<TrainReport.Epoch> epochs = new ArrayList<>();
      double epochLoss = 0;
      double secondsPerStep = 0;
      for (long step = 0; step < steps; step++) {
        long stepStart = System.nanoTime();
        double rate =
            options.learningRate() * options.schedule().factor(step, steps, stepsPerEpoch);
        engine.setRandomSeed(seedOfStep(step));
        double loss;
        try (BatchLoader.StackedExamples examples = loader.next();
            NDManager stepManager = manager.newSubManager()) {
          loss = backward(engine, examples, stepManager);
        }
        if (!Double.isFinite(loss)) {
          throw notFinite("the loss is " + loss, step);
        }
        double norm = optimizer.clipNorm(options.clipNorm());
        if (!Double.isFinite(norm)) {
          throw notFinite("the norm of the gradients is " + norm, step);
        }
        optimizer.step(rate);

        epochLoss += loss;
        long inEpoch = step % stepsPerEpoch + 1;
        int epoch = Math.toIntExact(step / stepsPerEpoch);
        double seconds = (System.nanoTime() - stepStart) * 1e-9;
        secondsPerStep = step == 0 ? seconds : (1 - PACE) * secondsPerStep + PACE * seconds;
        onProgress.accept(
            new Progress(
                step + 1, steps, epoch, loss, rate, norm, loader.batchSize() / secondsPerStep));
        if (inEpoch == stepsPerEpoch || step == steps - 1) {
          epochs.add(new TrainReport.Epoch(epoch, step + 1, epochLoss / inEpoch, rate));
          epochLoss = 0;
        }
      }
      return new TrainReport(
          steps, (System.nanoTime() - start) * 1e-9, epochs.get(epochs.size() - 1).loss(), epochs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("training was interrupted");
    } finally {
      model.network().requireGradients(false);
    }
  }

  private double backward(
      Engine engine, BatchLoader.StackedExamples examples, NDManager stepManager) {
    try (GradientCollector collector = engine.newGradientCollector()) {
      NDArray loss = model.loss(Forward.TRAINING, examples.toBatch(stepManager));
      if (loss.getShape().dimension() != 0) {
        // PyTorch would sum it without a word.
        throw new IllegalStateException(
            "the loss has shape " + loss.getShape() + ", a scalar is needed: take its mean");
      }
      double value = loss.toType(DataType.FLOAT32, false).getFloat();
      if (Double.isFinite(value)) {
        collector.backward(loss);
      }
      return value;
    }
  }

  /**
   * PyTorch's generator takes the seed of each step, so dropout can be repeated from any step on.
   */
  private int seedOfStep(long step) {
    return (int) Seeds.derive(options.seed(), step);
  }

  private static ArithmeticException notFinite(String what, long step) {
    return new ArithmeticException(
        what + " at step " + (step + 1) + ": try a smaller learning rate or a longer warm-up");
  }
}
