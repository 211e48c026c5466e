package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.train.internal.data.NearestRows;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds the 100 references most similar to each of N photos among all N, as an epoch with hard
 * negatives begins, and prints one CSV row: the size of the whole N x N matrix, which is never
 * held; the most heap that was taken, and by how much the process grew at most (Linux), rows of
 * photos and references in native memory included; seconds, and those of the bare matrix products
 * of the same blocks.
 *
 * <p>Arguments: N and the width D, 40,000 and 256 by default.
 */
public final class MiningTable {
  private static final int COUNT = 100;

  /** Photos that mining compares at a time. */
  private static final int BLOCK = 256;

  /** Photos of the run that loads the engine and lets the compiler see the loops. */
  private static final int FEW = 2000;

  private MiningTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    int photos = args.length > 0 ? Integer.parseInt(args[0]) : 40_000;
    int width = args.length > 1 ? Integer.parseInt(args[1]) : 256;
    Rows few = new Rows(unitRows(FEW, width, 3), unitRows(FEW, width, 4), width);
    mine(few, FEW);
    multiply(few, FEW);
    Rows rows = new Rows(unitRows(photos, width, 1), unitRows(photos, width, 2), width);

    heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
    double resident = OwnProcess.residentMiB();
    long wall = System.nanoTime();
    double cpu = OwnProcess.cpuSeconds();
    mine(rows, photos);
    double miningWall = (System.nanoTime() - wall) / 1e9;
    double miningCpu = OwnProcess.cpuSeconds() - cpu;
    double growth = OwnProcess.peakResidentMiB() - resident;
    // The pools' peaks need not fall together: no less than was held.
    double heap = heapPools().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum() / 0x1p20;

    wall = System.nanoTime();
    cpu = OwnProcess.cpuSeconds();
    multiply(rows, photos);
    double productWall = (System.nanoTime() - wall) / 1e9;
    double productCpu = OwnProcess.cpuSeconds() - cpu;
    System.out.println(
        "photos,width,matrixMiB,peakHeapMiB,peakResidentGrowthMiB,seconds,cpuSeconds,"
            + "productSeconds,productCpuSeconds,cpuRatio");
    System.out.printf(
        Locale.ROOT,
        "%d,%d,%.0f,%.0f,%.0f,%.2f,%.2f,%.2f,%.2f,%.2f%n",
        photos,
        width,
        (double) photos * photos * Float.BYTES / 0x1p20,
        heap,
        growth,
        miningWall,
        miningCpu,
        productWall,
        productCpu,
        miningCpu / productCpu);
  }

  private static void mine(Rows rows, int photos) {
    int[][] nearest;
    try (NDManager manager = TorchEngine.newManager()) {
      Shape shape = new Shape(photos, rows.width);
      nearest =
          NearestRows.of(
              manager.create(rows.photos, shape), manager.create(rows.references, shape), COUNT);
    }
    if (nearest[photos - 1].length != COUNT) {
      throw new AssertionError("fewer neighbors than there are");
    }
  }

  /** Multiplies block by block, as mining does, and drops the products. */
  private static void multiply(Rows rows, int photos) {
    try (NDManager manager = TorchEngine.newManager()) {
      Shape shape = new Shape(rows.photos.length / rows.width, rows.width);
      NDArray all = manager.create(rows.photos, shape);
      NDArray pool = manager.create(rows.references, shape).transpose();
      for (int first = 0; first < photos; first += BLOCK) {
        try (NDManager scratch = manager.newSubManager()) {
          NDArray block = all.get(new NDIndex(first + ":" + Math.min(photos, first + BLOCK)));
          block.attach(scratch);
          block.matMul(pool);
        }
      }
    }
  }

  private static Stream<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP);
  }

  private static float[] unitRows(int count, int width, long seed) {
    float[] rows = new float[count * width];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            row -> {
              SplittableRandom random = new SplittableRandom(seed * count + row);
              double squares = 0;
              for (int i = row * width; i < (row + 1) * width; i++) {
                rows[i] = (float) random.nextGaussian();
                squares += (double) rows[i] * rows[i];
              }
              for (int i = row * width; i < (row + 1) * width; i++) {
                rows[i] /= (float) Math.sqrt(squares);
              }
            });
    return rows;
  }

  /** Vectors of photos and of their tiles. */
  private record Rows(float[] photos, float[] references, int width) {}
}
