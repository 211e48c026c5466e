package io.github.geofix.core.partition;

import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;

/**
 * Iterator over the labels of a partition with a score above 0, by descending score per km2, then
 * ascending label. A heap, because regions need few of many cells: O(m), then O(log m) per label.
 */
final class DensestFirst implements PrimitiveIterator.OfInt {
  private final double[] densities;
  private final int[] heap;
  private int size;

  DensestFirst(CellPartition partition, double[] scores) {
    double[] areas = partition.areas();
    densities = new double[scores.length];
    heap = new int[scores.length];
    for (int label = 0; label < scores.length; label++) {
      densities[label] = scores[label] / areas[label];
      if (scores[label] > 0) {
        heap[size++] = label;
      }
    }
    for (int at = size / 2 - 1; at >= 0; at--) {
      sink(at);
    }
  }

  @Override
  public boolean hasNext() {
    return size > 0;
  }

  @Override
  public int nextInt() {
    if (size == 0) {
      throw new NoSuchElementException();
    }
    int label = heap[0];
    heap[0] = heap[--size];
    sink(0);
    return label;
  }

  /** Restores the heap order below an index. */
  private void sink(int from) {
    int label = heap[from];
    int at = from;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], label)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = label;
  }

  private boolean before(int label, int other) {
    return densities[label] > densities[other]
        || (densities[label] == densities[other] && label < other);
  }
}
