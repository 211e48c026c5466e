package io.github.geofix.train.internal.data;

/**
 * Derives independent seeds from one, so that every draw of a run depends on the run's seed and on
 * its own place alone, never on what was drawn before or by which thread.
 */
final class Seeds {
  /** 2^64 divided by the golden ratio: the step of SplitMix64 (Steele, Lea and Flood 2014). */
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private Seeds() {}

  /** Returns a seed for the place given by {@code coordinates}, such as an epoch and an index. */
  static long derive(long seed, long... coordinates) {
    long state = mix(seed + GOLDEN);
    for (long coordinate : coordinates) {
      state = mix((state ^ mix(coordinate + GOLDEN)) + GOLDEN);
    }
    return state;
  }

  /** The finalizer of SplitMix64: a bijection in which every input bit moves every output bit. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
