package io.github.geofix.core.partition;

/**
 * Predecessor search among sorted leaves: a table over the first bits, then a binary search.
 * Immutable and thread-safe.
 */
final class LeafLookup {
  private static final int MAX_TABLE_BITS = 16;

  private final long[] sorted; // with the sign bit flipped: signed order is that of the curve
  private final int[] startOfPrefix;
  private final int shift;

  /** Copies the leaves, which are in unsigned order. */
  LeafLookup(long[] leaves) {
    sorted = new long[leaves.length];
    int bits = Math.min(MAX_TABLE_BITS, 4 + Long.SIZE - Long.numberOfLeadingZeros(leaves.length));
    shift = Long.SIZE - bits;
    startOfPrefix = new int[(1 << bits) + 1];
    for (int i = 0; i < leaves.length; i++) {
      sorted[i] = leaves[i] ^ Long.MIN_VALUE;
      startOfPrefix[(int) (leaves[i] >>> shift) + 1]++;
    }
    for (int i = 1; i < startOfPrefix.length; i++) {
      startOfPrefix[i] += startOfPrefix[i - 1];
    }
  }

  /** Returns the index of the last leaf that is at most the given one, or -1. */
  int lastNotAfter(long leaf) {
    long flipped = leaf ^ Long.MIN_VALUE;
    int prefix = (int) (leaf >>> shift);
    int before = startOfPrefix[prefix] - 1;
    int length = startOfPrefix[prefix + 1] - before - 1;
    // One assignment per step compiles without a branch, which would be mispredicted.
    while (length > 0) {
      int half = (length + 1) >>> 1;
      before = sorted[before + half] <= flipped ? before + half : before;
      length -= half;
    }
    return before;
  }
}
