package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.index.EmbeddingSearch;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
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
 * Exact search for the top 10 among 100,000 random unit vectors of 768 numbers (307 MB as floats),
 * with the Vector API module and without. The baselines are to read the same bytes once, and matMul
 * with topK of DJL; run with OMP_WAIT_POLICY=PASSIVE, or two threads of DJL are slow.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx4g")
public class IndexBenchmark {
  static final int ROWS = 100_000;
  static final int WIDTH = 768;
  static final int K = 10;
  private static final int BATCH = 256;

  /** The index. */
  @State(Scope.Benchmark)
  public static class Rows {
    /** How rows are kept. */
    @Param({"FLOAT32", "INT8"})
    public VectorEncoding format = VectorEncoding.FLOAT32;

    /** Threads of one search. */
    @Param({"1", "2"})
    public int threads;

    EmbeddingSearch index = empty();
    float[][] queries = {};

    private static EmbeddingIndex empty() {
      return EmbeddingIndex.builder(WIDTH, EmbeddingIndex.Options.defaults()).build();
    }

    /** Builds the index. */
    @Setup
    public void build() {
      index = buildIndex(format).withThreads(threads);
      queries = unitVectors(BATCH, 2);
    }
  }

  /** As many bytes as the rows have, in the heap. */
  @State(Scope.Benchmark)
  public static class Bytes {
    /** Threads that read. */
    @Param({"1", "2"})
    public int threads;

    private MemoryPass pass = new MemoryPass(0, 1);

    /** Allocates the memory. */
    @Setup
    public void setUp() {
      pass = new MemoryPass((long) ROWS * WIDTH * Float.BYTES, threads);
    }
  }

  /** The rows in the native memory of DJL. */
  @State(Scope.Benchmark)
  public static class Djl {
    /** Threads of the engine. */
    @Param({"1", "2"})
    public int threads;

    private NDManager manager = unset();
    NDList rows = new NDList();
    float[][] queries = {};

    @SuppressWarnings("NullAway") // JMH calls setUp before any use
    private static NDManager unset() {
      return null;
    }

    /** Copies the rows to DJL. */
    @Setup
    public void setUp() {
      System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
      manager = NDManager.newBaseManager();
      rows = new NDList(array(manager, unitVectors(ROWS, 1)).transpose());
      queries = unitVectors(BATCH, 2);
    }

    /** Frees the native memory. */
    @TearDown
    public void tearDown() {
      manager.close();
    }

    long topK(float[][] queries) {
      try (NDManager scratch = manager.newSubManager()) {
        NDArray scores = array(scratch, queries).matMul(rows.head());
        scores.attach(scratch);
        NDList top = scores.topK(K, 1, true, true);
        top.attach(scratch);
        return top.get(1).toLongArray()[0];
      }
    }
  }

  /** Compares two arrays of 154 MB, the fastest way of plain Java to read 307 MB. */
  @Benchmark
  public int readBytesOnce(Bytes bytes) {
    return bytes.pass.read();
  }

  /** One query, with the Vector API. */
  @Benchmark
  @Fork(
      value = 1,
      jvmArgs = {"-Xmx4g", "--add-modules", "jdk.incubator.vector"})
  public EmbeddingSearch.Result one(Rows rows) {
    return rows.index.search(rows.queries[0], K);
  }

  /** One query, without the Vector API. */
  @Benchmark
  public EmbeddingSearch.Result onePlain(Rows rows) {
    return rows.index.search(rows.queries[0], K);
  }

  /** 256 queries, with the Vector API. */
  @Benchmark
  @Fork(
      value = 1,
      jvmArgs = {"-Xmx4g", "--add-modules", "jdk.incubator.vector"})
  public List<EmbeddingSearch.Result> batch(Rows rows) {
    return rows.index.search(rows.queries, K);
  }

  /** 256 queries, without the Vector API. */
  @Benchmark
  public List<EmbeddingSearch.Result> batchPlain(Rows rows) {
    return rows.index.search(rows.queries, K);
  }

  /** One query, DJL. */
  @Benchmark
  public long oneDjl(Djl djl) {
    return djl.topK(new float[][] {djl.queries[0]});
  }

  /** 256 queries, DJL. */
  @Benchmark
  public long batchDjl(Djl djl) {
    return djl.topK(djl.queries);
  }

  static EmbeddingIndex buildIndex(VectorEncoding format) {
    EmbeddingIndex.Options options =
        EmbeddingIndex.Options.defaults().withMetric(Metric.DOT).withEncoding(format);
    EmbeddingIndex.Builder builder = EmbeddingIndex.builder(WIDTH, options);
    float[][] rows = unitVectors(ROWS, 1);
    Random random = new Random(3);
    for (int i = 0; i < ROWS; i++) {
      LatLng place =
          new LatLng(
              Math.toDegrees(Math.asin(2 * random.nextDouble() - 1)),
              360 * random.nextDouble() - 180);
      builder.add(rows[i], place, Integer.toString(i));
    }
    return builder.build();
  }

  static float[][] unitVectors(int count, long seed) {
    Random random = new Random(seed);
    float[][] vectors = new float[count][WIDTH];
    for (float[] vector : vectors) {
      double squares = 0;
      for (int d = 0; d < WIDTH; d++) {
        vector[d] = (float) random.nextGaussian();
        squares += (double) vector[d] * vector[d];
      }
      for (int d = 0; d < WIDTH; d++) {
        vector[d] /= (float) Math.sqrt(squares);
      }
    }
    return vectors;
  }

  private static NDArray array(NDManager manager, float[][] rows) {
    FloatBuffer numbers = FloatBuffer.allocate(rows.length * WIDTH);
    for (float[] row : rows) {
      numbers.put(row);
    }
    return manager.create(numbers.flip(), new Shape(rows.length, WIDTH));
  }
}
