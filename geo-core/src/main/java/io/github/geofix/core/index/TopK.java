package io.github.geofix.core.index;

import java.util.stream.IntStream;

/**
 * The best k of the rows offered so far: a binary heap with the worst on top. Equal scores are
 * ordered by row number.
 */
final class TopK {
  private final int k;
  private final float[] scores;
  private final int[] rows;
  private int size;

  TopK(int k) {
    this.k = k;
    this.scores = new float[k];
    this.rows = new int[k];
  }

  /** Returns the score below which no row is accepted. */
  float limit() {
    return size < k ? Float.NEGATIVE_INFINITY : scores[0];
  }

  /** Adds a row if it is among the best; NaN never is. */
  void offer(float score, int row) {
    if (size < k) {
      if (Float.isNaN(score)) {
        return;
      }
      int at = size++;
      while (at > 0) {
        int parent = (at - 1) / 2;
        if (!better(scores[parent], rows[parent], score, row)) {
          break;
        }
        scores[at] = scores[parent];
        rows[at] = rows[parent];
        at = parent;
      }
      scores[at] = score;
      rows[at] = row;
    } else if (better(score, row, scores[0], rows[0])) {
      replaceWorst(score, row);
    }
  }

  /** Offers all rows of another. */
  void offerAll(TopK other) {
    for (int i = 0; i < other.size; i++) {
      offer(other.scores[i], other.rows[i]);
    }
  }

  /** Returns the rows kept, in no order. */
  int[] rows() {
    return IntStream.range(0, size).map(i -> rows[i]).toArray();
  }

  int size() {
    return size;
  }

  /** Removes and returns the worst row and its score. */
  Ranked removeWorst() {
    Ranked worst = new Ranked(rows[0], scores[0]);
    size--;
    if (size > 0) {
      replaceWorst(scores[size], rows[size]);
    }
    return worst;
  }

  record Ranked(int row, float score) {}

  private void replaceWorst(float score, int row) {
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size
          && better(scores[child], rows[child], scores[child + 1], rows[child + 1])) {
        child++;
      }
      if (!better(score, row, scores[child], rows[child])) {
        break;
      }
      scores[at] = scores[child];
      rows[at] = rows[child];
      at = child;
    }
    scores[at] = score;
    rows[at] = row;
  }

  private static boolean better(float scoreA, int rowA, float scoreB, int rowB) {
    return scoreA > scoreB || (scoreA == scoreB && rowA < rowB);
  }
}
