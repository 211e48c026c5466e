package io.github.geofix.core.index;

/**
 * Scalar quantization of one vector to signed bytes.
 *
 * @param scale the value of one quantization step; 0 if the vector is zero
 * @param halfNorm half of the vector's squared length
 */
record ScalarQuantizer(float scale, float halfNorm) {

  static ScalarQuantizer of(float[] vector) {
    float largest = 0;
    double squares = 0;
    for (float number : vector) {
      largest = Math.max(largest, Math.abs(number));
      squares += (double) number * number;
    }
    return new ScalarQuantizer(largest / Byte.MAX_VALUE, (float) (squares / 2));
  }

  /** Returns a quantized number, -127 to 127. */
  int quantize(float number) {
    int rounded = scale > 0 ? Math.round(number / scale) : 0;
    return Math.max(-Byte.MAX_VALUE, Math.min(Byte.MAX_VALUE, rounded));
  }
}
