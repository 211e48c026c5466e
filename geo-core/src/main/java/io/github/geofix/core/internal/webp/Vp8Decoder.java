package io.github.geofix.core.internal.webp;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import javax.imageio.IIOException;

/** Decodes the key frame that a lossy WebP is (VP8, RFC 6386) to the pixels of libwebp. */
final class Vp8Decoder {
  /** The probability that a macroblock's luma is predicted by blocks, of 256 (section 11.2). */
  private static final int BY_BLOCKS = 145;

  /** The trees of section 8.1, 11.2 and 11.4, as {@link Vp8Bits#tree} takes them. */
  private static final byte[] SEGMENT_TREE = {2, 4, 0, -1, -2, -3};

  private static final byte[] LUMA_TREE = {2, 4, 0, -2, -3, -1};
  private static final int[] LUMA_PROBABILITIES = {156, 163, 128};
  private static final byte[] CHROMA_TREE = {0, 2, -2, 4, -3, -1};
  private static final int[] CHROMA_PROBABILITIES = {142, 114, 183};
  private static final byte[] BLOCK_TREE = {
    0, 2, -1, 4, -2, 6, 8, 12, -3, 10, -5, -6, -4, 14, -7, 16, -8, -9
  };

  private final Vp8Header header;
  private final int columns;
  private final int rows;
  private final Vp8Plane[] planes;
  private final Vp8Coefficients coefficients;
  private final Vp8Prediction prediction = new Vp8Prediction();

  /** The modes of a macroblock's blocks, and of those above and to the left. */
  private final byte[] modes = new byte[16];

  private final byte[] above;
  private final byte[] left = new byte[4];

  /** By macroblock, the index of its filter and whether its inner edges are filtered. */
  private final byte[] filterKinds;

  private final boolean[] hasInnerEdges;

  private Vp8Decoder(Vp8Header header) {
    this.header = header;
    columns = (header.width + 15) / 16;
    rows = (header.height + 15) / 16;
    planes =
        new Vp8Plane[] {
          new Vp8Plane(16 * columns, 16 * rows),
          new Vp8Plane(8 * columns, 8 * rows),
          new Vp8Plane(8 * columns, 8 * rows)
        };
    coefficients = new Vp8Coefficients(header.tokenProbabilities, columns);
    above = new byte[4 * columns];
    filterKinds = new byte[rows * columns];
    hasInnerEdges = new boolean[rows * columns];
  }

  /**
   * Decodes a frame.
   *
   * @param alpha of the pixels; empty if there is none
   * @throws IIOException if it is damaged
   */
  static BufferedImage decode(byte[] file, WebpChunk picture, byte[] alpha) throws IIOException {
    Vp8Header header = new Vp8Header(file, picture);
    Vp8Decoder decoder = new Vp8Decoder(header);
    decoder.decode();
    return Vp8Colors.toImage(decoder.planes, header.width, header.height, alpha);
  }

  private void decode() throws IIOException {
    for (int row = 0; row < rows; row++) {
      Arrays.fill(left, (byte) Vp8Prediction.DC);
      coefficients.startRow();
      Vp8Bits tokens = header.coefficients[row % header.coefficients.length];
      for (int column = 0; column < columns; column++) {
        macroblock(tokens, column, row);
      }
      if (header.modes.isPastEnd() || tokens.isPastEnd()) {
        throw new IIOException("the picture ends in row %d of %d".formatted(16 * row, 16 * rows));
      }
      planes[0].extend(16 * row + 15);
    }
    for (int i = 0; i < filterKinds.length; i++) {
      header.filter.apply(planes, i % columns, i / columns, filterKinds[i], hasInnerEdges[i]);
    }
  }

  private void macroblock(Vp8Bits tokens, int column, int row) {
    Vp8Bits in = header.modes;
    int[] segments = header.segmentProbabilities;
    int segment = segments.length == 0 ? 0 : in.tree(SEGMENT_TREE, segments, 0);
    boolean isSkipped = header.skipProbability >= 0 && in.read(header.skipProbability);
    boolean isOne = in.read(BY_BLOCKS);
    if (isOne) {
      Arrays.fill(modes, (byte) in.tree(LUMA_TREE, LUMA_PROBABILITIES, 0));
    } else {
      readModes(column);
    }
    System.arraycopy(modes, 12, above, 4 * column, 4);
    for (int i = 0; i < 4; i++) {
      left[i] = modes[4 * i + 3];
    }
    int chroma = in.tree(CHROMA_TREE, CHROMA_PROBABILITIES, 0);
    boolean hasCoefficients = false;
    if (isSkipped) {
      coefficients.skip(column, isOne);
    } else {
      hasCoefficients = coefficients.read(tokens, column, isOne, header.factors[segment]);
    }
    int i = row * columns + column;
    filterKinds[i] = (byte) (2 * segment + (isOne ? 0 : 1));
    hasInnerEdges[i] = hasCoefficients || !isOne;
    addLuma(column, row, isOne);
    addChroma(planes[1], 16, column, row, chroma);
    addChroma(planes[2], 20, column, row, chroma);
  }

  private void readModes(int column) {
    for (int i = 0; i < modes.length; i++) {
      int up = i < 4 ? above[4 * column + i] : modes[i - 4];
      int side = (i & 3) == 0 ? left[i >> 2] : modes[i - 1];
      int offset = (up * Vp8Tables.BLOCK_MODES + side) * Vp8Tables.BLOCK_MODE_NODES;
      modes[i] = (byte) header.modes.tree(BLOCK_TREE, Vp8Tables.BLOCK_MODE_PROBABILITIES, offset);
    }
  }

  private void addLuma(int column, int row, boolean isOne) {
    Vp8Plane luma = planes[0];
    if (isOne) {
      int at = luma.at(16 * column, 16 * row);
      Vp8Prediction.square(luma, at, 16, modes[0], row > 0, column > 0);
    }
    for (int i = 0; i < modes.length; i++) {
      int x = 16 * column + 4 * (i & 3);
      int y = 16 * row + 4 * (i >> 2);
      int at = luma.at(x, y);
      if (!isOne) {
        // To the right of a macroblock lies none yet: the last blocks take the row above it.
        int aboveRight = luma.at(x + 4, (i & 3) == 3 ? 16 * row - 1 : y - 1);
        prediction.block(luma, at, aboveRight, modes[i]);
      }
      coefficients.add(i, luma, at);
    }
  }

  private void addChroma(Vp8Plane plane, int firstBlock, int column, int row, int mode) {
    int at = plane.at(8 * column, 8 * row);
    Vp8Prediction.square(plane, at, 8, mode, row > 0, column > 0);
    for (int i = 0; i < 4; i++) {
      int block = plane.at(8 * column + 4 * (i & 1), 8 * row + 4 * (i >> 1));
      coefficients.add(firstBlock + i, plane, block);
    }
  }
}
