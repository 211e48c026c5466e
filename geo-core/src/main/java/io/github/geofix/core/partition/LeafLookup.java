package io.github.geofix.core.partition;

/**
 * Finds the last of some sorted leaves that does not come after a given one: a table over the first
 * bits narrows the range, a binary search ends it. Immutable and thread-safe.
 */
final class LeafLookup {
  private static final int MAX_TABLE_BITS = 16;

  private final long[] sorted;
  private final int[] startOfPrefix;
  private final int shift;

  /** Keeps the array, which is in unsigned order. */
  LeafLookup(long[] sorted) {
    this.sorted = sorted;
    int bits = Math.min(MAX_TABLE_BITS, 4 + Long.SIZE - Long.numberOfLeadingZeros(sorted.length));
    this.shift = Long.SIZE - bits;
    this.startOfPrefix = new int[(1 << bits) + 1];
    for (long leaf : sorted) {
      startOfPrefix[(int) (leaf >>> shift) + 1]++;
    }
    for (int i = 1; i < startOfPrefix.length; i++) {
      startOfPrefix[i] += startOfPrefix[i - 1];
    }
  }

  /** Returns the index of the last leaf that is at most the given one, or -1. */
  int lastNotAfter(long leaf) {
    int prefix = (int) (leaf >>> shift);
    int low = startOfPrefix[prefix];
    int high = startOfPrefix[prefix + 1];
    return PointSet.upperBound(sorted, low, high, leaf) - 1;
  }
}
