package io.github.geofix.models.image;

/**
 * The factors of the coefficients of a segment (RFC 6386, 14.1).
 *
 * @param lumaDc of a block's mean
 * @param lumaAc of its other coefficients
 * @param meansDc of the block of means
 * @param meansAc of its other coefficients
 * @param chromaDc of a block's mean
 * @param chromaAc of its other coefficients
 */
record Vp8Quantizer(
    int lumaDc, int lumaAc, int meansDc, int meansAc, int chromaDc, int chromaAc) {
  private static final int MIN_MEANS_AC = 8;
  private static final int MAX_CHROMA_DC = 132;

  /** Differences of five of the six factors' indexes from the segment's. */
  record Deltas(int lumaDc, int meansDc, int meansAc, int chromaDc, int chromaAc) {
    private static final int BITS = 4;

    static Deltas read(Vp8Bits in) {
      return new Deltas(
          in.optionalSigned(BITS),
          in.optionalSigned(BITS),
          in.optionalSigned(BITS),
          in.optionalSigned(BITS),
          in.optionalSigned(BITS));
    }
  }

  static Vp8Quantizer of(int index, Deltas deltas) {
    return new Vp8Quantizer(
        factor(Vp8Tables.DC_QUANTIZERS, index + deltas.lumaDc),
        factor(Vp8Tables.AC_QUANTIZERS, index),
        2 * factor(Vp8Tables.DC_QUANTIZERS, index + deltas.meansDc),
        Math.max(
            MIN_MEANS_AC, factor(Vp8Tables.AC_QUANTIZERS, index + deltas.meansAc) * 155 / 100),
        Math.min(MAX_CHROMA_DC, factor(Vp8Tables.DC_QUANTIZERS, index + deltas.chromaDc)),
        factor(Vp8Tables.AC_QUANTIZERS, index + deltas.chromaAc));
  }

  private static int factor(int[] table, int index) {
    return table[Math.max(0, Math.min(table.length - 1, index))];
  }
}
