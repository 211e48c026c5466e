package io.github.geofix.core.index;

import java.util.Objects;

/**
 * Options of an {@link EmbeddingIndex}.
 *
 * @param metric how rows are scored
 * @param encoding how the numbers of a row are stored
 * @param rerank the least number of candidates that {@link VectorEncoding#INT8} scores exactly; a
 *     search always takes at least ten per result asked for
 * @param encoder the digest of the weights that computed the rows, or any other name of them; empty
 *     if unknown. Stored in the file, see {@link EmbeddingIndex#open(java.nio.file.Path, String)}
 */
public record IndexOptions(Metric metric, VectorEncoding encoding, int rerank, String encoder) {
  private static final int MAX_ENCODER_CHARS = 1024;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if rerank is negative or the encoder's name too long
   */
  public IndexOptions {
    Objects.requireNonNull(metric);
    Objects.requireNonNull(encoding);
    if (rerank < 0) {
      throw new IllegalArgumentException("rerank must be 0 or more: " + rerank);
    }
    if (encoder.length() > MAX_ENCODER_CHARS) {
      throw new IllegalArgumentException(
          "the encoder's name has " + encoder.length() + " characters, at most 1024 fit");
    }
  }

  /** Returns the cosine over floats, 100 candidates, no encoder. */
  public static IndexOptions defaults() {
    return new IndexOptions(Metric.COSINE, VectorEncoding.FLOAT32, 100, "");
  }

  /** Returns a copy with another metric. */
  public IndexOptions withMetric(Metric metric) {
    return new IndexOptions(metric, encoding, rerank, encoder);
  }

  /** Returns a copy with another encoding of the rows. */
  public IndexOptions withEncoding(VectorEncoding encoding) {
    return new IndexOptions(metric, encoding, rerank, encoder);
  }

  /** Returns a copy with another number of candidates. */
  public IndexOptions withRerank(int rerank) {
    return new IndexOptions(metric, encoding, rerank, encoder);
  }

  /** Returns a copy that names the encoder. */
  public IndexOptions withEncoder(String encoder) {
    return new IndexOptions(metric, encoding, rerank, encoder);
  }

  /** Storage of the numbers of a row in an {@link EmbeddingIndex}. */
  public enum VectorEncoding {
    /** 32-bit floats: 4 bytes a number, all read by each search. */
    FLOAT32,
    /**
     * Scalar quantization to one byte, read by each search, beside the floats, read only for
     * candidates: 5 bytes a number. The bytes select {@link IndexOptions#rerank()} candidates; the
     * floats score and rank them. Scores are therefore exact, and a row is missed only if more than
     * that many others score higher by their bytes.
     */
    INT8
  }

  /** The similarity of a query q and a row x; higher is closer. */
  public enum Metric {
    /**
     * The cosine of the angle, -1 to 1. Rows and queries are normalized, so neither may be zero.
     */
    COSINE,
    /** The dot product {@code q . x}. */
    DOT,
    /** Minus the squared Euclidean distance, {@code -|q - x|^2}: 0 for an equal row, else below. */
    L2
  }
}
