package io.github.geofix.core.index;

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
