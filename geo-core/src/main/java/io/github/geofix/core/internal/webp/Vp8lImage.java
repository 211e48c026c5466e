package io.github.geofix.core.internal.webp;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import javax.imageio.IIOException;

/**
 * An entropy-coded image: the pixels of a lossless picture before its transforms are inverted, or
 * the parameters of one of those (RFC 9649, 3.6).
 */
final class Vp8lImage {
  private static final int LITERALS = 256;
  private static final int LENGTHS = 24;
  private static final int DISTANCES = 40;
  private static final int MAX_CACHE_BITS = 11;

  /** The prefix codes of a group, in the order of the file. */
  private static final int GREEN = 0;

  private static final int RED = 1;
  private static final int BLUE = 2;
  private static final int ALPHA = 3;
  private static final int DISTANCE = 4;

  /** What the tables of prefix codes may take besides an entry a pixel: 8 MB. */
  private static final long MAX_ENTRIES = 1 << 22;

  /** What a code takes besides its table, in entries. */
  private static final int CODE_ENTRIES = 32;

  /** The order in which the lengths of the code of lengths come, section 3.7.2.1.2. */
  private static final int[] LENGTH_ORDER = {
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  };

  private static final int REPEAT = 16;

  /** By symbol from {@link #REPEAT}: how many bits of a count follow, and the least count. */
  private static final int[] REPEAT_BITS = {2, 3, 7};

  private static final int[] LEAST_REPEAT = {3, 3, 11};
  private static final int FIRST_REPEATED = 8;

  /** The factor of the color cache's hash, section 3.6.2.3. */
  private static final int HASH = 0x1e35a7bd;

  /**
   * The pixels that the first distance codes stand for, columns to the left and rows above, section
   * 3.6.2.2: those of 8 rows by their distance, the nearer column first, left before right.
   */
  private static final int[][] NEIGHBORS =
      IntStream.range(0, 8 * 16)
          .mapToObj(i -> new int[] {i % 16 - 7, i / 16})
          .filter(offset -> offset[1] > 0 || offset[0] > 0)
          .sorted(
              Comparator.<int[]>comparingInt(o -> o[0] * o[0] + o[1] * o[1])
                  .thenComparingInt(o -> Math.abs(o[0]))
                  .thenComparingInt(o -> -o[0]))
          .toArray(int[][]::new);

  private final Vp8lBits in;
  private final int width;
  private final int height;
  private final int[] pixels;

  /** Colors by hash; empty if the image has no cache. */
  private final int[] cache;

  private final int hashShift;

  /** The prefix codes by group; null where no block has the group. */
  private final Vp8lCode[][] groups;

  /** Blocks of which each has a group; empty if there is one group. */
  private final int[] blocks;

  private final int blockBits;

  private Vp8lImage(Vp8lBits in, int width, int height, boolean isMain) throws IIOException {
    this.in = in;
    this.width = width;
    this.height = height;
    int cacheBits = in.flag() ? in.number(4) : 0;
    if (cacheBits > MAX_CACHE_BITS) {
      throw new IIOException("the picture has a color cache of " + cacheBits + " bits");
    }
    cache = new int[cacheBits == 0 ? 0 : 1 << cacheBits];
    hashShift = Integer.SIZE - cacheBits;
    boolean hasGroups = isMain && in.flag();
    blockBits = hasGroups ? in.number(3) + 2 : 0;
    blocks = hasGroups ? read(in, count(width), count(height), false) : new int[0];
    int last = 0;
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = blocks[i] >>> 8 & 0xffff;
      last = Math.max(last, blocks[i]);
    }
    groups = readGroups(last + 1);
    pixels = new int[width * height];
  }

  /**
   * Reads an image.
   *
   * @param isMain whether it is the picture itself, whose blocks may differ in their codes
   * @return colors 0xAARRGGBB, row by row
   * @throws IIOException if it is damaged
   */
  static int[] read(Vp8lBits in, int width, int height, boolean isMain) throws IIOException {
    Vp8lImage image = new Vp8lImage(in, width, height, isMain);
    image.readPixels();
    return image.pixels;
  }

  private int count(int size) {
    return blocks(size, blockBits);
  }

  /** Returns the number of blocks that cover a side. */
  static int blocks(int size, int blockBits) {
    return (size + (1 << blockBits) - 1) >> blockBits;
  }

  private Vp8lCode[][] readGroups(int count) throws IIOException {
    boolean[] isUsed = new boolean[count];
    isUsed[0] = blocks.length == 0;
    for (int group : blocks) {
      isUsed[group] = true;
    }
    int[] symbols = {LITERALS + LENGTHS + cache.length, LITERALS, LITERALS, LITERALS, DISTANCES};
    Vp8lCode[][] codes = new Vp8lCode[count][];
    long entries = 0;
    for (int group = 0; group < count; group++) {
      Vp8lCode[] read = new Vp8lCode[symbols.length];
      for (int i = 0; i < symbols.length; i++) {
        read[i] = Vp8lCode.of(readLengths(symbols[i]));
        entries += isUsed[group] ? read[i].table.length + CODE_ENTRIES : 0;
      }
      if (entries > MAX_ENTRIES + (long) width * height) {
        throw new IIOException("the picture has too many prefix codes for its size");
      }
      if (in.isPastEnd()) {
        throw new IIOException("the picture ends within its prefix codes");
      }
      if (isUsed[group]) {
        codes[group] = read;
      }
    }
    return codes;
  }

  private int[] readLengths(int symbols) throws IIOException {
    int[] lengths = new int[symbols];
    if (in.flag()) {
      int count = 1 + in.number(1);
      int first = in.number(in.flag() ? 8 : 1);
      int second = count == 2 ? in.number(8) : first;
      if (Math.max(first, second) >= symbols) {
        throw new IIOException("a prefix code of the picture has a symbol " + first);
      }
      lengths[first] = 1;
      lengths[second] = 1;
      return lengths;
    }
    int[] ofLengths = new int[LENGTH_ORDER.length];
    int count = 4 + in.number(4);
    for (int i = 0; i < count; i++) {
      ofLengths[LENGTH_ORDER[i]] = in.number(3);
    }
    Vp8lCode code = Vp8lCode.of(ofLengths);
    int left = in.flag() ? 2 + in.number(2 + 2 * in.number(3)) : symbols;
    if (left > symbols) {
      throw new IIOException("a prefix code of the picture has " + left + " lengths");
    }
    int repeated = FIRST_REPEATED;
    for (int symbol = 0; symbol < symbols && left > 0; left--) {
      int length = in.symbol(code);
      if (length < REPEAT) {
        lengths[symbol++] = length;
        repeated = length > 0 ? length : repeated;
      } else {
        int kind = length - REPEAT;
        int end = symbol + LEAST_REPEAT[kind] + in.number(REPEAT_BITS[kind]);
        if (end > symbols) {
          throw new IIOException("a prefix code of the picture has a symbol " + (end - 1));
        }
        Arrays.fill(lengths, symbol, end, kind == 0 ? repeated : 0);
        symbol = end;
      }
    }
    return lengths;
  }

  private void readPixels() throws IIOException {
    int blockMask = blocks.length == 0 ? -1 : (1 << blockBits) - 1;
    Vp8lCode[] codes = codes(0, 0);
    int x = 0;
    int y = 0;
    for (int i = 0; i < pixels.length; ) {
      if ((x & blockMask) == 0) {
        codes = codes(x, y);
      }
      int symbol = in.symbol(codes[GREEN]);
      int length = 1;
      if (symbol < LITERALS) {
        int red = in.symbol(codes[RED]);
        int blue = in.symbol(codes[BLUE]);
        put(i, in.symbol(codes[ALPHA]) << 24 | red << 16 | symbol << 8 | blue);
      } else if (symbol < LITERALS + LENGTHS) {
        length = number(symbol - LITERALS);
        int distance = distance(number(in.symbol(codes[DISTANCE])));
        if (distance > i || length > pixels.length - i) {
          throw new IIOException("the picture repeats pixels that lie outside of it");
        }
        copy(i, distance, length);
      } else {
        put(i, cache[symbol - LITERALS - LENGTHS]);
      }
      i += length;
      x += length;
      if (x >= width) {
        y += x / width;
        x %= width;
        if (in.isPastEnd()) {
          throw new IIOException("the picture ends in row %d of %d".formatted(y, height));
        }
      }
      if (length > 1 && y < height) {
        codes = codes(x, y);
      }
    }
  }

  /** Returns the prefix codes at a place. */
  private Vp8lCode[] codes(int x, int y) {
    return groups[
        blocks.length == 0 ? 0 : blocks[(y >> blockBits) * count(width) + (x >> blockBits)]];
  }

  private void put(int i, int pixel) {
    pixels[i] = pixel;
    if (cache.length > 0) {
      cache[(HASH * pixel) >>> hashShift] = pixel;
    }
  }

  /** Repeats pixels, of which the last may be those that this copies. */
  private void copy(int to, int distance, int length) {
    if (cache.length == 0 && distance >= length) {
      System.arraycopy(pixels, to - distance, pixels, to, length);
      return;
    }
    for (int i = to; i < to + length; i++) {
      put(i, pixels[i - distance]);
    }
  }

  /** Reads the rest of a length or a distance whose prefix was read. */
  private int number(int prefix) {
    if (prefix < 4) {
      return prefix + 1;
    }
    int bits = (prefix - 2) >> 1;
    return ((2 + (prefix & 1)) << bits) + in.number(bits) + 1;
  }

  /** Returns the distance in pixels. */
  private int distance(int code) {
    if (code > NEIGHBORS.length) {
      return code - NEIGHBORS.length;
    }
    int[] offset = NEIGHBORS[code - 1];
    return Math.max(1, offset[0] + offset[1] * width);
  }
}
