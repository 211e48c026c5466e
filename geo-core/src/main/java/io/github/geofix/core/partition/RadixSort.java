package io.github.geofix.core.partition;

/** Sorts 64-bit numbers digit by digit: linear in their number, whatever their order. */
final class RadixSort {
  private static final int DIGIT_BITS = 11;
  private static final int DIGITS = (Long.SIZE + DIGIT_BITS - 1) / DIGIT_BITS;
  private static final int BUCKETS = 1 << DIGIT_BITS;

  private RadixSort() {}

  /**
   * Returns the numbers in unsigned order. Uses the given array and one more of its size; the
   * result is one of the two.
   */
  static long[] sortUnsigned(long[] numbers) {
    int[][] counts = new int[DIGITS][BUCKETS];
    for (long number : numbers) {
      for (int digit = 0; digit < DIGITS; digit++) {
        counts[digit][digitOf(number, digit)]++;
      }
    }
    long[] from = numbers;
    long[] to = new long[numbers.length];
    for (int digit = 0; digit < DIGITS; digit++) {
      int[] starts = counts[digit];
      if (numbers.length == 0 || starts[digitOf(numbers[0], digit)] == numbers.length) {
        continue; // All numbers agree in this digit.
      }
      int start = 0;
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        int count = starts[bucket];
        starts[bucket] = start;
        start += count;
      }
      for (long number : from) {
        to[starts[digitOf(number, digit)]++] = number;
      }
      long[] swap = from;
      from = to;
      to = swap;
    }
    return from;
  }

  private static int digitOf(long number, int digit) {
    return (int) (number >>> (digit * DIGIT_BITS)) & (BUCKETS - 1);
  }
}
