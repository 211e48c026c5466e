package io.github.geofix.bench;

import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import io.github.geofix.core.partition.CellTokenizer;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Level-20 words of 11 tokens, per point. The baseline takes the digits from S2 one by one. The
 * reference in Python takes 133 us a point.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenizerBenchmark {
  private static final int POINTS = 100_000;

  private final CellTokenizer tokenizer = CellTokenizer.of(CellTokenizer.Options.defaults());
  private double[] positions = {};
  private int[] words = {};

  /** Makes the points. */
  @Setup
  public void generate() {
    positions = PhotoPositions.generate(POINTS, 1);
    words = tokenizer.encodeAll(positions);
  }

  /** Positions to words. */
  @Benchmark
  @OperationsPerInvocation(POINTS)
  public int[] encode() {
    return tokenizer.encodeAll(positions);
  }

  /** Words to positions. */
  @Benchmark
  @OperationsPerInvocation(POINTS)
  public double[] decode() {
    return tokenizer.decodeAll(words);
  }

  /** Positions to words, by S2's cell objects. */
  @Benchmark
  @OperationsPerInvocation(POINTS)
  public int[] baselineS2Encode() {
    int[] result = new int[11 * POINTS];
    for (int i = 0; i < POINTS; i++) {
      S2CellId cell =
          S2CellId.fromLatLng(S2LatLng.fromDegrees(positions[2 * i], positions[2 * i + 1]))
              .parent(20);
      result[11 * i] = cell.face();
      for (int token = 1; token < 11; token++) {
        result[11 * i + token] =
            4 * cell.childPosition(2 * token - 1) + cell.childPosition(2 * token);
      }
    }
    return result;
  }
}
