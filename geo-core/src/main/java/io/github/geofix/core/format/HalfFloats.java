package io.github.geofix.core.format;

/** Conversion of 16-bit floating-point numbers. */
final class HalfFloats {
  private HalfFloats() {}

  static float bfloat16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** IEEE 754 binary16 to binary32, exact. Java has it in Float from version 20 on. */
  static float halfToFloat(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    // 31 marks infinity and NaN in 5 bits, 255 in 8; else the bias grows from 15 to 127.
    int wide = exponent == 31 ? 255 : exponent + 112;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }
}
