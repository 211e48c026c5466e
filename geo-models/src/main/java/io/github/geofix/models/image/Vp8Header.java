package io.github.geofix.models.image;

import javax.imageio.IIOException;

/** The header of a VP8 key frame (RFC 6386, 9 and 19.2). */
final class Vp8Header {
  static final int SEGMENTS = 4;
  private static final int TAG_BYTES = 3;
  private static final int FRAME_BYTES = 10;
  private static final int DIMENSION = 0x3fff;
  private static final int MAX_VERSION = 3;

  final int width;
  final int height;

  /** The first partition behind the header: the modes. */
  final Vp8Bits modes;

  /** The other partitions: the coefficients, by rows of macroblocks in turn. */
  final Vp8Bits[] coefficients;

  /** The probabilities of a macroblock's segment; empty if all lie in the first. */
  final int[] segmentProbabilities;

  final Vp8Quantizer[] quantizers = new Vp8Quantizer[SEGMENTS];
  final Vp8LoopFilter filter;

  /** By kind of block, band, context and node. */
  final int[] tokenProbabilities;

  /** The probability that a macroblock has coefficients, of 256; negative if all may have. */
  final int skipProbability;

  private final int[] segmentQuantizers = new int[SEGMENTS];
  private final int[] segmentLevels = new int[SEGMENTS];
  private boolean areSegmentsAbsolute;

  /**
   * Reads a header.
   *
   * @param start the first byte of the frame
   * @param end the byte behind the last one
   * @throws IIOException if it is none of a key frame that is shown
   */
  Vp8Header(byte[] file, int start, int end) throws IIOException {
    if (end - start < FRAME_BYTES) {
      throw new IIOException("the picture has " + (end - start) + " bytes");
    }
    int tag = number(file, start, TAG_BYTES);
    if ((tag & 1) != 0 || (tag >> 1 & 7) > MAX_VERSION || (tag >> 4 & 1) == 0) {
      throw new IIOException("the picture is no key frame");
    }
    if (number(file, start + TAG_BYTES, 3) != 0x2a019d) {
      throw new IIOException("the picture has no start code");
    }
    width = number(file, start + 6, 2) & DIMENSION;
    height = number(file, start + 8, 2) & DIMENSION;
    if (width == 0 || height == 0) {
      throw new IIOException("the picture has %d x %d pixels".formatted(width, height));
    }
    int firstEnd = start + FRAME_BYTES + (tag >> 5);
    if (firstEnd > end) {
      throw new IIOException((firstEnd - end) + " bytes of the picture are missing");
    }
    modes = new Vp8Bits(file, start + FRAME_BYTES, firstEnd);
    // The color space, of which there is one, and whether values need no clamping.
    modes.number(2);
    segmentProbabilities = modes.flag() ? segments() : new int[0];
    filter = filter();
    coefficients = partitions(file, firstEnd, end, 1 << modes.number(2));
    readQuantizers();
    // Whether the probabilities hold for further frames.
    modes.flag();
    tokenProbabilities = Vp8Tables.TOKEN_PROBABILITIES.clone();
    for (int i = 0; i < tokenProbabilities.length; i++) {
      if (modes.read(Vp8Tables.UPDATE_PROBABILITIES[i])) {
        tokenProbabilities[i] = modes.number(8);
      }
    }
    skipProbability = modes.flag() ? modes.number(8) : -1;
  }

  /** Reads the segments' values, and returns the probabilities of their map. */
  private int[] segments() {
    boolean hasMap = modes.flag();
    if (modes.flag()) {
      areSegmentsAbsolute = modes.flag();
      for (int i = 0; i < SEGMENTS; i++) {
        segmentQuantizers[i] = modes.optionalSigned(7);
      }
      for (int i = 0; i < SEGMENTS; i++) {
        segmentLevels[i] = modes.optionalSigned(6);
      }
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
    int frameDelta = 0;
    int blocksDelta = 0;
    if (modes.flag() && modes.flag()) {
      // Four differences by reference frame, four by mode: of each the first is of key frames.
      frameDelta = modes.optionalSigned(6);
      skipDeltas();
      blocksDelta = modes.optionalSigned(6);
      skipDeltas();
    }
    int[] levels = new int[SEGMENTS * 2];
    for (int i = 0; i < levels.length && level > 0; i++) {
      int base = segmentLevels[i / 2] + (areSegmentsAbsolute ? 0 : level);
      levels[i] = base + frameDelta + (i % 2 == 0 ? 0 : blocksDelta);
    }
    return new Vp8LoopFilter(isSimple, sharpness, levels);
  }

  private void skipDeltas() {
    for (int i = 0; i < 3; i++) {
      modes.optionalSigned(6);
    }
  }

  private void readQuantizers() {
    int index = modes.number(7);
    Vp8Quantizer.Deltas deltas = Vp8Quantizer.Deltas.read(modes);
    for (int i = 0; i < SEGMENTS; i++) {
      int base = segmentQuantizers[i] + (areSegmentsAbsolute ? 0 : index);
      quantizers[i] = Vp8Quantizer.of(base, deltas);
    }
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

  /** Returns an unsigned little-endian number. */
  private static int number(byte[] file, int at, int bytes) {
    int number = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      number = number << 8 | file[at + i] & 0xff;
    }
    return number;
  }
}
