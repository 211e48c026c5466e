package io.github.geofix.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.train.Learner.StepResult;
import io.github.geofix.train.TrainReport.Ending;
import io.github.geofix.train.TrainReport.Epoch;
import io.github.geofix.train.Trainer.Progress;
import io.github.geofix.train.internal.data.BatchLoader;
import io.github.geofix.train.internal.data.BatchOrder;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One call of {@link Trainer#fit}: the loop over steps and epochs. */
final class TrainingRun {

  /** The settings of the trainer. */
  record Setup(
      Trainable model,
      TrainOptions options,
      BatchOrder order,
      Optional<Validation> validation,
      Consumer<Progress> onProgress,
      Consumer<Epoch> onEpoch,
      Consumer<String> onNotice) {}

  /** Rows of metrics in a run, so that a long one stays readable. */
  private static final int ROWS = 1000;

  /** Weight of the latest step in the throughput that progress reports. */
  private static final double PACE = 0.05;

  private final Setup setup;
  private final TrainOptions options;
  private final Examples examples;
  private final Optional<RunFolder> folder;
  private final BooleanSupplier stopRequested;

  private Optional<MetricsFile> metrics = Optional.empty();
  private long stepsPerEpoch;
  private long photosPerStep;
  private long steps;

  private final List<Epoch> epochs = new ArrayList<>();
  private long step;
  private int bestEpoch = -1;
  private double epochLoss;
  private double rowLoss;
  private int rowSteps;
  private List<List<Integer>> orders = List.of();
  private double secondsPerStep;
  private long savedStep;
  private long savedAt = System.nanoTime();

  TrainingRun(
      Setup setup, Examples examples, Optional<RunFolder> folder, BooleanSupplier stopRequested) {
    this.setup = setup;
    this.options = setup.options();
    this.examples = examples;
    this.folder = folder;
    this.stopRequested = stopRequested;
  }

  /** Trains to the end, or until asked to stop. */
  TrainReport train() {
    long start = System.nanoTime();
    try (Learner learner = new Learner(setup.model(), options)) {
      folder.filter(f -> Files.exists(f.last())).ifPresent(f -> resume(f, learner));
      metrics = folder.map(f -> new MetricsFile(f.metrics(), step));
      Ending ending;
      try (BatchLoader loader = loader()) {
        stepsPerEpoch = loader.stepsPerEpoch();
        photosPerStep = (long) loader.batchSize() * options.batches().gradientAccumulationSteps();
        steps = options.stopping().steps(stepsPerEpoch);
        if (!orders.isEmpty()) {
          loader.resumeOrders(orders);
        }
        ending = loop(learner, loader);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        ending = Ending.STOPPED;
      }
      if (step > savedStep) {
        save(learner);
      }
      if (ending == Ending.STOPPED) {
        folder.ifPresent(this::noticeHowToResume);
      }
      double finalLoss = finalLoss();
      learner.finish();
      return new TrainReport(
          step,
          step * photosPerStep,
          (System.nanoTime() - start) * 1e-9,
          finalLoss,
          epochs,
          bestEpoch,
          ending);
    }
  }

  private BatchLoader loader() {
    return BatchLoader.training(
        examples,
        setup.model().inputShapes(),
        setup.order(),
        options.batches(),
        options.seed(),
        step);
  }

  private void resume(RunFolder run, Learner learner) {
    try (NDManager manager = TorchEngine.newManager()) {
      Map<String, NDArray> arrays = new LinkedHashMap<>();
      Checkpoint checkpoint = Checkpoint.read(run.last(), manager, arrays);
      checkpoint.checkFits(options, examples.size(), run.last());
      learner.restore(arrays, checkpoint.optimizerSteps());
      step = checkpoint.steps();
      savedStep = step;
      checkpoint.epochs().forEach(epoch -> epochs.add(epoch.epochReport()));
      bestEpoch = checkpoint.bestEpoch();
      epochLoss = checkpoint.epochLoss();
      rowLoss = checkpoint.rowLoss().sum();
      rowSteps = checkpoint.rowLoss().steps();
      orders = checkpoint.orders();
    }
  }

  private Ending loop(Learner learner, BatchLoader loader) throws InterruptedException {
    while (step < steps) {
      if (outOfPatience()) {
        return Ending.NO_GAIN;
      }
      if (stopRequested.getAsBoolean() || Thread.currentThread().isInterrupted()) {
        return Ending.STOPPED;
      }
      Progress progress = takeStep(learner, loader);
      boolean gained = false;
      double validationLoss = Double.NaN;
      if (step % stepsPerEpoch == 0 || step == steps) {
        validationLoss = validate(learner);
        gained = endEpoch(progress, validationLoss, located(learner), learner);
      }
      addRow(progress, validationLoss);
      if (gained || System.nanoTime() - savedAt >= options.checkpointSeconds() * 1e9) {
        save(learner);
      }
      setup.onProgress().accept(progress);
    }
    return Ending.COMPLETED;
  }

  private boolean outOfPatience() {
    int patience = options.stopping().patience();
    return patience > 0 && bestEpoch >= 0 && epochs.size() - 1 - bestEpoch >= patience;
  }

  private Progress takeStep(Learner learner, BatchLoader loader) throws InterruptedException {
    long start = System.nanoTime();
    double rateFactor = options.schedule().factor(step, steps, stepsPerEpoch);
    int epoch = Math.toIntExact(step / stepsPerEpoch);
    StepResult result;
    try {
      result = learner.step(loader, step, rateFactor);
    } catch (ArithmeticException e) {
      throw new ArithmeticException(e.getMessage() + lastCheckpoint());
    }
    step++;
    orders = loader.ordersToKeep(step % stepsPerEpoch == 0);
    epochLoss += result.loss();
    rowLoss += result.loss();
    rowSteps++;
    double seconds = (System.nanoTime() - start) * 1e-9;
    secondsPerStep = secondsPerStep == 0 ? seconds : (1 - PACE) * secondsPerStep + PACE * seconds;
    return new Progress(
        step,
        steps,
        epoch,
        result.loss(),
        options.optimizer().learningRate() * rateFactor,
        result.gradientNorm(),
        photosPerStep / secondsPerStep);
  }

  private double validate(Learner learner) {
    if (setup.validation().isEmpty()) {
      return Double.NaN;
    }
    try (BatchLoader loader =
        BatchLoader.inOrder(
            setup.validation().get().examples(),
            setup.model().inputShapes(),
            options.batches(),
            options.seed())) {
      return learner.validate(loader);
    }
  }

  /** Returns the share of validation photos located within the distance asked for, else NaN. */
  private double located(Learner learner) {
    double meters = options.stopping().withinMeters();
    if (meters == 0 || setup.validation().isEmpty()) {
      return Double.NaN;
    }
    Validation validation = setup.validation().get();
    // A step at an epoch's end is done only with its validation: an interrupt has to wait.
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return learner.onAverage(() -> validation.shareWithin(meters));
        } catch (CancellationException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns whether the epoch is the best so far. */
  private boolean endEpoch(
      Progress progress, double validationLoss, double validationShare, Learner learner) {
    int number = progress.epoch();
    Epoch epoch =
        new Epoch(
            number, step, finalLoss(), validationLoss, validationShare, progress.learningRate());
    boolean best =
        bestEpoch < 0 ? Double.isFinite(validationLoss) : epoch.isBetterThan(epochs.get(bestEpoch));
    // An epoch that the last step cut short is taken up again if the run is later made longer. Its
    // line stays as long as its weights are the best, so that others are compared with them.
    if (best || bestEpoch != number) {
      epochs.removeIf(earlier -> earlier.epoch() == number);
      epochs.add(epoch);
    }
    if (best) {
      bestEpoch = number;
      learner.keepAsBest();
    }
    if (step % stepsPerEpoch == 0) {
      epochLoss = 0;
    }
    setup.onEpoch().accept(epoch);
    return best;
  }

  /** Returns the mean loss since the last full epoch began. */
  private double finalLoss() {
    if (step == 0) {
      return Double.NaN;
    }
    if (epochLoss == 0 && !epochs.isEmpty()) {
      return epochs.get(epochs.size() - 1).loss();
    }
    long inEpoch = step % stepsPerEpoch;
    return epochLoss / (inEpoch == 0 ? stepsPerEpoch : inEpoch);
  }

  private void addRow(Progress progress, double validationLoss) {
    boolean due = rowSteps >= Math.max(1, steps / ROWS) || step == steps;
    if (metrics.isPresent() && (due || !Double.isNaN(validationLoss))) {
      metrics
          .get()
          .add(
              new MetricsFile.Row(
                  step,
                  progress.epoch(),
                  rowLoss / rowSteps,
                  validationLoss,
                  progress.learningRate(),
                  progress.gradientNorm(),
                  progress.examplesPerSecond()));
      rowLoss = 0;
      rowSteps = 0;
    }
  }

  private void save(Learner learner) {
    if (folder.isEmpty()) {
      return;
    }
    try {
      uninterrupted(() -> write(folder.get(), learner));
    } catch (UncheckedIOException e) {
      throw new UncheckedIOException(e.getMessage() + lastCheckpoint(), e.getCause());
    }
    savedAt = System.nanoTime();
  }

  /** Runs without interrupts, which would close the files being written. */
  private static void uninterrupted(Runnable body) {
    boolean interrupted = Thread.interrupted();
    try {
      body.run();
    } catch (UncheckedIOException e) {
      if (!(e.getCause() instanceof ClosedByInterruptException)) {
        throw e;
      }
      interrupted = Thread.interrupted();
      body.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Writes the checkpoint last, so that the files it refers to exist. */
  private void write(RunFolder run, Learner learner) {
    if (bestEpoch >= 0 && epochs.get(bestEpoch).steps() == step) {
      Checkpoint.writer(learner.best()).write(run.best());
    }
    metrics.ifPresent(MetricsFile::write);
    new Checkpoint(
            Checkpoint.FORMAT,
            NamedValues.of(options),
            examples.size(),
            step,
            epochs.stream().map(Checkpoint.EpochState::of).toList(),
            bestEpoch,
            epochLoss,
            new Checkpoint.LossSum(rowLoss, rowSteps),
            orders,
            learner.optimizerSteps())
        .write(run.last(), learner.arrays());
    savedStep = step;
  }

  private String lastCheckpoint() {
    return folder
        .filter(f -> savedStep > 0)
        .map(f -> "; " + f + " still holds the checkpoint of step " + savedStep)
        .orElse("");
  }

  private void noticeHowToResume(RunFolder run) {
    setup
        .onNotice()
        .accept(
            "stopped after step "
                + step
                + " of "
                + steps
                + "; all is kept in "
                + run
                + ": train into it again to resume");
  }
}
