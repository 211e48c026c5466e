package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter.Init;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.train.optim.AdamW;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Clipping and one step of AdamW, against reading and writing the same arrays (weights, gradients
 * and two moments) thrice; the aim is at most 1.2 times that.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 8, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = "-Dai.djl.pytorch.num_threads=1")
public class OptimizerBenchmark {

  /** Arrays and values in each: the demo's encoder, and a ConvNeXt-T. */
  @Param({"30x15500", "180x159000"})
  public String network = "";

  private NDManager manager = TorchEngine.newManager();
  private AdamW optimizer = AdamW.of(new Arrays(1, 1, manager), AdamW.Options.defaults());
  private final List<NDArray> fourEach = new ArrayList<>();

  private static final class Arrays extends Module {
    private final NDManager manager;

    Arrays(int count, int size, NDManager manager) {
      this.manager = manager;
      for (int i = 0; i < count; i++) {
        parameter("p" + i, Init.normal(1), size);
      }
      initialize(manager, 1);
      requireGradients(true);
    }

    void backward() {
      try (NDManager scratch = manager.newSubManager();
          GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        NDArray sum = scratch.zeros(new Shape());
        for (var parameter : parameters().values()) {
          NDArray square = parameter.array().square();
          square.attach(scratch);
          sum = sum.add(square.sum());
        }
        collector.backward(sum);
      }
    }
  }

  /** Makes the arrays; anew for each iteration, before moments without gradients get tiny. */
  @Setup(Level.Iteration)
  public void create() {
    String[] parts = network.split("x", 2);
    int count = Integer.parseInt(parts[0]);
    int size = Integer.parseInt(parts[1]);
    close();
    manager = TorchEngine.newManager();
    Arrays arrays = new Arrays(count, size, manager);
    optimizer = AdamW.of(arrays, AdamW.Options.defaults());
    arrays.backward();
    fourEach.clear();
    for (int i = 0; i < 4 * count; i++) {
      fourEach.add(manager.ones(new Shape(size)));
    }
  }

  /** Frees the arrays. */
  @TearDown
  public void close() {
    optimizer.close();
    manager.close();
  }

  /** Clip, step, and set the gradients to zero. */
  @Benchmark
  public double clipAndStep() {
    double norm = optimizer.clipGradients();
    optimizer.step(1);
    return norm;
  }

  /** The floor: each of the four arrays read and written three times. */
  @Benchmark
  public void readAndWriteThrice() {
    TorchEngine.noGrad(
        () -> {
          for (NDArray array : fourEach) {
            array.negi().negi().negi();
          }
        });
  }
}
