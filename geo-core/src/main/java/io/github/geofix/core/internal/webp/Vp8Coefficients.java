package io.github.geofix.core.internal.webp;

import java.util.Arrays;

/** The coefficients of one macroblock after another (RFC 6386, 13). */
final class Vp8Coefficients {
  private static final int LUMA_BLOCKS = 16;

  /** Luma and the two of chroma. */
  private static final int BLOCKS = 24;

  /** Behind the others, the block of the means of the luma blocks. */
  private static final int MEANS = 24;

  /** By row or column of a macroblock, whether a block there has coefficients. */
  private static final int FLAGS = 9;

  private static final int MEANS_FLAG = 8;

  /** Kinds of blocks. */
  private static final int LUMA_WITHOUT_MEAN = 0;

  private static final int OF_MEANS = 1;
  private static final int CHROMA = 2;
  private static final int LUMA = 3;

  private static final int BAND_STRIDE = Vp8Tables.CONTEXTS * Vp8Tables.TOKEN_NODES;
  private static final int KIND_STRIDE = Vp8Tables.BANDS * BAND_STRIDE;

  /** Section 13.3: by index, and one for the index behind the last. */
  private static final byte[] BANDS = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0};

  /** Section 13: where a coefficient lies in its block. */
  private static final byte[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};

  /** Section 13.2, below its first two nodes: values from 1 to 4, and six categories. */
  private static final byte[] TREE = {
    -1, 2, 4, 8, -2, 6, -3, -4, 10, 12, -5, -6, 14, 16, -7, -8, -9, -10
  };

  private static final int FIRST_CATEGORY = 5;

  /** The probabilities of the categories' further bits, and the least value of each. */
  private static final int[][] CATEGORIES = {
    {159},
    {165, 145},
    {173, 148, 140},
    {176, 155, 140, 135},
    {180, 157, 141, 134, 130},
    {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}
  };

  private static final int[] LEAST = {5, 7, 11, 19, 35, 67};

  /** The coefficients times their factors, 16 a block. */
  private final int[] values = new int[(BLOCKS + 1) * Vp8Transform.SIZE];

  /** The index behind the last coefficient of each block. */
  private final int[] ends = new int[BLOCKS];

  private final int[] probabilities;
  private final byte[] above;
  private final byte[] left = new byte[FLAGS];

  /**
   * Starts above the first row.
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

  /**
   * Reads a macroblock.
   *
   * @param hasMeans whether the means of the luma blocks are a block of their own
   * @param factors of the first and the other coefficients, by kind of block
   * @return whether any block is not 0
   */
  boolean read(Vp8Bits in, int column, boolean hasMeans, int[] factors) {
    Arrays.fill(values, 0);
    int up = column * FLAGS;
    if (hasMeans) {
      block(in, MEANS, OF_MEANS, MEANS_FLAG, up + MEANS_FLAG, factors);
      Vp8Transform.spreadMeans(values, MEANS * Vp8Transform.SIZE);
    }
    boolean isAny = false;
    for (int i = 0; i < BLOCKS; i++) {
      if (i < LUMA_BLOCKS) {
        ends[i] = block(in, i, hasMeans ? LUMA_WITHOUT_MEAN : LUMA, i >> 2, up + (i & 3), factors);
      } else {
        // Of each chroma two rows and two columns.
        int plane = 4 + ((i - LUMA_BLOCKS) >> 2 << 1);
        ends[i] = block(in, i, CHROMA, plane + (i >> 1 & 1), up + plane + (i & 1), factors);
      }
      isAny |= ends[i] > 1 || values[i * Vp8Transform.SIZE] != 0;
    }
    return isAny;
  }

  /** Reads a block, and returns the index behind its last coefficient. */
  private int block(Vp8Bits in, int block, int kind, int side, int up, int[] factors) {
    int first = kind == LUMA_WITHOUT_MEAN ? 1 : 0;
    int end = tokens(in, block, kind, first, left[side] + above[up], factors);
    left[side] = above[up] = (byte) (end > first ? 1 : 0);
    return end;
  }

  private int tokens(Vp8Bits in, int block, int kind, int first, int context, int[] factors) {
    int[] p = probabilities;
    int offset = kind * KIND_STRIDE;
    int index = first;
    int node = offset + BANDS[index] * BAND_STRIDE + context * Vp8Tables.TOKEN_NODES;
    while (index < Vp8Transform.SIZE) {
      if (!in.read(p[node])) {
        return index;
      }
      while (!in.read(p[node + 1])) {
        index++;
        if (index == Vp8Transform.SIZE) {
          return index;
        }
        node = offset + BANDS[index] * BAND_STRIDE;
      }
      int value = in.tree(TREE, p, node + 2);
      int after = value > 1 ? 2 : 1;
      if (value >= FIRST_CATEGORY) {
        value = large(in, value - FIRST_CATEGORY);
      }
      int factor = factors[2 * kind + (index > 0 ? 1 : 0)];
      // The values of no encoder need more than 16 bits, to which libwebp cuts them.
      values[block * Vp8Transform.SIZE + ZIGZAG[index]] =
          (short) ((in.flag() ? -value : value) * factor);
      index++;
      node = offset + BANDS[index] * BAND_STRIDE + after * Vp8Tables.TOKEN_NODES;
    }
    return index;
  }

  private static int large(Vp8Bits in, int category) {
    int extra = 0;
    for (int probability : CATEGORIES[category]) {
      extra = extra << 1 | (in.read(probability) ? 1 : 0);
    }
    return LEAST[category] + extra;
  }

  /** Adds a block's differences to the samples that were predicted. */
  void add(int block, Vp8Plane plane, int at) {
    int offset = block * Vp8Transform.SIZE;
    if (ends[block] > 1) {
      Vp8Transform.add(values, offset, plane.samples, at, plane.stride);
    } else if (values[offset] != 0) {
      Vp8Transform.addMean(values[offset], plane.samples, at, plane.stride);
    }
  }
}
