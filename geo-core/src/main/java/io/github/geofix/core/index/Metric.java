package io.github.geofix.core.index;

/** The similarity of a query q and a row x; higher is closer. */
public enum Metric {
  /** The cosine of the angle, -1 to 1. Rows and queries are normalized, so neither may be zero. */
  COSINE,
  /** The dot product {@code q . x}. */
  DOT,
  /** Minus the squared Euclidean distance, {@code -|q - x|^2}: 0 for an equal row, else below. */
  L2
}
