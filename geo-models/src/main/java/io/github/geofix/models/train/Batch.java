package io.github.geofix.models.train;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Stacked examples.
 *
 * @param inputs one {@code [B, ...]} array for each input of the model
 * @param targets one {@code [B, n]} int64 array for each kind of target
 */
public record Batch(List<NDArray> inputs, List<NDArray> targets) {
  /** Copies the lists. */
  public Batch {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
  }
}
