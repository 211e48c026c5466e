package io.github.geofix.core.internal.webp;

import javax.imageio.IIOException;

/** The header of a VP8 key frame (RFC 6386, 9 and 19.2). */
final class Vp8Header {
  private static final int SEGMENTS = 4;
  private static final int BYTES = 10;
  private static final int START_CODE = 0x2a019d;
  private static final int MAX_VERSION = 3;

  final int width;
  final int height;

  /** The first partition behind the header: the modes. */
  final Vp8Bits modes;

  /** The other partitions: the coefficients, by rows of macroblocks in turn. */
  final Vp8Bits[] coefficients;

  /** The probabilities of a macroblock's segment; empty if all lie in the first. */
  final int[] segmentProbabilities;

  /** The factors of coefficients by segment, as {@link Vp8Coefficients#read} takes them. */
  final int[][] factors = new int[SEGMENTS][];

  final Vp8LoopFilter filter;

  /** By kind of block, band, context and node. */
  final int[] tokenProbabilities = Vp8Tables.TOKEN_PROBABILITIES.clone();

  /** The probability that a macroblock has coefficients, of 256; negative if all may have. */
  final int skipProbability;

  private final int[] segmentQuantizers = new int[SEGMENTS];
  private final int[] segmentLevels = new int[SEGMENTS];
  private boolean areSegmentsAbsolute;

  /**
   * Reads a header.
   *
   * @throws IIOException if it is damaged, or none of a key frame that is shown
   */
  Vp8Header(byte[] file, WebpChunk frame) throws IIOException {
    int[] size = size(file, frame);
    width = size[0];
    height = size[1];
    int start = frame.start();
    int end = start + frame.length();
    int firstLength = number(file, start, 3) >> 5;
    if (firstLength > frame.length() - BYTES) {
      throw new IIOException("the first partition of the picture lies outside of it");
    }
    int firstEnd = start + BYTES + firstLength;
    modes = new Vp8Bits(file, start + BYTES, firstEnd);
    // The color space, of which there is one, and whether values need no clamping.
    modes.number(2);
    segmentProbabilities = modes.flag() ? segments() : new int[0];
    filter = filter();
    coefficients = partitions(file, firstEnd, end, 1 << modes.number(2));
    readFactors();
    // Whether the probabilities hold for further frames.
    modes.flag();
    for (int i = 0; i < tokenProbabilities.length; i++) {
      if (modes.read(Vp8Tables.UPDATE_PROBABILITIES[i])) {
        tokenProbabilities[i] = modes.number(8);
      }
    }
    skipProbability = modes.flag() ? modes.number(8) : -1;
  }

  /**
   * Returns the width and the height of a frame.
   *
   * @throws IIOException if it is no key frame that is shown
   */
  static int[] size(byte[] file, WebpChunk frame) throws IIOException {
    int start = frame.start();
    if (frame.length() < BYTES) {
      throw new IIOException("the picture ends within its header");
    }
    int tag = number(file, start, 3);
    boolean isKey = (tag & 1) == 0 && (tag >> 1 & 7) <= MAX_VERSION && (tag >> 4 & 1) == 1;
    if (!isKey || number(file, start + 3, 3) != START_CODE) {
      throw new IIOException("the picture is no key frame");
    }
    // The two highest bits ask for scaling by the viewer, and are ignored.
    int[] size = {number(file, start + 6, 2) & 0x3fff, number(file, start + 8, 2) & 0x3fff};
    if (size[0] == 0 || size[1] == 0) {
      throw new IIOException("the picture has %d x %d pixels".formatted(size[0], size[1]));
    }
    return size;
  }

  /** Reads the segments' values, and returns the probabilities of their map. */
  private int[] segments() {
    boolean hasMap = modes.flag();
    if (modes.flag()) {
      areSegmentsAbsolute = modes.flag();
      readSigned(segmentQuantizers, 7);
      readSigned(segmentLevels, 6);
    }
    int[] probabilities = new int[hasMap ? SEGMENTS - 1 : 0];
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = modes.flag() ? modes.number(8) : 255;
    }
    return probabilities;
  }

  private Vp8LoopFilter filter() {
    boolean isSimple = modes.flag();
    int level = modes.number(6);
    int sharpness = modes.number(3);
    // By reference frame and by mode: of each the first is of key frames.
    int[] frameDeltas = new int[4];
    int[] modeDeltas = new int[4];
    boolean hasDeltas = modes.flag();
    if (hasDeltas && modes.flag()) {
      readSigned(frameDeltas, 6);
      readSigned(modeDeltas, 6);
    }
    int[] levels = new int[SEGMENTS * 2];
    for (int i = 0; i < levels.length && level > 0; i++) {
      int base = segmentLevels[i / 2] + (areSegmentsAbsolute ? 0 : level);
      levels[i] = base + frameDeltas[0] + (i % 2 == 0 ? 0 : modeDeltas[0]);
    }
    return new Vp8LoopFilter(isSimple, sharpness, levels);
  }

  private static Vp8Bits[] partitions(byte[] file, int start, int end, int count)
      throws IIOException {
    int at = start + 3 * (count - 1);
    Vp8Bits[] partitions = new Vp8Bits[count];
    for (int i = 0; i < count; i++) {
      int length = i < count - 1 && at <= end ? number(file, start + 3 * i, 3) : end - at;
      if (length < 0 || length > end - at) {
        throw new IIOException("a partition of the picture lies outside of it");
      }
      partitions[i] = new Vp8Bits(file, at, at + length);
      at += length;
    }
    return partitions;
  }

  /** Section 14.1. */
  private void readFactors() {
    int index = modes.number(7);
    int[] deltas = new int[5];
    readSigned(deltas, 4);
    for (int i = 0; i < SEGMENTS; i++) {
      int base = segmentQuantizers[i] + (areSegmentsAbsolute ? 0 : index);
      int lumaDc = factor(Vp8Tables.DC_QUANTIZERS, base + deltas[0]);
      int lumaAc = factor(Vp8Tables.AC_QUANTIZERS, base);
      int meansDc = 2 * factor(Vp8Tables.DC_QUANTIZERS, base + deltas[1]);
      int meansAc = Math.max(8, factor(Vp8Tables.AC_QUANTIZERS, base + deltas[2]) * 155 / 100);
      int chromaDc = Math.min(132, factor(Vp8Tables.DC_QUANTIZERS, base + deltas[3]));
      int chromaAc = factor(Vp8Tables.AC_QUANTIZERS, base + deltas[4]);
      factors[i] = new int[] {lumaDc, lumaAc, meansDc, meansAc, chromaDc, chromaAc, lumaDc, lumaAc};
    }
  }

  private static int factor(int[] table, int index) {
    return table[Math.max(0, Math.min(table.length - 1, index))];
  }

  private void readSigned(int[] values, int bits) {
    for (int i = 0; i < values.length; i++) {
      values[i] = modes.optionalSigned(bits);
    }
  }

  /** Returns an unsigned little-endian number. */
  static int number(byte[] file, int at, int bytes) {
    int number = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      number = number << 8 | (file[at + i] & 0xff);
    }
    return number;
  }
}
