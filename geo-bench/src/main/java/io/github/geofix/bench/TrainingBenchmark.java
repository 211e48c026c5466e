package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the trainer adds to the network's own work: a step with 128 photos of 32 x 32 pixels made on
 * worker threads, clipped and optimized, against the bare forward and backward pass on one batch.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 7)
@Fork(value = 1, jvmArgs = "-Dai.djl.pytorch.num_threads=1")
public class TrainingBenchmark {
  private static final int STEPS = 20;
  private static final int BATCH = 128;

  private final NDManager manager = TorchEngine.newManager();
  private final ColorTask task = new ColorTask(manager, 1);
  private final NDArray images =
      manager.randomNormal(new Shape(BATCH, 3, ColorTask.SIDE, ColorTask.SIDE));
  private final NDArray labels = manager.create(new long[BATCH], new Shape(BATCH, 1));

  /** Lets the network ask for gradients. */
  @Setup
  public void prepare() {
    task.network().requireGradients(true);
  }

  /** Frees the arrays. */
  @TearDown
  public void close() {
    manager.close();
  }

  /** Steps of the trainer. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public TrainReport trainerSteps() {
    TrainOptions options = TrainOptions.defaults().withSteps(STEPS).withBatchSize(BATCH);
    return Trainer.of(task, options).fit(new ColorTask.Photos(STEPS * BATCH));
  }

  /** The floor: forward and backward, nothing else. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public float bareForwardAndBackward() {
    task.network().requireGradients(true);
    float sum = 0;
    for (int i = 0; i < STEPS; i++) {
      try (NDManager step = manager.newSubManager();
          GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        NDArray input = Copies.of(images, step);
        NDArray loss = task.loss(Forward.TRAINING, new Batch(List.of(input), List.of(labels)));
        collector.backward(loss);
        sum += loss.getFloat();
      }
    }
    return sum;
  }
}
