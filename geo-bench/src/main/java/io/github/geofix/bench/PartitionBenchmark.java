package io.github.geofix.bench;

import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.PointSet;
import java.util.Arrays;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Building the seven levels of GeoSURGE, and looking labels up. The baseline of building is to ask
 * S2 for the leaf of every point and do nothing with it; the aim is at most twice its time. The
 * baseline of looking up is S2 and a binary search over the first leaves.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 7)
@Fork(value = 1, jvmArgs = "-Xmx3g")
public class PartitionBenchmark {
  private static final int[] MAX_POINTS = {25000, 10000, 5000, 2000, 1000, 750, 500};

  /** How many points. */
  @Param({"100000", "1000000", "10000000"})
  public int points;

  private double[] positions = {};
  private CellPartition partition = CellPartition.ofCellIds();
  private long[] firstLeaves = {};

  /** Makes the points, and a partition to look them up in. */
  @Setup
  public void generate() {
    positions = PhotoPositions.generate(points, 1);
    partition = CellPartition.adaptive(PointSet.ofPairs(positions), AdaptiveOptions.defaults());
    // Shifted so that signed order, which binarySearch uses, is the order of the curve.
    firstLeaves =
        Arrays.stream(partition.cellIds())
            .map(cell -> S2Cells.firstLeaf(cell) + Long.MIN_VALUE)
            .toArray();
  }

  /** The seven partitions, with counts, means and parents, from plain coordinates. */
  @Benchmark
  public CellHierarchy buildSevenLevels() {
    return CellHierarchy.adaptive(
        PointSet.ofPairs(positions), AdaptiveOptions.defaults(), MAX_POINTS);
  }

  /** One partition, with counts and means, from plain coordinates. */
  @Benchmark
  public CellPartition buildOneLevel() {
    return CellPartition.adaptive(PointSet.ofPairs(positions), AdaptiveOptions.defaults());
  }

  /** The leaf of every point, by S2. */
  @Benchmark
  public long baselineS2Leaves() {
    long sum = 0;
    for (int i = 0; i < positions.length; i += 2) {
      sum += S2CellId.fromLatLng(S2LatLng.fromDegrees(positions[i], positions[i + 1])).id();
    }
    return sum;
  }

  /** The leaf of every point, the same id. */
  @Benchmark
  public long leaves() {
    long sum = 0;
    for (int i = 0; i < positions.length; i += 2) {
      sum += S2Cells.leafOf(positions[i], positions[i + 1]);
    }
    return sum;
  }

  /** The label of every point. */
  @Benchmark
  public int[] labels() {
    return partition.labelsOf(positions);
  }

  /** The label of every point, by S2 and a binary search. */
  @Benchmark
  public int[] baselineS2Labels() {
    int[] labels = new int[positions.length / 2];
    for (int i = 0; i < labels.length; i++) {
      S2CellId leaf =
          S2CellId.fromLatLng(S2LatLng.fromDegrees(positions[2 * i], positions[2 * i + 1]));
      int at = Arrays.binarySearch(firstLeaves, leaf.id() + Long.MIN_VALUE);
      int label = at >= 0 ? at : -at - 2;
      labels[i] = label >= 0 && new S2CellId(partition.cellId(label)).contains(leaf) ? label : -1;
    }
    return labels;
  }
}
