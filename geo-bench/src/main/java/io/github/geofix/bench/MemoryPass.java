package io.github.geofix.bench;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Reads memory once, as fast as plain Java can: by comparing two equal arrays. The baseline of what
 * can only be as fast as memory.
 */
final class MemoryPass {
  private final long[] half;
  private final long[] otherHalf;
  private final int threads;

  /**
   * Allocates and fills the memory.
   *
   * @param bytes to read in all
   */
  MemoryPass(long bytes, int threads) {
    half = new long[Math.toIntExact(bytes / 2 / Long.BYTES)];
    Arrays.setAll(half, i -> i);
    otherHalf = half.clone();
    this.threads = threads;
  }

  /** Reads everything, and returns a number that depends on it. */
  int read() {
    int share = half.length / threads;
    return IntStream.range(0, threads)
        .parallel()
        .map(
            i ->
                Arrays.mismatch(
                    half, i * share, (i + 1) * share, otherHalf, i * share, (i + 1) * share))
        .sum();
  }
}
