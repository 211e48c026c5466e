package io.github.geofix.train.internal.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Arrays;

/** For each row of one matrix, the rows of another with the largest inner products. */
public final class NearestRows {
  private static final int BLOCK = 256;

  private NearestRows() {}

  /**
   * Searches exactly, in O(N M D) time. Compares in blocks of rows, so that the matrix of all
   * products is never held.
   *
   * @param queries {@code [N, D]}
   * @param pool {@code [M, D]}
   * @param count most results for each query
   * @return for each query {@code min(count, M)} row numbers of the pool, largest product first
   */
  public static int[][] of(NDArray queries, NDArray pool, int count) {
    return TorchEngine.noGrad(() -> search(queries, pool, count));
  }

  private static int[][] search(NDArray queries, NDArray pool, int count) {
    int size = Math.toIntExact(queries.getShape().get(0));
    int best = Math.toIntExact(Math.min(count, pool.getShape().get(0)));
    int[][] nearest = new int[size][];
    try (NDArray columns = pool.transpose()) {
      for (int first = 0; first < size; first += BLOCK) {
        int end = Math.min(size, first + BLOCK);
        try (NDManager scratch = queries.getManager().newSubManager()) {
          NDArray block = queries.get(new NDIndex(first + ":" + end));
          block.attach(scratch);
          NDArray products = block.matMul(columns);
          long[] rows = products.topK(best, 1, true, true).get(1).toLongArray();
          for (int query = first; query < end; query++) {
            nearest[query] =
                Arrays.stream(rows, (query - first) * best, (query - first + 1) * best)
                    .mapToInt(Math::toIntExact)
                    .toArray();
          }
        }
      }
    }
    return nearest;
  }
}
