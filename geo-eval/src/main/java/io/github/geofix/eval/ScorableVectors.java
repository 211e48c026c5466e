package io.github.geofix.eval;

import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.internal.index.ScoreCounts;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Embeddings ready to be scored: of unit length where the metric is the cosine. Vectors without a
 * score are refused.
 */
final class ScorableVectors implements ScoreCounts.Rows {

  /** Numbers read at a time by {@link #check}. */
  private static final int CHECKED = 1 << 20;

  private final Embeddings vectors;
  private final Metric metric;
  private final String what;

  /**
   * Wraps vectors.
   *
   * @param what their name in errors, unless they are of a file
   */
  ScorableVectors(Embeddings vectors, Metric metric, String what) {
    this.vectors = vectors;
    this.metric = metric;
    this.what = vectors.file().map(Object::toString).orElse(what);
  }

  @Override
  public int size() {
    return vectors.size();
  }

  @Override
  public int dimension() {
    return vectors.dimension();
  }

  @Override
  public void read(int first, int count, float[] target) {
    vectors.read(first, count, target);
    for (int i = 0; i < count; i++) {
      if (!prepare(target, i * dimension())) {
        throw refusal(first + i);
      }
    }
  }

  /**
   * Reads all vectors, so that a bad one ends a run before its long part.
   *
   * @throws IllegalArgumentException if one holds NaN, infinite or too large numbers; the message
   *     names the first
   */
  void check() {
    int rows = Math.max(1, CHECKED / dimension());
    OptionalInt bad =
        IntStream.range(0, (size() + rows - 1) / rows)
            .parallel()
            .map(block -> firstBad(block * rows, Math.min(rows, size() - block * rows)))
            .filter(row -> row >= 0)
            .findFirst();
    if (bad.isPresent()) {
      throw refusal(bad.getAsInt());
    }
  }

  private int firstBad(int first, int count) {
    float[] values = new float[count * dimension()];
    vectors.read(first, count, values);
    for (int i = 0; i < count; i++) {
      if (!isScorable(squares(values, i * dimension()))) {
        return first + i;
      }
    }
    return -1;
  }

  private IllegalArgumentException refusal(int row) {
    float[] values = new float[dimension()];
    vectors.read(row, 1, values);
    double squares = squares(values, 0);
    return new IllegalArgumentException(
        Double.isFinite(squares)
            ? "row "
                + row
                + " of "
                + what
                + " is too large to score: its length is "
                + (float) Math.sqrt(squares)
            : "row " + row + " of " + what + " is not finite: it holds NaN or infinite numbers");
  }

  /** Normalizes a vector in place; returns false if it cannot be scored. */
  private boolean prepare(float[] values, int from) {
    double squares = squares(values, from);
    if (!isScorable(squares)) {
      return false;
    }
    if (metric == Metric.COSINE && squares > 0) {
      double length = Math.sqrt(squares);
      for (int i = from; i < from + dimension(); i++) {
        values[i] = (float) (values[i] / length);
      }
    }
    return true;
  }

  private static boolean isScorable(double squares) {
    // So far below the largest float no product of two vectors overflows, nor a squared distance.
    return squares < Float.MAX_VALUE / 8;
  }

  /** Returns the squared length; four sums at a time, so that none waits for the one before. */
  private double squares(float[] values, int from) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = from;
    int end = from + dimension();
    for (; i + 3 < end; i += 4) {
      a += (double) values[i] * values[i];
      b += (double) values[i + 1] * values[i + 1];
      c += (double) values[i + 2] * values[i + 2];
      d += (double) values[i + 3] * values[i + 3];
    }
    for (; i < end; i++) {
      a += (double) values[i] * values[i];
    }
    return a + b + (c + d);
  }
}
