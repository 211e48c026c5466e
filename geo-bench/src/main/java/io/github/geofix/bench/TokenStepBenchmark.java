package io.github.geofix.bench;

import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A training step of the token network of the small size on one thread, from vectors and neighbors
 * (139 tokens a photo), 32 photos, with loss, gradients, clipping and AdamW. PyTorch's figure comes
 * from {@code baselines/token_step.py}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@Fork(value = 1, jvmArgsAppend = "-Dai.djl.pytorch.num_threads=1")
public class TokenStepBenchmark {
  private static final int STEPS = 10;
  private static final int BATCH = 32;

  private final TokenModel model =
      TokenModel.create(TokenConfig.small().withInput(TokenConfig.Vectors.defaults()), 1);

  /** Frees the arrays. */
  @TearDown
  public void close() {
    model.close();
  }

  /** Steps of the trainer. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public TrainReport trainerSteps() {
    TrainOptions options =
        TrainOptions.defaults()
            .withSteps(STEPS)
            .withBatchSize(BATCH)
            .withBatches(b -> b.withWorkers(1));
    return Trainer.of(model, options).fit(new Noise());
  }

  /** Photos of random vectors, with places to match. */
  private final class Noise implements Examples {
    private final Example example = make();

    private Example make() {
      SplittableRandom random = new SplittableRandom(1);
      float[][] inputs = new float[3][];
      for (int i = 0; i < inputs.length; i++) {
        Shape shape = model.inputShapes().get(i);
        inputs[i] = new float[Math.toIntExact(shape.size())];
        for (int j = 0; j < inputs[i].length; j++) {
          // The third are token values, of which every position has at least 6.
          inputs[i][j] = i == 2 ? random.nextInt(6) : (float) random.nextGaussian();
        }
      }
      long[] word = new long[model.tokenizer().length()];
      for (int n = 0; n < word.length; n++) {
        word[n] = random.nextInt(6);
      }
      return new Example(inputs, new long[][] {word});
    }

    @Override
    public int size() {
      return STEPS * BATCH;
    }

    @Override
    public Example example(int epoch, int index, SplittableRandom random) {
      return example;
    }
  }
}
