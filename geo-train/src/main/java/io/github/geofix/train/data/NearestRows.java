package io.github.geofix.train.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Arrays;

/** For each row of one matrix, the rows of another with the largest inner product. */
final class NearestRows {
  private static final int BLOCK = 256;

  private NearestRows() {}

  /**
   * Compares in blocks of rows; the whole matrix of products is never held.
   *
   * @param queries {@code [N, D]}; row i belongs to photo i
   * @param pool {@code [M, D]}
   * @param photos the photo of each row of the pool
   * @return for each query at most {@code count} photos, best first, without the query's own
   */
  static int[][] of(NDArray queries, NDArray pool, int[] photos, int count) {
    return TorchEngine.noGrad(() -> search(queries, pool, photos, count));
  }

  private static int[][] search(NDArray queries, NDArray pool, int[] photos, int count) {
    int size = Math.toIntExact(queries.getShape().get(0));
    // One more than asked for, as the query itself may be among them.
    int best = Math.min(count + 1, photos.length);
    int[][] nearest = new int[size][];
    NDArray columns = pool.transpose();
    for (int first = 0; first < size; first += BLOCK) {
      int end = Math.min(size, first + BLOCK);
      try (NDManager scratch = queries.getManager().newSubManager()) {
        NDArray block = queries.get(new NDIndex(first + ":" + end));
        block.attach(scratch);
        NDArray products = block.matMul(columns);
        long[] rows = products.topK(best, 1, true, true).get(1).toLongArray();
        for (int query = first; query < end; query++) {
          int own = query;
          nearest[query] =
              Arrays.stream(rows, (query - first) * best, (query - first + 1) * best)
                  .mapToInt(row -> photos[(int) row])
                  .filter(photo -> photo != own)
                  .limit(count)
                  .toArray();
        }
      }
    }
    return nearest;
  }
}
