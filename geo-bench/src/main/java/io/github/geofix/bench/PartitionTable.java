package io.github.geofix.bench;

import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.PointSet;
import java.util.List;
import java.util.Locale;

/**
 * Partitions streams of very many points, and prints one CSV row a stream: CPU seconds of the
 * process, which a busy machine does not change much, and the most memory it held (Linux). The
 * baseline is S2's leaf of every point; the aim is a ratio of at most 2.
 *
 * <p>Arguments: the numbers of points in millions, in increasing order; by default 1 1 1 10 100,
 * where the first rows warm up.
 */
public final class PartitionTable {
  private static final int BLOCK = 1_000_000;
  private static final int[] MAX_POINTS = {25000, 10000, 5000, 2000, 1000, 750, 500};

  private PartitionTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    System.out.println(
        "points,s2LeavesCpuSeconds,addCpuSeconds,buildCpuSeconds,ratio,buildWallSeconds,"
            + "peakMemoryMiB,finestCells");
    for (String millions : args.length > 0 ? List.of(args) : List.of("1", "1", "1", "10", "100")) {
      System.out.println(row(Integer.parseInt(millions)));
    }
  }

  private static String row(int millions) {
    PointSet points = new PointSet();
    double baselineSeconds = 0;
    double addSeconds = 0;
    long sum = 0;
    for (int block = 0; block < millions; block++) {
      double[] positions = PhotoPositions.generate(BLOCK, block);
      double start = OwnProcess.cpuSeconds();
      for (int i = 0; i < positions.length; i += 2) {
        sum += S2CellId.fromLatLng(S2LatLng.fromDegrees(positions[i], positions[i + 1])).id();
      }
      double middle = OwnProcess.cpuSeconds();
      for (int i = 0; i < positions.length; i += 2) {
        points.add(positions[i], positions[i + 1]);
      }
      baselineSeconds += middle - start;
      addSeconds += OwnProcess.cpuSeconds() - middle;
    }
    double start = OwnProcess.cpuSeconds();
    long startNanos = System.nanoTime();
    CellHierarchy hierarchy =
        CellHierarchy.adaptive(points, AdaptiveOptions.defaults(), MAX_POINTS);
    double buildSeconds = OwnProcess.cpuSeconds() - start;
    double wallSeconds = (System.nanoTime() - startNanos) / 1e9;
    if (sum == 0) {
      throw new AssertionError("the baseline must not be optimized away");
    }
    return String.format(
        Locale.ROOT,
        "%d,%.2f,%.2f,%.2f,%.2f,%.2f,%.0f,%d",
        points.size(),
        baselineSeconds,
        addSeconds,
        buildSeconds,
        (addSeconds + buildSeconds) / baselineSeconds,
        wallSeconds,
        OwnProcess.peakResidentMiB(),
        hierarchy.finest().size());
  }
}
