package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.token.Decoding.BeamSearch;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.token.TokenNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * The token network of the published size on one thread: reading photos of 214 tokens, and a beam
 * search of width 5 over the 11 tokens of a place, with keys and values kept and without. PyTorch's
 * figures come from {@code baselines/token_decoding.py}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(value = 1, jvmArgsAppend = "-Dai.djl.pytorch.num_threads=1")
public class TokenDecodingBenchmark {
  private static final int WIDTH = 5;

  /** Photos at once. */
  @Param({"1", "8"})
  public int batch;

  private final TokenModel model = TokenModel.create(TokenConfig.paper(), 1);
  private final TokenNetwork network = model.network();
  private final NDManager manager = TorchEngine.newManager();
  private final List<NDArray> inputs = new ArrayList<>();
  private NDArray memory = manager.zeros(new Shape(1));

  /** Makes the photos. */
  @Setup
  public void generate() {
    inputs.clear();
    for (Shape shape : network.inputShapes()) {
      NDArray normal = manager.randomNormal(0, 1, new Shape(batch).addAll(shape), DataType.FLOAT32);
      // Of the neighbors' tokens any value within the range will do.
      inputs.add(inputs.size() == 2 ? normal.abs().floor() : normal);
    }
    memory = TorchEngine.noGrad(() -> network.memory(Forward.INFERENCE, inputs));
  }

  /** Frees the native memory. */
  @TearDown
  public void close() {
    manager.close();
    model.close();
  }

  /** Photos to memory. */
  @Benchmark
  public float encode() {
    return TorchEngine.infer(
        manager,
        step -> {
          return encoded(step).getFloat(0, 0, 0);
        });
  }

  /** Memory to words. */
  @Benchmark
  public double beam() {
    return TorchEngine.infer(
        manager,
        step -> {
          return search(Copies.of(memory, step));
        });
  }

  /** Photos to words. */
  @Benchmark
  public double encodeAndBeam() {
    return TorchEngine.infer(
        manager,
        step -> {
          return search(encoded(step));
        });
  }

  /** Memory to words, where each step runs all tokens so far again. */
  @Benchmark
  public double beamWithoutCache() {
    return TorchEngine.infer(
        manager,
        step -> {
          return searchWithoutCache(Copies.of(memory, step));
        });
  }

  private NDArray encoded(NDManager step) {
    return network.memory(
        Forward.INFERENCE, inputs.stream().map(input -> Copies.of(input, step)).toList());
  }

  private double search(NDArray of) {
    return BeamSearch.ofWidth(WIDTH).decode(network, of).get(0).complete().get(0).logProbability();
  }

  private double searchWithoutCache(NDArray of) {
    NDManager step = of.getManager();
    NDList repeated = new NDList();
    for (int b = 0; b < batch; b++) {
      for (int k = 0; k < WIDTH; k++) {
        repeated.add(of.get(b));
      }
    }
    NDArray memories = NDArrays.stack(repeated);
    int length = network.tokenizer().length();
    long[][] words = new long[batch * WIDTH][0];
    double[] sums = new double[batch * WIDTH];
    for (int n = 0; n < length; n++) {
      try (NDManager part = step.newSubManager()) {
        NDArray known = part.create(flat(words), new Shape(words.length, n));
        NDArray states = network.states(Forward.INFERENCE, Copies.of(memories, part), known);
        NDArray logits = network.logitsAt(n, states.get(":, {}", n));
        extend(words, sums, logits.logSoftmax(1).toFloatArray(), network.tokenizer().valuesAt(n));
      }
    }
    return sums[0];
  }

  private void extend(long[][] words, double[] sums, float[] log, int values) {
    for (int b = 0; b < batch; b++) {
      int first = b * WIDTH;
      // All beams begin with the same empty word, of which one is enough.
      int beams = words[first].length == 0 ? 1 : WIDTH;
      double[] totals = new double[beams * values];
      for (int i = 0; i < totals.length; i++) {
        totals[i] = sums[first + i / values] + log[first * values + i];
      }
      int[] best =
          IntStream.range(0, totals.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer i) -> -totals[i]))
              .limit(WIDTH)
              .mapToInt(Integer::intValue)
              .toArray();
      long[][] before = Arrays.copyOfRange(words, first, first + WIDTH);
      for (int k = 0; k < WIDTH; k++) {
        long[] parent = before[best[k] / values];
        words[first + k] = Arrays.copyOf(parent, parent.length + 1);
        words[first + k][parent.length] = best[k] % values;
        sums[first + k] = totals[best[k]];
      }
    }
  }

  private static long[] flat(long[][] words) {
    return Arrays.stream(words).flatMapToLong(Arrays::stream).toArray();
  }
}
