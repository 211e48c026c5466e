package io.github.geofix.core.index;

import io.github.geofix.core.internal.index.Kernel;

/**
 * A query quantized to integers within {@link Kernel#BYTE_QUERY_MAX}: {@code unit * numbers}, or
 * {@code unit * (RESIDUAL_LEVELS * numbers + residual)} where there is a residual.
 *
 * @param residual the quantized error of the first quantization, or empty if that is small
 */
record QuantizedQuery(short[] numbers, short[] residual, float unit) {
  /** The error is at most half a number, and the residual has the range of the numbers. */
  static final int RESIDUAL_LEVELS = 2 * Kernel.BYTE_QUERY_MAX;

  /**
   * The fraction of a query's length that one quantization may lose. Normally distributed numbers
   * lose 6 %; outliers make it more.
   */
  private static final double MAX_LOSS = 0.1;

  static QuantizedQuery of(float[] query) {
    float largest = 0;
    double squares = 0;
    for (float number : query) {
      largest = Math.max(largest, Math.abs(number));
      squares += (double) number * number;
    }
    float unit = largest > 0 ? largest / Kernel.BYTE_QUERY_MAX : 1;
    short[] numbers = new short[query.length];
    short[] residual = new short[query.length];
    double lost = 0;
    for (int d = 0; d < query.length; d++) {
      float scaled = query[d] / unit;
      numbers[d] = (short) Math.round(scaled);
      float error = scaled - numbers[d];
      residual[d] = (short) Math.round(error * RESIDUAL_LEVELS);
      lost += (double) error * error;
    }
    boolean exactEnough = lost * unit * unit <= MAX_LOSS * MAX_LOSS * squares;
    return exactEnough
        ? new QuantizedQuery(numbers, new short[0], unit)
        : new QuantizedQuery(numbers, residual, unit / RESIDUAL_LEVELS);
  }

  boolean hasResidual() {
    return residual.length > 0;
  }
}
