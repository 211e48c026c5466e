package io.github.geofix.core;

/** How the large matrix products of a network are computed. */
public enum Precision {
  /**
   * {@link #BFLOAT16} on processors with instructions for it (AVX-512 BF16 or AMX on x86-64), where
   * it is faster; {@link #FLOAT32} on all others.
   */
  AUTO,

  /** 32-bit floats, the same on all machines up to rounding. */
  FLOAT32,

  /**
   * 16-bit floats of 8 bits of precision. In inference the large matrices of image encoders take
   * half the memory; on processors without instructions for bfloat16 their values are widened for
   * each product. In training, weights, normalizations, and losses stay in float32.
   */
  BFLOAT16
}
