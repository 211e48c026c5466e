package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.zoom.ZoomDecoder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.zoom.ZoomConfig;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
 * Four greedy steps of Just Zoom In's decoder at its published size, on one thread, the photos and
 * views already encoded: with what earlier steps computed kept, and with all of it computed again
 * in every step, as its authors do. Their times in PyTorch come from {@code
 * baselines/zoom_decoder.py}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Dai.djl.pytorch.num_threads=1")
public class ZoomDecoderBenchmark {
  private static final List<Integer> CHILDREN_PER_SIDE = List.of(4, 4, 4, 4);

  /** Photos decoded at once. */
  @Param({"1", "64"})
  public int batch = 1;

  private final NDManager manager = TorchEngine.newManager();
  private final ZoomDecoder decoder =
      new ZoomDecoder(ZoomConfig.Decoder.defaults(), CHILDREN_PER_SIDE);
  private NDArray ground = manager.zeros(new Shape(1));
  private NDArray views = ground;

  /** Fills the network, and makes photos and views. */
  @Setup
  public void generate() {
    decoder.initialize(manager, 1);
    ground = manager.randomNormal(new Shape(batch, decoder.dimension()));
    views = manager.randomNormal(new Shape(batch, decoder.steps(), decoder.dimension()));
  }

  /** Frees the native memory. */
  @TearDown
  public void close() {
    manager.close();
  }

  /** Every step computes its own tokens only. */
  @Benchmark
  public long cached() {
    return TorchEngine.infer(
        manager,
        step -> {
          NDArray photos = Copies.of(ground, step);
          ZoomDecoder.Step walk = decoder.start(Forward.INFERENCE, photos, view(step, 0));
          NDArray taken = walk.logits().argMax(1);
          for (int n = 1; n < decoder.steps(); n++) {
            walk = decoder.next(Forward.INFERENCE, walk, taken, view(step, n));
            taken = walk.logits().argMax(1);
          }
          return taken.getLong(0);
        });
  }

  /** Every step computes all tokens so far. */
  @Benchmark
  public long fromTheBeginning() {
    return TorchEngine.infer(
        manager,
        step -> {
          NDArray photos = Copies.of(ground, step);
          NDArray seen = Copies.of(views, step);
          NDArray taken = step.zeros(new Shape(batch, 1), DataType.INT64);
          for (int n = 1; ; n++) {
            List<NDArray> logits =
                decoder.logits(Forward.INFERENCE, photos, seen.get(":, :{}", n), taken);
            NDArray best = logits.get(n - 1).argMax(1).reshape(batch, 1);
            if (n == decoder.steps()) {
              return best.getLong(0, 0);
            }
            // The last child is not read: it makes room for the next.
            taken =
                n == 1
                    ? best.concat(best, 1)
                    : taken.get(":, :{}", n - 1).concat(best, 1).concat(best, 1);
          }
        });
  }

  private NDArray view(NDManager step, int n) {
    return Copies.of(views, step).get(":, {}", n);
  }
}
