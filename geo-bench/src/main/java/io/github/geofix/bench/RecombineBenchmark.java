package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
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
 * Embedding panoramas of 128 x 512 and tiles of 256 x 256 pixels by FRGeo's network of the
 * published size, two ConvNeXt-T, with random weights on one thread. The baseline is what the two
 * backbones take for their feature maps; the aim is a ratio of at most 1.1.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 4)
@Measurement(iterations = 5, time = 4)
@Fork(value = 1, jvmArgsAppend = "-Dai.djl.pytorch.num_threads=1")
public class RecombineBenchmark {
  private static final RecombineConfig.Encoder ENCODER = RecombineConfig.paper().encoder();
  private static final int HEADINGS = 16;

  /** Photos, and tiles, embedded at once. */
  @Param({"1", "8"})
  public int batch = 1;

  private final NDManager manager = TorchEngine.newManager();
  private final Backbone photoBackbone = Backbone.named(ENCODER.backbone(), ENCODER.photo());
  private final Backbone tileBackbone = Backbone.named(ENCODER.backbone(), ENCODER.tile());
  private final RecombineNetwork network =
      new RecombineNetwork(photoBackbone, tileBackbone, RecombineNetwork.Options.defaults());
  private NDArray photos = manager.zeros(new Shape(1));
  private NDArray tiles = photos;

  /** Fills the network, and makes photos and tiles. */
  @Setup
  public void generate() {
    network.initialize(manager, 1);
    photos = images(ENCODER.photo());
    tiles = images(ENCODER.tile());
  }

  /** Frees the native memory. */
  @TearDown
  public void close() {
    manager.close();
  }

  /** The feature maps alone. */
  @Benchmark
  public float baselineBackbones() {
    return run(
        x -> photoBackbone.map(Forward.INFERENCE, x), x -> tileBackbone.map(Forward.INFERENCE, x));
  }

  /** Photos whose middle column faces north. */
  @Benchmark
  public float facingNorth() {
    return run(
        x -> network.embedPhotos(Forward.INFERENCE, x),
        x -> network.embedTiles(Forward.INFERENCE, x));
  }

  /** Full circles at each of 16 headings. */
  @Benchmark
  public float sixteenHeadings() {
    return run(
        x -> network.embedPhotos(Forward.INFERENCE, x, HEADINGS, 360),
        x -> network.embedTiles(Forward.INFERENCE, x));
  }

  private float run(UnaryOperator<NDArray> ofPhotos, UnaryOperator<NDArray> ofTiles) {
    return TorchEngine.infer(
        manager,
        step -> {
          return ofPhotos.apply(Copies.of(photos, step)).toFloatArray()[0]
              + ofTiles.apply(Copies.of(tiles, step)).toFloatArray()[0];
        });
  }

  private NDArray images(ImageSpec image) {
    return manager.randomNormal(new Shape(batch, 3, image.height(), image.width()));
  }
}
