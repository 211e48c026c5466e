package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.internal.loss.InfoNce;
import io.github.geofix.models.internal.recombine.WeightedTuple;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig.Distance;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * Forward and backward passes of losses on one thread. The floor is the three matrix products that
 * no implementation can do without; PyTorch's figures come from {@code baselines/losses.py}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Dai.djl.pytorch.num_threads=1")
public class LossBenchmark {

  /** A loss with the size of its batch. */
  public enum Case {
    /** Symmetric InfoNCE. */
    INFO_NCE_1024_768(1024, 768),
    /** Symmetric InfoNCE of FRGeo's embeddings. */
    INFO_NCE_1024_3072(1024, 3072),
    /** The weighted tuple loss as FRGeo trains it. */
    TUPLE_32_3072(32, 3072);

    private final int batch;
    private final int width;

    Case(int batch, int width) {
      this.batch = batch;
      this.width = width;
    }
  }

  /** What is measured. */
  @Param public Case loss = Case.INFO_NCE_1024_768;

  private final NDManager manager = TorchEngine.newManager();
  private NDArray anchors = manager.zeros(new Shape(1));
  private NDArray partners = anchors;
  private NDArray logScale = anchors;

  /** Makes the embeddings. */
  @Setup
  public void generate() {
    anchors = embeddings();
    partners = embeddings();
    logScale = manager.create(InfoNce.logScale(0.07));
    logScale.setRequiresGradient(true);
  }

  private NDArray embeddings() {
    Shape shape = new Shape(loss.batch, loss.width);
    NDArray x = manager.randomNormal(0, 1, shape, DataType.FLOAT32);
    NDArray unit = x.div(x.square().sum(new int[] {1}, true).sqrt());
    unit.setRequiresGradient(true);
    return unit;
  }

  /** Frees the native memory. */
  @TearDown
  public void close() {
    manager.close();
  }

  /** The loss and the gradients of the embeddings and the scale. */
  @Benchmark
  public float forwardAndBackward() {
    return switch (loss) {
      case TUPLE_32_3072 -> run(new WeightedTuple(10, Distance.COSINE)::loss);
      default -> run((a, p) -> InfoNce.symmetric().loss(a, p, logScale));
    };
  }

  private float run(BiFunction<NDArray, NDArray, NDArray> forward) {
    try (NDManager step = manager.newSubManager();
        GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      NDArray result = forward.apply(Copies.of(anchors, step), partners);
      collector.backward(result);
      return result.getFloat();
    }
  }

  /** Three products of the same shapes, without gradients. */
  @Benchmark
  public float floor() {
    return TorchEngine.infer(
        manager,
        step -> {
          NDArray a = Copies.of(anchors, step);
          NDArray b = Copies.of(partners, step);
          NDArray logits = a.matMul(b.transpose());
          NDArray first = logits.matMul(b);
          NDArray second = logits.transpose().matMul(a);
          return first.getFloat(0, 0) + second.getFloat(0, 0);
        });
  }
}
