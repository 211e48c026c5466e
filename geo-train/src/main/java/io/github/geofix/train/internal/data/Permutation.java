package io.github.geofix.train.internal.data;

import java.util.SplittableRandom;

/** Numbers in random order. */
final class Permutation {
  private Permutation() {}

  /** Returns 0 to {@code size} - 1, each order as likely as any other. */
  static int[] random(int size, SplittableRandom random) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
