package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** Copies of arrays that outlive a call of a benchmark. */
final class Copies {
  private Copies() {}

  /** Returns a copy that a step owns, so that its results do not pile up with the original. */
  static NDArray of(NDArray x, NDManager step) {
    NDArray copy = x.duplicate();
    copy.attach(step);
    return copy;
  }
}
