package io.github.geofix.core.index;

/**
 * How the numbers of one row become bytes.
 *
 * @param scale what they are divided by; 0 where all of them are 0
 * @param halfNorm half of the row's squared length
 */
record Rounding(float scale, float halfNorm) {

  static Rounding of(float[] row) {
    float largest = 0;
    double squares = 0;
    for (float number : row) {
      largest = Math.max(largest, Math.abs(number));
      squares += (double) number * number;
    }
    return new Rounding(largest / Byte.MAX_VALUE, (float) (squares / 2));
  }

  /** Returns a number from -127 to 127. */
  int round(float number) {
    int rounded = scale > 0 ? Math.round(number / scale) : 0;
    return Math.max(-Byte.MAX_VALUE, Math.min(Byte.MAX_VALUE, rounded));
  }
}
