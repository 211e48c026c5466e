package io.github.geofix.core.index;

/** How the rows of an index are kept. */
public enum RowFormat {
  /** Every number as a float: 4 bytes, all of them read by each search. */
  FLOAT32,
  /**
   * Every number as one byte, read by each search, and as a float, read only for the best rows: 5
   * bytes. The bytes choose {@link EmbeddingIndex.Options#rerank()} candidates, the floats score
   * and order them; so scores are exact, and a row can be missed only if more than that many others
   * look better after rounding.
   */
  INT8
}
