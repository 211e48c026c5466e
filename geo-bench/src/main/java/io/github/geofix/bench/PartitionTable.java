package io.github.geofix.bench;

import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.PointSet;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Partitions a stream of very many points once, and prints one CSV row: the CPU seconds of the
 * thread and the most memory the process held (Linux). The baseline is S2's leaf of every point.
 *
 * <p>Arguments: the number of points in millions, 100 by default.
 */
public final class PartitionTable {
  private static final int BLOCK = 1_000_000;
  private static final int[] MAX_POINTS = {25000, 10000, 5000, 2000, 1000, 750, 500};

  private PartitionTable() {}

  /** Runs the program. */
  public static void main(String[] args) throws IOException {
    int millions = args.length > 0 ? Integer.parseInt(args[0]) : 100;
    PointSet points = new PointSet();
    double baselineSeconds = 0;
    double addSeconds = 0;
    long sum = 0;
    for (int block = 0; block < millions; block++) {
      double[] positions = PhotoPositions.generate(BLOCK, block);
      double start = cpuSeconds();
      for (int i = 0; i < positions.length; i += 2) {
        sum += S2CellId.fromLatLng(S2LatLng.fromDegrees(positions[i], positions[i + 1])).id();
      }
      double middle = cpuSeconds();
      for (int i = 0; i < positions.length; i += 2) {
        points.add(positions[i], positions[i + 1]);
      }
      baselineSeconds += middle - start;
      addSeconds += cpuSeconds() - middle;
    }
    double start = cpuSeconds();
    CellHierarchy hierarchy =
        CellHierarchy.adaptive(points, CellPartition.Options.defaults(), MAX_POINTS);
    double buildSeconds = cpuSeconds() - start;
    System.out.println(
        "points,s2LeavesSeconds,addSeconds,buildSeconds,ratio,peakMemoryMiB,finestCells,checksum");
    System.out.printf(
        Locale.ROOT,
        "%d,%.1f,%.1f,%.1f,%.2f,%d,%d,%x%n",
        points.size(),
        baselineSeconds,
        addSeconds,
        buildSeconds,
        (addSeconds + buildSeconds) / baselineSeconds,
        peakMemoryMiB(),
        hierarchy.finest().size(),
        sum);
  }

  private static long peakMemoryMiB() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(-1);
  }

  private static double cpuSeconds() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
  }
}
