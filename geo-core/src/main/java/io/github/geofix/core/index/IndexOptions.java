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
}
