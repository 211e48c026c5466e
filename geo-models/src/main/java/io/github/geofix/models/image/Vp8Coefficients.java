package io.github.geofix.models.image;

import java.util.Arrays;

/** The coefficients of one macroblock after another (RFC 6386, 13). */
final class Vp8Coefficients {
  /** Coefficients of a block. */
  static final int SIZE = 16;

  private static final int LUMA_BLOCKS = 16;
  private static final int BLOCKS = 24;

  /** The block of the means of the luma blocks. */
  private static final int MEANS = 24;

  /** Flags of a macroblock's border: four luma, two of each chroma, one of the means. */
  private static final int FLAGS = 9;

  private static final int MEANS_FLAG = 8;

  private static final int LUMA_WITHOUT_MEAN = 0;
  private static final int MEANS_KIND = 1;
  private static final int CHROMA = 2;
  private static final int LUMA = 3;

  /** Section 13.3: by index, and one for the index behind the last. */
  private static final byte[] BANDS = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0};

  /** Section 13: where a coefficient lies in its block. */
  private static final byte[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};

  /** Section 13.2: the bits of the tokens of large values, and the least value of each. */
  private static final int[][] EXTRA_BITS = {
    {159},
    {165, 145},
    {173, 148, 140},
    {176, 155, 140, 135},
    {180, 157, 141, 134, 130},
    {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}
  };

  private static final int[] LEAST = {5, 7, 11, 19, 35, 67};

  private static final int KIND_STRIDE =
      Vp8Tables.BANDS * Vp8Tables.CONTEXTS * Vp8Tables.TOKEN_NODES;
  private static final int BAND_STRIDE = Vp8Tables.CONTEXTS * Vp8Tables.TOKEN_NODES;

  /** The coefficients times their factors, 16 a block: 16 of luma, 4 of each chroma, the means. */
  final int[] values = new int[(BLOCKS + 1) * SIZE];

  /** The index behind the last coefficient of each block. */
  private final int[] ends = new int[BLOCKS];

  private final int[] probabilities;
  private final byte[] above;
  private final byte[] left = new byte[FLAGS];

  /**
   * Makes the first macroblock the next.
   *
   * @param probabilities by kind of block, band, context and node
   * @param columns of macroblocks
   */
  Vp8Coefficients(int[] probabilities, int columns) {
    this.probabilities = probabilities;
    this.above = new byte[columns * FLAGS];
  }

  /** Starts a row of macroblocks. */
  void startRow() {
    Arrays.fill(left, (byte) 0);
  }

  /** Passes over a macroblock without coefficients. */
  void skip(int column, boolean hasMeans) {
    Arrays.fill(ends, 0);
    Arrays.fill(values, 0);
    int flags = hasMeans ? FLAGS : MEANS_FLAG;
    Arrays.fill(left, 0, flags, (byte) 0);
    Arrays.fill(above, column * FLAGS, column * FLAGS + flags, (byte) 0);
  }

  /** Reads a macroblock, and returns whether any block is not 0. */
  boolean read(Vp8Bits in, int column, boolean hasMeans, Vp8Quantizer quantizer) {
    Arrays.fill(values, 0);
    int first = 0;
    int kind = LUMA;
    if (hasMeans) {
      int flag = column * FLAGS + MEANS_FLAG;
      int context = left[MEANS_FLAG] + above[flag];
      int end =
          block(
              in,
              MEANS,
              MEANS_KIND * KIND_STRIDE,
              0,
              context,
              quantizer.meansDc(),
              quantizer.meansAc());
      left[MEANS_FLAG] = above[flag] = (byte) (end > 0 ? 1 : 0);
      Vp8Transform.spreadMeans(values, MEANS * SIZE);
      first = 1;
      kind = LUMA_WITHOUT_MEAN;
    }
    boolean isAny = false;
    for (int i = 0; i < BLOCKS; i++) {
      boolean isLuma = i < LUMA_BLOCKS;
      int side = isLuma ? i >> 2 : 4 + (i - LUMA_BLOCKS >> 1);
      int up = column * FLAGS + (isLuma ? i & 3 : 4 + (i - LUMA_BLOCKS >> 2 << 1) + (i & 1));
      int start = isLuma ? first : 0;
      int end =
          block(
              in,
              i,
              (isLuma ? kind : CHROMA) * KIND_STRIDE,
              start,
              left[side] + above[up],
              isLuma ? quantizer.lumaDc() : quantizer.chromaDc(),
              isLuma ? quantizer.lumaAc() : quantizer.chromaAc());
      left[side] = above[up] = (byte) (end > start ? 1 : 0);
      ends[i] = end;
      isAny |= end > 1 || values[i * SIZE] != 0;
    }
    return isAny;
  }

  /** Adds a block's differences to the samples that were predicted. */
  void add(int block, byte[] samples, int at, int stride) {
    int offset = block * SIZE;
    if (ends[block] > 1) {
      Vp8Transform.add(values, offset, samples, at, stride);
    } else if (values[offset] != 0) {
      Vp8Transform.addMean(values[offset], samples, at, stride);
    }
  }

  /** Reads a block, and returns the index behind its last token. */
  private int block(
      Vp8Bits in, int block, int kind, int first, int context, int dcFactor, int acFactor) {
    int[] p = probabilities;
    int index = first;
    int node = kind + BANDS[index] * BAND_STRIDE + context * Vp8Tables.TOKEN_NODES;
    while (index < SIZE) {
      if (!in.read(p[node])) {
        return index;
      }
      while (!in.read(p[node + 1])) {
        index++;
        if (index == SIZE) {
          return SIZE;
        }
        node = kind + BANDS[index] * BAND_STRIDE;
      }
      int value = in.read(p[node + 2]) ? large(in, node) : 1;
      int factor = index > 0 ? acFactor : dcFactor;
      // The values of no encoder need more than 16 bits, to which libwebp cuts them.
      values[block * SIZE + ZIGZAG[index]] = (short) ((in.flag() ? -value : value) * factor);
      index++;
      node =
          kind + BANDS[index] * BAND_STRIDE + (value > 1 ? 2 : 1) * Vp8Tables.TOKEN_NODES;
    }
    return SIZE;
  }

  /** Reads a value above 1 (section 13.2). */
  private int large(Vp8Bits in, int node) {
    int[] p = probabilities;
    if (!in.read(p[node + 3])) {
      if (!in.read(p[node + 4])) {
        return 2;
      }
      return in.read(p[node + 5]) ? 4 : 3;
    }
    int category;
    if (!in.read(p[node + 6])) {
      category = in.read(p[node + 7]) ? 1 : 0;
    } else {
      category = in.read(p[node + 8]) ? 4 : 2;
      category += in.read(p[node + (category == 4 ? 10 : 9)]) ? 1 : 0;
    }
    int extra = 0;
    for (int probability : EXTRA_BITS[category]) {
      extra = extra << 1 | (in.read(probability) ? 1 : 0);
    }
    return LEAST[category] + extra;
  }
}
