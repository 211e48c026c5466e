package io.github.geofix.train;

import io.github.geofix.train.optim.ParameterGroup;
import io.github.geofix.train.optim.Schedule;
import io.github.geofix.train.optim.SharpnessAware;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How a network is trained. Immutable.
 *
 * @param epochs passes over the photos, at least 1
 * @param maxSteps end after that many optimizer steps even if epochs are left
 * @param batchSize photos that the network sees at once, at least 1
 * @param accumulate batches whose gradients are averaged for one step, at least 1: stands in for a
 *     batch that memory cannot hold, except that losses within a batch see only their own batch
 * @param learningRate the peak rate, above 0 and below 1000
 * @param schedule how the rate moves
 * @param weightDecay AdamW's decoupled decay, at least 0
 * @param groups parameters with a rate or decay of their own
 * @param clipNorm largest Euclidean norm of all gradients together; infinite to leave them alone
 * @param sharpness present to look for flat minima; a step then takes twice as long
 * @param averageDecay share that stays of the moving average of the weights at each step, below 1;
 *     0 for no average. With it, validation and the final weights are the average's
 * @param patience end after that many epochs without a lower validation loss; 0 for never
 * @param checkpointSeconds time between checkpoints, at least 0
 * @param seed everything random follows from it
 * @param workers threads that make examples, at least 1
 */
public record TrainOptions(
    int epochs,
    long maxSteps,
    int batchSize,
    int accumulate,
    double learningRate,
    Schedule schedule,
    double weightDecay,
    List<ParameterGroup> groups,
    double clipNorm,
    Optional<SharpnessAware.Options> sharpness,
    double averageDecay,
    int patience,
    double checkpointSeconds,
    long seed,
    int workers) {

  /** Checks the ranges and copies the list. */
  public TrainOptions {
    check(epochs >= 1, "epochs", epochs, "at least 1");
    check(maxSteps >= 1, "max steps", maxSteps, "at least 1");
    check(batchSize >= 1, "batch size", batchSize, "at least 1");
    check(accumulate >= 1, "accumulate", accumulate, "at least 1");
    check(
        learningRate > 0 && learningRate < 1e3,
        "learning rate",
        learningRate,
        "above 0, below 1000");
    check(weightDecay >= 0, "weight decay", weightDecay, "at least 0");
    check(clipNorm > 0, "clip norm", clipNorm, "above 0");
    check(averageDecay >= 0 && averageDecay < 1, "average decay", averageDecay, "0 to below 1");
    check(patience >= 0, "patience", patience, "at least 0");
    check(checkpointSeconds >= 0, "checkpoint seconds", checkpointSeconds, "at least 0");
    check(workers >= 1, "workers", workers, "at least 1");
    groups = List.copyOf(groups);
  }

  private static void check(boolean good, String name, Number given, String needed) {
    if (!good) {
      throw new IllegalArgumentException(name + " " + given + ": " + needed + " needed");
    }
  }

  /**
   * Ten epochs in batches of 64, rate 1e-3 with 50 steps of warm-up and a cosine to zero, weight
   * decay 0.01, gradients clipped at norm 1, a checkpoint a minute, seed 0, a worker for each
   * processor up to 8; no accumulation, groups, sharpness, average or early end.
   */
  public static TrainOptions defaults() {
    return new TrainOptions(
        10,
        Long.MAX_VALUE,
        64,
        1,
        1e-3,
        Schedule.cosine(0).afterWarmup(50),
        0.01,
        List.of(),
        1,
        Optional.empty(),
        0,
        0,
        60,
        0,
        Math.min(8, Runtime.getRuntime().availableProcessors()));
  }

  /** Returns a copy that passes over the photos that many times. */
  public TrainOptions withEpochs(int value) {
    return with(d -> d.epochs = value);
  }

  /** Returns a copy that takes exactly that many steps, over as many epochs as they need. */
  public TrainOptions withSteps(long value) {
    return with(
        d -> {
          d.epochs = Integer.MAX_VALUE;
          d.maxSteps = value;
        });
  }

  /** Returns a copy with another batch size. */
  public TrainOptions withBatchSize(int value) {
    return with(d -> d.batchSize = value);
  }

  /** Returns a copy that averages the gradients of that many batches for one step. */
  public TrainOptions withAccumulate(int value) {
    return with(d -> d.accumulate = value);
  }

  /** Returns a copy with another peak rate. */
  public TrainOptions withLearningRate(double value) {
    return with(d -> d.learningRate = value);
  }

  /** Returns a copy with another schedule. */
  public TrainOptions withSchedule(Schedule value) {
    return with(d -> d.schedule = value);
  }

  /** Returns a copy with another weight decay. */
  public TrainOptions withWeightDecay(double value) {
    return with(d -> d.weightDecay = value);
  }

  /** Returns a copy with other parameter groups. */
  public TrainOptions withGroups(ParameterGroup... value) {
    return with(d -> d.groups = List.of(value));
  }

  /** Returns a copy with another limit on the gradients' norm. */
  public TrainOptions withClipNorm(double value) {
    return with(d -> d.clipNorm = value);
  }

  /** Returns a copy that looks for flat minima. */
  public TrainOptions withSharpness(SharpnessAware.Options value) {
    return with(d -> d.sharpness = Optional.of(value));
  }

  /** Returns a copy that averages the weights. */
  public TrainOptions withAverageDecay(double value) {
    return with(d -> d.averageDecay = value);
  }

  /** Returns a copy that ends after that many epochs without gain. */
  public TrainOptions withPatience(int value) {
    return with(d -> d.patience = value);
  }

  /** Returns a copy with another time between checkpoints. */
  public TrainOptions withCheckpointSeconds(double value) {
    return with(d -> d.checkpointSeconds = value);
  }

  /** Returns a copy with another seed. */
  public TrainOptions withSeed(long value) {
    return with(d -> d.seed = value);
  }

  /** Returns a copy with another number of worker threads. */
  public TrainOptions withWorkers(int value) {
    return with(d -> d.workers = value);
  }

  private TrainOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** The components, open to change. */
  private static final class Draft {
    private int epochs;
    private long maxSteps;
    private int batchSize;
    private int accumulate;
    private double learningRate;
    private Schedule schedule;
    private double weightDecay;
    private List<ParameterGroup> groups;
    private double clipNorm;
    private Optional<SharpnessAware.Options> sharpness;
    private double averageDecay;
    private int patience;
    private double checkpointSeconds;
    private long seed;
    private int workers;

    Draft(TrainOptions o) {
      epochs = o.epochs;
      maxSteps = o.maxSteps;
      batchSize = o.batchSize;
      accumulate = o.accumulate;
      learningRate = o.learningRate;
      schedule = o.schedule;
      weightDecay = o.weightDecay;
      groups = o.groups;
      clipNorm = o.clipNorm;
      sharpness = o.sharpness;
      averageDecay = o.averageDecay;
      patience = o.patience;
      checkpointSeconds = o.checkpointSeconds;
      seed = o.seed;
      workers = o.workers;
    }

    TrainOptions options() {
      return new TrainOptions(
          epochs,
          maxSteps,
          batchSize,
          accumulate,
          learningRate,
          schedule,
          weightDecay,
          groups,
          clipNorm,
          sharpness,
          averageDecay,
          patience,
          checkpointSeconds,
          seed,
          workers);
    }
  }
}
