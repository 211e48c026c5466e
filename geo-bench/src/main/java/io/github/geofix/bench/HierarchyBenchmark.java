package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.nn.TorchEngine;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
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
 * Scores of the 65,340 finest cells of a hierarchy of seven levels and 98,100 cells, each a vector
 * of 768 numbers (301 MB). Baselines: seven products for each finest cell, as the definition reads;
 * to read the same bytes once; the bare matrix product. Run with OMP_WAIT_POLICY=PASSIVE.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx5g")
public class HierarchyBenchmark {
  private static final int NODES = 98_100;
  private static final int WIDTH = IndexBenchmark.WIDTH;
  private static final int LEVELS = 7;
  private static final int BATCH = 256;

  /** All cells of S2 levels 1 to 6, and as many of level 7 as make up the number of nodes. */
  static CellHierarchy hierarchy() {
    List<CellPartition> partitions = new ArrayList<>();
    int nodes = 0;
    for (int level = 1; level <= LEVELS; level++) {
      int all = 6 << (2 * level);
      int taken = level == LEVELS ? NODES - nodes : all;
      // The first child of a cell begins where the cell begins: leaves in steps of one cell.
      long step = S2Cells.lastLeaf(S2Cells.parent(1, level)) + 1;
      int s2Level = level;
      long[] cells =
          LongStream.range(0, taken).map(i -> S2Cells.parent(i * step + 1, s2Level)).toArray();
      partitions.add(CellPartition.ofCellIds(cells));
      nodes += taken;
    }
    return CellHierarchy.of(partitions);
  }

  /** The model. */
  @State(Scope.Benchmark)
  public static class Model {
    /** Threads of the engine. */
    @Param({"1", "2"})
    public int threads;

    private EmbedModel model = unset();
    float[][] photos = {};

    @SuppressWarnings("NullAway") // JMH calls setUp before any use
    private static EmbedModel unset() {
      return null;
    }

    /** Creates a model of random vectors. */
    @Setup
    public void setUp() {
      System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
      System.setProperty(
          "java.util.concurrent.ForkJoinPool.common.parallelism", Integer.toString(threads - 1));
      EmbedConfig tiny = EmbedConfig.tiny();
      model =
          EmbedModel.create(tiny.withEncoder(tiny.encoder().withDimension(WIDTH)), hierarchy(), 1);
      photos = IndexBenchmark.unitVectors(BATCH, 2);
    }

    /** Frees the native memory. */
    @TearDown
    public void tearDown() {
      model.close();
    }
  }

  /** The cells' vectors in the heap. */
  @State(Scope.Benchmark)
  public static class Rows {
    CellHierarchy hierarchy = HierarchyBenchmark.hierarchy();
    float[][] rows = {};
    float[] photo = {};
    int[] firstRow = {};

    /** Creates random vectors. */
    @Setup
    public void setUp() {
      rows = IndexBenchmark.unitVectors(NODES, 1);
      photo = IndexBenchmark.unitVectors(1, 2)[0];
      firstRow = new int[LEVELS];
      for (int level = 1; level < LEVELS; level++) {
        firstRow[level] = firstRow[level - 1] + hierarchy.partition(level - 1).size();
      }
    }
  }

  /** As many bytes as the vectors have. */
  @State(Scope.Benchmark)
  public static class Bytes {
    /** Threads that read. */
    @Param({"1", "2"})
    public int threads;

    private MemoryPass pass = new MemoryPass(0, 1);

    /** Allocates the memory. */
    @Setup
    public void setUp() {
      pass = new MemoryPass((long) NODES * WIDTH * Float.BYTES, threads);
    }
  }

  /** Two matrices in the memory of the engine. */
  @State(Scope.Benchmark)
  public static class Matrices {
    /** Threads of the engine. */
    @Param({"1", "2"})
    public int threads;

    private NDManager manager = unset();
    private NDArray photos = unset();
    private NDArray cells = unset();

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // JMH calls setUp first
    private static <T> T unset() {
      return null;
    }

    /** Creates the matrices. */
    @Setup
    public void setUp() {
      System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
      manager = TorchEngine.newManager();
      photos = array(IndexBenchmark.unitVectors(BATCH, 2));
      cells = array(IndexBenchmark.unitVectors(NODES, 1)).transpose();
    }

    private NDArray array(float[][] rows) {
      FloatBuffer numbers = FloatBuffer.allocate(rows.length * WIDTH);
      for (float[] row : rows) {
        numbers.put(row);
      }
      return manager.create(numbers.flip(), new Shape(rows.length, WIDTH));
    }

    /** Frees the native memory. */
    @TearDown
    public void tearDown() {
      manager.close();
    }
  }

  /** One photo, with the Vector API. */
  @Benchmark
  @Fork(
      value = 1,
      jvmArgs = {"-Xmx5g", "--add-modules", "jdk.incubator.vector"})
  public float[][] one(Model model) {
    return model.model.scores(new float[][] {model.photos[0]});
  }

  /** One photo, without the Vector API: by the engine. */
  @Benchmark
  public float[][] onePlain(Model model) {
    return model.model.scores(new float[][] {model.photos[0]});
  }

  /** 256 photos. */
  @Benchmark
  public float[][] batch(Model model) {
    return model.model.scores(model.photos);
  }

  /** One photo as the definition reads, in plain Java: logits alone, no exponentials. */
  @Benchmark
  public double[] baselineSevenProductsOfEachFinestCell(Rows rows) {
    double[] scores = new double[rows.hierarchy.finest().size()];
    for (int cell = 0; cell < scores.length; cell++) {
      for (int level = 0; level < LEVELS; level++) {
        float[] row = rows.rows[rows.firstRow[level] + rows.hierarchy.ancestorOf(cell, level)];
        float dot = 0;
        for (int d = 0; d < WIDTH; d++) {
          dot += row[d] * rows.photo[d];
        }
        scores[cell] += dot;
      }
    }
    return scores;
  }

  /** Compares two arrays that together are as large as the vectors. */
  @Benchmark
  public int baselineReadBytesOnce(Bytes bytes) {
    return bytes.pass.read();
  }

  /** The bare product of 256 photos with all cells. */
  @Benchmark
  public long baselineMatrixProduct(Matrices matrices) {
    try (NDManager scratch = matrices.manager.newSubManager()) {
      return Copies.of(matrices.photos, scratch).matMul(matrices.cells).size();
    }
  }
}
