package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The distinct views of one step of a batch: photos on the same path so far share a view.
 *
 * @param rows [n], for each distinct view the first photo that it belongs to
 * @param viewOfPhoto [B], for each photo the number of its view
 */
record SharedViews(long[] rows, long[] viewOfPhoto) {

  /**
   * Returns the vector of each photo's view.
   *
   * <p>Looks the views up as embeddings, not by index: with several threads PyTorch adds the
   * gradients of an index in any order, so that training would not be reproducible.
   *
   * @param views {@code [n, D]}
   * @return {@code [B, D]}
   */
  NDArray ofPhotos(NDArray views) {
    NDArray numbers = views.getManager().create(viewOfPhoto);
    NDArray vectors = Embedding.embedding(numbers, views, SparseFormat.DENSE).singletonOrThrow();
    vectors.attach(views.getManager());
    return vectors;
  }

  /**
   * Returns the distinct views of each step.
   *
   * @param taken [B, N] row-major, the children taken
   * @param augmented true if all views but the root's were augmented, so that none is shared
   */
  static List<SharedViews> ofSteps(long[] taken, int steps, boolean augmented) {
    int batch = taken.length / steps;
    List<SharedViews> shared = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      Map<List<Long>, Long> numbers = new LinkedHashMap<>();
      List<Long> rows = new ArrayList<>();
      long[] viewOfPhoto = new long[batch];
      for (int i = 0; i < batch; i++) {
        List<Long> path = new ArrayList<>();
        for (int n = 0; n < step; n++) {
          path.add(taken[i * steps + n]);
        }
        if (augmented && step > 0) {
          path.add((long) i);
        }
        Long number = numbers.get(path);
        if (number == null) {
          number = (long) rows.size();
          numbers.put(path, number);
          rows.add((long) i);
        }
        viewOfPhoto[i] = number;
      }
      shared.add(new SharedViews(rows.stream().mapToLong(Long::longValue).toArray(), viewOfPhoto));
    }
    return shared;
  }
}
