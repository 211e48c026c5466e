package io.github.geofix.train;

import io.github.geofix.core.PhotoSource;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.train.TrainOptions.Stopping;
import io.github.geofix.train.data.TrainingData;
import io.github.geofix.train.internal.data.BatchOrder;
import io.github.geofix.train.internal.data.HardNegativeBatches;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network with AdamW.
 *
 * <pre>{@code
 * TrainReport report =
 *     Trainer.of(model, TrainOptions.defaults().withEpochs(10).withSeed(1))
 *         .validateOn(validationPhotos)
 *         .onEpoch(System.err::println)
 *         .fit(photos, Path.of("runs/first"));
 * }</pre>
 *
 * <p>With a run folder, a call resumes the run that an earlier call with the same folder left
 * unfinished, by Ctrl-C, a crash or a power cut. The result is the same to the last bit as without
 * the interruption, on the same machine with the same number of engine threads. Order, augmentation
 * and dropout follow from the seed and the step, never from the timing of threads.
 *
 * <p>A trainer is for one thread, except {@link #stop()}. A JVM can have one run at a time, because
 * PyTorch's Java binding records one computation at a time.
 */
public final class Trainer {
  private final Trainable model;
  private final TrainOptions options;
  private @Nullable BatchOrder order;
  private Optional<Validation> validation = Optional.empty();
  private Consumer<Progress> onProgress = progress -> {};
  private Consumer<TrainReport.Epoch> onEpoch = epoch -> {};
  private Consumer<String> onNotice = System.err::println;
  private volatile boolean stopRequested;

  private Trainer(Trainable model, TrainOptions options) {
    this.model = model;
    this.options = options;
  }

  /** Returns a trainer of a model whose network has its initial values. */
  public static Trainer of(Trainable model, TrainOptions options) {
    return new Trainer(model, options);
  }

  /**
   * Computes the loss on these photos after every epoch; the network ends with the weights of the
   * lowest loss, or of the most photos {@linkplain Stopping#withinMeters located within a
   * distance}. A remainder that does not fill a batch is left out of the loss. Returns this.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Trainer validateOn(PhotoSource photos) {
    Examples examples = Examples.of(model, photos);
    return validateOn(
        model instanceof GeoModel whole
            ? new Validation(examples, meters -> Validation.located(whole, photos, meters))
            : new Validation(examples, null));
  }

  /**
   * As {@link #validateOn(PhotoSource)}, on examples already made, by their loss; returns this.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Trainer validateOn(Examples examples) {
    return validateOn(new Validation(examples, null));
  }

  /**
   * As {@link #validateOn(PhotoSource)}, on examples already made; returns this.
   *
   * @param shareWithin returns the share of the photos that the model, as it is trained so far,
   *     locates within a distance in meters
   * @throws IllegalArgumentException if there are none
   */
  public Trainer validateOn(Examples examples, DoubleUnaryOperator shareWithin) {
    return validateOn(new Validation(examples, shareWithin));
  }

  private Trainer validateOn(Validation newValidation) {
    validation = Optional.of(newValidation);
    return this;
  }

  /** Lets {@code order} decide which photos share a batch, instead of the options; returns this. */
  Trainer inOrder(BatchOrder newOrder) {
    order = newOrder;
    return this;
  }

  /** Calls {@code listener} after every step, on the training thread; returns this. */
  public Trainer onProgress(Consumer<Progress> listener) {
    onProgress = onProgress.andThen(listener);
    return this;
  }

  /** Calls {@code listener} after every epoch, on the training thread; returns this. */
  public Trainer onEpoch(Consumer<TrainReport.Epoch> listener) {
    onEpoch = onEpoch.andThen(listener);
    return this;
  }

  /** Sends notices, such as how to resume, to {@code listener} instead of stderr; returns this. */
  public Trainer onNotice(Consumer<String> listener) {
    onNotice = listener;
    return this;
  }

  /** Asks the current run to end after the current step. Called from any thread. */
  public void stop() {
    stopRequested = true;
  }

  /**
   * Trains without a run folder; blocks until done. Ends early if the thread is interrupted or the
   * JVM shuts down, which waits for the step in progress.
   *
   * @throws IllegalArgumentException if there are too few photos for a single step
   * @throws ArithmeticException if the loss or a gradient is not finite; learned weights are then
   *     those of the step before
   */
  public TrainReport fit(PhotoSource photos) {
    return fit(TrainingData.of(photos));
  }

  /** As {@link #fit(PhotoSource)}, on examples already made. */
  public TrainReport fit(Examples examples) {
    return fit(TrainingData.of(examples));
  }

  /** As {@link #fit(PhotoSource)}, on photos or pairs, with hard negatives if the options ask. */
  @SuppressWarnings("try") // the hook only has to be there
  public TrainReport fit(TrainingData data) {
    stopRequested = false;
    // PyTorch crashes where the process ends while it computes gradients.
    try (StopOnExit hook = new StopOnExit(this::stop)) {
      return run(data, Optional.empty());
    }
  }

  /**
   * Trains, or resumes training, and keeps checkpoints and metrics in a folder; blocks until done.
   * Ends early, with all kept, if the thread is interrupted or the JVM shuts down.
   *
   * @param folder made if it does not exist
   * @throws IllegalArgumentException if there are too few photos for a single step, or the folder
   *     holds a run with other options
   * @throws io.github.geofix.core.format.ModelFormatException if the checkpoint is damaged
   * @throws IllegalStateException if another run uses the folder
   * @throws ArithmeticException if the loss or a gradient is not finite; the folder keeps the last
   *     checkpoint
   * @throws java.io.UncheckedIOException if a file cannot be written, as when the disk is full; the
   *     folder keeps the checkpoint before
   */
  public TrainReport fit(PhotoSource photos, Path folder) {
    return fit(TrainingData.of(photos), folder);
  }

  /** As {@link #fit(PhotoSource, Path)}, on examples already made. */
  public TrainReport fit(Examples examples, Path folder) {
    return fit(TrainingData.of(examples), folder);
  }

  /** As {@link #fit(TrainingData)}, with a run folder. */
  @SuppressWarnings("try") // the hook only has to be there
  public TrainReport fit(TrainingData data, Path folder) {
    // Before the hook is there, whose request must not be lost.
    stopRequested = false;
    try (RunFolder run = RunFolder.open(folder);
        StopOnExit hook = new StopOnExit(this::stop)) {
      return run(data, Optional.of(run));
    }
  }

  private TrainReport run(TrainingData data, Optional<RunFolder> folder) {
    if (options.stopping().withinMeters() > 0) {
      validation.ifPresent(Validation::requireShare);
    }
    Examples examples = data.examples(model);
    BatchOrder chosen =
        order == null
            ? HardNegativeBatches.of(
                data, model, examples, options.batches().hardNegatives(), options.seed())
            : order;
    TrainingRun.Setup setup =
        new TrainingRun.Setup(model, options, chosen, validation, onProgress, onEpoch, onNotice);
    return new TrainingRun(setup, examples, folder, () -> stopRequested).train();
  }

  /**
   * Progress of a run after a step.
   *
   * @param step steps taken, 1 to {@code steps}
   * @param steps steps of the whole run
   * @param epoch the epoch of the step, from 0
   * @param loss loss of the step's batch
   * @param learningRate learning rate of the step
   * @param gradientNorm Euclidean norm of all gradients before clipping
   * @param examplesPerSecond moving average of the throughput
   */
  public record Progress(
      long step,
      long steps,
      int epoch,
      double loss,
      double learningRate,
      double gradientNorm,
      double examplesPerSecond) {}
}
