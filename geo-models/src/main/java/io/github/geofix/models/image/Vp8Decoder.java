package io.github.geofix.models.image;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import javax.imageio.IIOException;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the key frame that a lossy WebP is (VP8, RFC 6386) to the pixels of libwebp.
 *
 * <p>TwelveMonkeys' reader, which reads all other WebP, filters a frame while it predicts from it,
 * and repeats chroma instead of interpolating it: at low quality its pixels are off by more than a
 * level on average.
 */
final class Vp8Decoder {
  /** Section 11.2: by blocks, or as one. */
  private static final int BY_BLOCKS = 145;

  /** Section 8.1: trees of two entries a node, values negated. */
  private static final byte[] SEGMENT_TREE = {2, 4, 0, -1, -2, -3};

  private static final byte[] LUMA_TREE = {
    2,
    4,
    -Vp8Prediction.DC,
    -Vp8Prediction.VERTICAL,
    -Vp8Prediction.HORIZONTAL,
    -Vp8Prediction.TRUE_MOTION
  };
  private static final int[] LUMA_PROBABILITIES = {156, 163, 128};
  private static final byte[] CHROMA_TREE = {
    -Vp8Prediction.DC,
    2,
    -Vp8Prediction.VERTICAL,
    4,
    -Vp8Prediction.HORIZONTAL,
    -Vp8Prediction.TRUE_MOTION
  };
  private static final int[] CHROMA_PROBABILITIES = {142, 114, 183};

  /** Section 11.2, of modes in the order of {@link Vp8Prediction}. */
  private static final byte[] BLOCK_TREE = {
    0, 2, -1, 4, -2, 6, 8, 12, -3, 10, -5, -6, -4, 14, -7, 16, -8, -9
  };

  private final Vp8Header header;
  private final int columns;
  private final int rows;
  private final Vp8Plane[] planes;
  private final Vp8Coefficients coefficients;
  private final Vp8Prediction prediction = new Vp8Prediction();

  /** The modes of the blocks above and to the left. */
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
   * @param width that the file states
   * @param height that the file states
   * @throws IIOException if it is damaged or of another size
   */
  static BufferedImage decode(byte[] file, WebpChunk frame, int width, int height)
      throws IIOException {
    Vp8Header header = new Vp8Header(file, frame.start(), frame.start() + frame.length());
    if (header.width != width || header.height != height) {
      throw new IIOException(
          "the picture has %d x %d pixels, not %d x %d"
              .formatted(header.width, header.height, width, height));
    }
    Vp8Decoder decoder = new Vp8Decoder(header);
    decoder.decode();
    return Vp8Colors.toImage(decoder.planes, width, height);
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
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int i = row * columns + column;
        header.filter.apply(planes, column, row, filterKinds[i], hasInnerEdges[i]);
      }
    }
  }

  private void macroblock(Vp8Bits tokens, int column, int row) {
    Vp8Bits in = header.modes;
    int segment =
        header.segmentProbabilities.length == 0
            ? 0
            : in.tree(SEGMENT_TREE, header.segmentProbabilities, 0);
    boolean isSkipped = header.skipProbability >= 0 && in.read(header.skipProbability);
    boolean isOne = in.read(BY_BLOCKS);
    byte[] modes = new byte[16];
    if (isOne) {
      Arrays.fill(modes, (byte) in.tree(LUMA_TREE, LUMA_PROBABILITIES, 0));
    } else {
      readModes(column, modes);
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
      hasCoefficients =
          coefficients.read(tokens, column, isOne, header.quantizers[segment]);
    }
    int i = row * columns + column;
    filterKinds[i] = (byte) (2 * segment + (isOne ? 0 : 1));
    hasInnerEdges[i] = hasCoefficients || !isOne;
    if (isOne) {
      Vp8Plane luma = planes[0];
      Vp8Prediction.macroblock(
          luma, luma.at(16 * column, 16 * row), 16, modes[0], row > 0, column > 0);
    }
    addLuma(column, row, isOne ? null : modes);
    for (int c = 1; c < planes.length; c++) {
      addChroma(planes[c], 12 + 4 * c, column, row, chroma);
    }
  }

  private void readModes(int column, byte[] modes) {
    for (int i = 0; i < modes.length; i++) {
      int up = i < 4 ? above[4 * column + i] : modes[i - 4];
      int side = (i & 3) == 0 ? left[i >> 2] : modes[i - 1];
      modes[i] =
          (byte)
              header.modes.tree(
                  BLOCK_TREE,
                  Vp8Tables.BLOCK_MODE_PROBABILITIES,
                  (up * Vp8Tables.BLOCK_MODES + side) * Vp8Tables.BLOCK_MODE_NODES);
    }
  }

  private void addLuma(int column, int row, byte @Nullable [] modes) {
    Vp8Plane luma = planes[0];
    for (int i = 0; i < 16; i++) {
      int x = 16 * column + 4 * (i & 3);
      int y = 16 * row + 4 * (i >> 2);
      int at = luma.at(x, y);
      if (modes != null) {
        // To the right of a macroblock lies none yet: the last blocks take the row above it.
        int aboveRight = luma.at(x + 4, (i & 3) == 3 ? 16 * row - 1 : y - 1);
        prediction.block(luma, at, aboveRight, modes[i]);
      }
      coefficients.add(i, luma.samples, at, luma.stride);
    }
  }

  private void addChroma(Vp8Plane plane, int firstBlock, int column, int row, int mode) {
    Vp8Prediction.macroblock(
        plane, plane.at(8 * column, 8 * row), 8, mode, row > 0, column > 0);
    for (int i = 0; i < 4; i++) {
      int at = plane.at(8 * column + 4 * (i & 1), 8 * row + 4 * (i >> 1));
      coefficients.add(firstBlock + i, plane.samples, at, plane.stride);
    }
  }
}
