package io.github.geofix.core.partition;

import java.util.Arrays;

/**
 * Sorts 64-bit numbers digit by digit, in time linear in their number. The last digits are left to
 * a comparison sort of the few numbers that agree in all others: leaves within about 20 m.
 */
final class RadixSort {
  private static final int DIGIT_BITS = 11;
  private static final int DIGITS = (Long.SIZE + DIGIT_BITS - 1) / DIGIT_BITS;
  private static final int BUCKETS = 1 << DIGIT_BITS;
  private static final int FIRST_DIGIT = 2;

  private RadixSort() {}

  /**
   * Returns the numbers in unsigned order. Uses the given array and one more of its size; the
   * result is one of the two.
   */
  static long[] sortUnsigned(long[] numbers) {
    int[][] counts = new int[DIGITS][BUCKETS];
    for (long number : numbers) {
      for (int digit = FIRST_DIGIT; digit < DIGITS; digit++) {
        counts[digit][digitOf(number, digit)]++;
      }
    }
    long[] from = numbers;
    long[] to = new long[numbers.length];
    for (int digit = FIRST_DIGIT; digit < DIGITS; digit++) {
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
    sortLastDigits(from);
    return from;
  }

  private static void sortLastDigits(long[] numbers) {
    int start = 0;
    boolean inOrder = true;
    for (int i = 1; i <= numbers.length; i++) {
      if (i < numbers.length && agree(numbers[i], numbers[start])) {
        inOrder &= numbers[i - 1] <= numbers[i];
        continue;
      }
      if (!inOrder) {
        // All have the same first bit, so signed order is unsigned order.
        Arrays.sort(numbers, start, i);
      }
      start = i;
      inOrder = true;
    }
  }

  private static boolean agree(long a, long b) {
    return (a ^ b) >>> (FIRST_DIGIT * DIGIT_BITS) == 0;
  }

  private static int digitOf(long number, int digit) {
    return (int) (number >>> (digit * DIGIT_BITS)) & (BUCKETS - 1);
  }
}
