package io.github.geofix.train;

import io.github.geofix.models.internal.io.Settings;
import io.github.geofix.train.data.Batches;
import io.github.geofix.train.data.HardNegatives;
import io.github.geofix.train.optim.AdamW;
import io.github.geofix.train.optim.Sam;
import io.github.geofix.train.optim.Schedule;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * How a network is trained. Immutable.
 *
 * <pre>{@code
 * TrainOptions options =
 *     TrainOptions.defaults()
 *         .withEpochs(50)
 *         .withBatchSize(32)
 *         .withLearningRate(1e-4)
 *         .withSchedule(Schedule.cosine(0).withWarmup(0.05))
 *         .withSam(Sam.Options.asam(2.5));
 * }</pre>
 *
 * @param batches how photos are grouped
 * @param stopping when the run ends
 * @param optimizer learning rate, weight decay and the other constants of AdamW
 * @param schedule how the learning rate changes during the run
 * @param sam sharpness-aware minimization, which doubles the time of a step
 * @param emaDecay decay of an exponential moving average of the weights, 0 to below 1; 0 for none.
 *     With it, the average is validated and is what training returns
 * @param checkpointSeconds time between checkpoints, at least 0; 0 for one after each step
 * @param seed everything random follows from it
 */
public record TrainOptions(
    Batches batches,
    Stopping stopping,
    AdamW.Options optimizer,
    Schedule schedule,
    Sam.Options sam,
    double emaDecay,
    double checkpointSeconds,
    long seed) {

  /** Checks the ranges. */
  public TrainOptions {
    if (!(emaDecay >= 0 && emaDecay < 1)) {
      throw new IllegalArgumentException("emaDecay " + emaDecay + ": 0 to below 1 needed");
    }
    if (!(checkpointSeconds >= 0)) {
      throw new IllegalArgumentException(
          "checkpointSeconds " + checkpointSeconds + ": at least 0 needed");
    }
  }

  /**
   * Ten epochs in batches of 64 with AdamW's {@linkplain AdamW.Options#defaults() defaults}, 50
   * steps of warm-up and a cosine to zero, a checkpoint a minute, seed 0; no SAM, no average.
   */
  public static TrainOptions defaults() {
    return new TrainOptions(
        Batches.defaults(),
        Stopping.afterEpochs(10),
        AdamW.Options.defaults(),
        Schedule.cosine(0).withWarmup(50),
        Sam.Options.none(),
        0,
        60,
        0);
  }

  /**
   * Returns a copy with some options changed, by dotted names such as {@code batches.size}.
   *
   * @throws IllegalArgumentException if a name is unknown or a value does not fit; the message
   *     lists what does
   */
  public TrainOptions with(Map<String, String> options) {
    return Settings.apply(this, options);
  }

  /** Returns the value of each option by its dotted name, as {@link #with} takes it. */
  public Map<String, String> toMap() {
    return NamedValues.of(this);
  }

  /** Returns a copy with that many passes over the photos. */
  public TrainOptions withEpochs(int epochs) {
    return withStopping(new Stopping(epochs, 0, stopping.patience(), stopping.withinMeters()));
  }

  /** Returns a copy with exactly that many optimizer steps, over as many epochs as they need. */
  public TrainOptions withSteps(long steps) {
    return withStopping(new Stopping(0, steps, stopping.patience(), stopping.withinMeters()));
  }

  /** Returns a copy that stops after that many epochs without a better one. */
  public TrainOptions withPatience(int patience) {
    return withStopping(stopping.withPatience(patience));
  }

  /** Returns a copy whose best epoch locates the most validation photos within a distance. */
  public TrainOptions withBestWithinMeters(double meters) {
    return withStopping(stopping.withWithinMeters(meters));
  }

  private TrainOptions withStopping(Stopping newStopping) {
    return new TrainOptions(
        batches, newStopping, optimizer, schedule, sam, emaDecay, checkpointSeconds, seed);
  }

  /** Returns a copy with another batch size. */
  public TrainOptions withBatchSize(int batchSize) {
    return withBatches(b -> b.withSize(batchSize));
  }

  /** Returns a copy with changed batches, such as {@code b -> b.withWorkers(1)}. */
  public TrainOptions withBatches(UnaryOperator<Batches> change) {
    return new TrainOptions(
        change.apply(batches),
        stopping,
        optimizer,
        schedule,
        sam,
        emaDecay,
        checkpointSeconds,
        seed);
  }

  /** Returns a copy with hard negatives. */
  public TrainOptions withHardNegatives(HardNegatives hardNegatives) {
    return withBatches(b -> b.withHardNegatives(hardNegatives));
  }

  /** Returns a copy with another peak learning rate. */
  public TrainOptions withLearningRate(double learningRate) {
    return withOptimizer(o -> o.withLearningRate(learningRate));
  }

  /** Returns a copy with another weight decay. */
  public TrainOptions withWeightDecay(double weightDecay) {
    return withOptimizer(o -> o.withWeightDecay(weightDecay));
  }

  /** Returns a copy with a changed optimizer, such as {@code o -> o.withMaxGradientNorm(0)}. */
  public TrainOptions withOptimizer(UnaryOperator<AdamW.Options> change) {
    return new TrainOptions(
        batches,
        stopping,
        change.apply(optimizer),
        schedule,
        sam,
        emaDecay,
        checkpointSeconds,
        seed);
  }

  /** Returns a copy with another schedule. */
  public TrainOptions withSchedule(Schedule schedule) {
    return new TrainOptions(
        batches, stopping, optimizer, schedule, sam, emaDecay, checkpointSeconds, seed);
  }

  /** Returns a copy with sharpness-aware minimization. */
  public TrainOptions withSam(Sam.Options sam) {
    return new TrainOptions(
        batches, stopping, optimizer, schedule, sam, emaDecay, checkpointSeconds, seed);
  }

  /** Returns a copy with an exponential moving average of the weights. */
  public TrainOptions withEmaDecay(double emaDecay) {
    return new TrainOptions(
        batches, stopping, optimizer, schedule, sam, emaDecay, checkpointSeconds, seed);
  }

  /** Returns a copy with another time between checkpoints. */
  public TrainOptions withCheckpointSeconds(double checkpointSeconds) {
    return new TrainOptions(
        batches, stopping, optimizer, schedule, sam, emaDecay, checkpointSeconds, seed);
  }

  /** Returns a copy with another seed. */
  public TrainOptions withSeed(long seed) {
    return new TrainOptions(
        batches, stopping, optimizer, schedule, sam, emaDecay, checkpointSeconds, seed);
  }

  /**
   * When a run ends: after a number of epochs, a number of steps, or early, and which epoch is
   * best. At least one of {@code epochs} and {@code maxSteps} is above 0.
   *
   * @param epochs passes over the photos; 0 for as many as {@code maxSteps} takes
   * @param maxSteps most optimizer steps; 0 for no limit
   * @param patience early stopping: the run ends after that many epochs without a better one; 0 for
   *     never
   * @param withinMeters epochs are compared by the share of validation photos that the model
   *     locates within this distance, and by the validation loss where it is equal; 0 for the
   *     validation loss alone
   */
  public record Stopping(int epochs, long maxSteps, int patience, double withinMeters) {

    /** Checks the ranges. */
    public Stopping {
      if (epochs < 0 || maxSteps < 0 || (epochs == 0 && maxSteps == 0)) {
        throw new IllegalArgumentException(
            "epochs %d and maxSteps %d: neither may be below 0, and one must be at least 1"
                .formatted(epochs, maxSteps));
      }
      if (patience < 0) {
        throw new IllegalArgumentException("patience " + patience + ": at least 0 needed");
      }
      if (!(withinMeters >= 0 && withinMeters < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "withinMeters " + withinMeters + ": a distance of at least 0 needed");
      }
    }

    /** Ends after that many epochs, at least 1. */
    public static Stopping afterEpochs(int epochs) {
      return new Stopping(epochs, 0, 0, 0);
    }

    /** Returns a copy with early stopping. */
    public Stopping withPatience(int patience) {
      return new Stopping(epochs, maxSteps, patience, withinMeters);
    }

    /**
     * Returns a copy that compares epochs by the share located within a distance; 0 by the loss.
     */
    public Stopping withWithinMeters(double withinMeters) {
      return new Stopping(epochs, maxSteps, patience, withinMeters);
    }

    /** Returns the number of steps of the whole run. */
    long steps(long stepsPerEpoch) {
      long most = maxSteps == 0 ? Long.MAX_VALUE : maxSteps;
      return epochs == 0 ? most : Math.min(most, epochs * stepsPerEpoch);
    }
  }
}
