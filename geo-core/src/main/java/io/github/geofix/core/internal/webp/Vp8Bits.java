package io.github.geofix.core.internal.webp;

/**
 * A partition of a VP8 frame, read bit by bit: the boolean entropy decoder (RFC 6386, 7). What lies
 * behind its end reads as zeros.
 */
final class Vp8Bits {
  private static final int EVEN = 128;

  /** The most bits beside which a byte still fits into a long. */
  private static final int FULL = 48;

  private final byte[] data;
  private final int end;
  private int at;
  private int range = 255;

  /** The bits that were loaded, of which {@code count} lie below the eight that are compared. */
  private long value;

  private int count = -8;
  private boolean isPastEnd;

  Vp8Bits(byte[] data, int start, int end) {
    this.data = data;
    this.at = start;
    this.end = end;
  }

  /** Returns whether more was read than there is. */
  boolean isPastEnd() {
    return isPastEnd;
  }

  /**
   * Reads one bit.
   *
   * @param probability that it is 0, of 256
   */
  boolean read(int probability) {
    if (count < 0) {
      fill();
    }
    int split = 1 + (((range - 1) * probability) >> 8);
    long bound = (long) split << count;
    boolean isSet = value >= bound;
    if (isSet) {
      range -= split;
      value -= bound;
    } else {
      range = split;
    }
    int shift = Integer.numberOfLeadingZeros(range) - 24;
    range <<= shift;
    count -= shift;
    return isSet;
  }

  private void fill() {
    if (at == end) {
      isPastEnd = true;
      value <<= 8;
      count += 8;
    }
    while (at < end && count < FULL) {
      value = value << 8 | (data[at++] & 0xff);
      count += 8;
    }
  }

  /** Reads a bit that is 0 as often as 1. */
  boolean flag() {
    return read(EVEN);
  }

  /** Reads an unsigned number, highest bit first. */
  int number(int bits) {
    int number = 0;
    for (int i = 0; i < bits; i++) {
      number = number << 1 | (flag() ? 1 : 0);
    }
    return number;
  }

  /** Reads a flag and, where it is set, a number and its sign; else 0. */
  int optionalSigned(int bits) {
    if (!flag()) {
      return 0;
    }
    int number = number(bits);
    return flag() ? -number : number;
  }

  /**
   * Reads a value by its tree (RFC 6386, 8.1).
   *
   * @param tree two entries a node: the index of the next node, or the value negated
   * @param probabilities of the nodes
   * @param offset of the first of them
   */
  int tree(byte[] tree, int[] probabilities, int offset) {
    int node = 0;
    do {
      node = tree[node + (read(probabilities[offset + (node >> 1)]) ? 1 : 0)];
    } while (node > 0);
    return -node;
  }
}
