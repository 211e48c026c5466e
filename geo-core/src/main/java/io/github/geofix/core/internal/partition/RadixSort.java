package io.github.geofix.core.internal.partition;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * In-place radix sort of unsigned 64-bit numbers: by the most significant digits until a bucket
 * fits in the cache, as McIlroy, Bostic and McIlroy, "Engineering Radix Sort", 1993, and there by
 * the least significant ones. {@code Arrays.parallelSort} takes more than twice the time and needs
 * a second array, see {@code docs/results/radix-sort.csv}.
 */
public final class RadixSort {
  private static final int DIGIT_BITS = 11;
  private static final int BUCKETS = 1 << DIGIT_BITS;
  private static final int FIRST_SHIFT = Long.SIZE - DIGIT_BITS;

  /** Few numbers agree in all digits above this: leaves within about 20 m. */
  private static final int LAST_SHIFT = FIRST_SHIFT - 3 * DIGIT_BITS;

  /** This many numbers and a copy of them, 4 MiB, fit in a third-level cache. */
  private static final int CACHED = 1 << 18;

  /** Below this, a comparison sort is faster. */
  private static final int FEW = 512;

  /** Below this, a second thread does not pay. */
  private static final int SHARED = 1 << 19;

  private RadixSort() {}

  /** Sorts numbers as unsigned, large arrays on all processors. */
  public static void sortUnsigned(long[] numbers) {
    if (numbers.length < FEW) {
      flipSigns(numbers);
      Arrays.sort(numbers);
      flipSigns(numbers);
      return;
    }
    int[] ends = partition(numbers, 0, numbers.length, FIRST_SHIFT);
    AtomicInteger next = new AtomicInteger();
    int threads = numbers.length < SHARED ? 1 : Runtime.getRuntime().availableProcessors();
    IntStream.range(0, threads)
        .parallel()
        .forEach(
            thread -> {
              Buckets buckets = new Buckets(numbers);
              for (int i = next.getAndIncrement(); i < BUCKETS; i = next.getAndIncrement()) {
                buckets.sort(i == 0 ? 0 : ends[i - 1], ends[i], FIRST_SHIFT - DIGIT_BITS);
              }
            });
  }

  /** Maps the order of unsigned numbers to that of signed ones, and back. */
  private static void flipSigns(long[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] ^= Long.MIN_VALUE;
    }
  }

  private static int digit(long number, int shift) {
    return (int) (number >>> shift) & (BUCKETS - 1);
  }

  /**
   * Moves numbers to the buckets of their digits, in place, and returns the ends of the buckets.
   */
  private static int[] partition(long[] numbers, int from, int to, int shift) {
    int[] next = new int[BUCKETS];
    for (int i = from; i < to; i++) {
      next[digit(numbers[i], shift)]++;
    }
    int[] ends = new int[BUCKETS];
    int end = from;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      int count = next[bucket];
      next[bucket] = end;
      end += count;
      ends[bucket] = end;
    }
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      while (next[bucket] < ends[bucket]) {
        long number = numbers[next[bucket]];
        for (int home = digit(number, shift); home != bucket; home = digit(number, shift)) {
          int at = next[home]++;
          long displaced = numbers[at];
          numbers[at] = number;
          number = displaced;
        }
        numbers[next[bucket]++] = number;
      }
    }
    return ends;
  }

  /** Sorts numbers that agree in their first digit, and so in their sign, on one thread. */
  private static final class Buckets {
    private final long[] numbers;
    private final long[] copy;
    private final int[] starts = new int[BUCKETS];

    Buckets(long[] numbers) {
      this.numbers = numbers;
      this.copy = new long[Math.min(CACHED, numbers.length)];
    }

    /** Sorts numbers that agree in all digits before the one at {@code shift}. */
    void sort(int from, int to, int shift) {
      if (to - from < FEW || shift < LAST_SHIFT) {
        Arrays.sort(numbers, from, to);
      } else if (to - from <= CACHED) {
        sortInCache(from, to, shift);
      } else {
        int start = from;
        for (int end : partition(numbers, from, to, shift)) {
          sort(start, end, shift - DIGIT_BITS);
          start = end;
        }
      }
    }

    private void sortInCache(int from, int to, int shift) {
      int count = to - from;
      for (int digit = LAST_SHIFT; digit <= shift; digit += DIGIT_BITS) {
        System.arraycopy(numbers, from, copy, 0, count);
        Arrays.fill(starts, 0);
        for (int i = 0; i < count; i++) {
          starts[digit(copy[i], digit)]++;
        }
        int start = from;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
          int bucketCount = starts[bucket];
          starts[bucket] = start;
          start += bucketCount;
        }
        for (int i = 0; i < count; i++) {
          numbers[starts[digit(copy[i], digit)]++] = copy[i];
        }
      }
      sortLastDigits(from, to);
    }

    private void sortLastDigits(int from, int to) {
      int start = from;
      boolean inOrder = true;
      for (int i = from + 1; i <= to; i++) {
        if (i < to && (numbers[i] ^ numbers[start]) >>> LAST_SHIFT == 0) {
          inOrder &= numbers[i - 1] <= numbers[i];
          continue;
        }
        if (!inOrder) {
          Arrays.sort(numbers, start, i);
        }
        start = i;
        inOrder = true;
      }
    }
  }
}
