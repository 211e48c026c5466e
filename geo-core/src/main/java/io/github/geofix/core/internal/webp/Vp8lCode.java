package io.github.geofix.core.internal.webp;

import javax.imageio.IIOException;

/**
 * A canonical prefix code of a lossless picture (RFC 9649, 3.7.2.1), as a table of what the next 8
 * bits begin with. Of longer codes it has the index of a further table. Immutable.
 */
final class Vp8lCode {
  /** The longest code. */
  static final int MAX_LENGTH = 15;

  /** Bits of the first table. */
  static final int ROOT_BITS = 8;

  /** An entry holds the length of a code in its upper 4 bits and a symbol or an index below. */
  static final int LENGTH_SHIFT = 12;

  static final int SYMBOL_MASK = (1 << LENGTH_SHIFT) - 1;

  final char[] table;

  /** Of the bits that are an index of the first table. */
  final int mask;

  private Vp8lCode(char[] table, int mask) {
    this.table = table;
    this.mask = mask;
  }

  /**
   * Makes a code from the lengths of its symbols, of which 0 is that of symbols which do not occur.
   *
   * @throws IIOException unless the code is complete or has a single symbol, which takes no bits
   */
  static Vp8lCode of(int[] lengths) throws IIOException {
    int[] counts = new int[MAX_LENGTH + 1];
    int last = 0;
    for (int symbol = 0; symbol < lengths.length; symbol++) {
      counts[lengths[symbol]]++;
      last = lengths[symbol] > 0 ? symbol : last;
    }
    if (counts[0] == lengths.length - 1) {
      return new Vp8lCode(new char[] {(char) last}, 0);
    }
    int[] next = new int[MAX_LENGTH + 1];
    int longest = 0;
    int code = 0;
    for (int length = 1; length <= MAX_LENGTH; length++) {
      next[length] = code;
      code = (code + counts[length]) << 1;
      longest = counts[length] > 0 ? length : longest;
    }
    if (code != 1 << (MAX_LENGTH + 1)) {
      throw new IIOException("a prefix code of the picture is incomplete");
    }
    int root = Math.min(ROOT_BITS, longest);
    int[] codes = new int[lengths.length];
    char[] table = allocate(lengths, next, codes, root);
    for (int symbol = 0; symbol < lengths.length; symbol++) {
      int length = lengths[symbol];
      char entry = (char) (length << LENGTH_SHIFT | symbol);
      if (length > root) {
        int further = table[codes[symbol] & ((1 << root) - 1)];
        int from = (further & SYMBOL_MASK) + (codes[symbol] >> root);
        int end = (further & SYMBOL_MASK) + (1 << ((further >>> LENGTH_SHIFT) - root));
        fill(table, from, end, 1 << (length - root), entry);
      } else if (length > 0) {
        fill(table, codes[symbol], 1 << root, 1 << length, entry);
      }
    }
    return new Vp8lCode(table, (1 << root) - 1);
  }

  /** Sets the codes, their first bit lowest, and makes room for them. */
  private static char[] allocate(int[] lengths, int[] next, int[] codes, int root) {
    int[] longest = new int[1 << root];
    for (int symbol = 0; symbol < lengths.length; symbol++) {
      int length = lengths[symbol];
      if (length > 0) {
        codes[symbol] = Integer.reverse(next[length]++) >>> (Integer.SIZE - length);
        int prefix = codes[symbol] & (longest.length - 1);
        longest[prefix] = Math.max(longest[prefix], length);
      }
    }
    int size = longest.length;
    for (int length : longest) {
      size += length > root ? 1 << (length - root) : 0;
    }
    char[] table = new char[size];
    int at = longest.length;
    for (int prefix = 0; prefix < longest.length; prefix++) {
      if (longest[prefix] > root) {
        table[prefix] = (char) (longest[prefix] << LENGTH_SHIFT | at);
        at += 1 << (longest[prefix] - root);
      }
    }
    return table;
  }

  private static void fill(char[] table, int from, int end, int step, char entry) {
    for (int i = from; i < end; i += step) {
      table[i] = entry;
    }
  }
}
