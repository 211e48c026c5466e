package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import java.util.List;

/** What the encoder reads of a photo. */
abstract class MemoryInput extends Module {

  /** Returns the shapes of one photo's inputs, without the batch axis. */
  abstract List<Shape> shapes();

  /** Returns the number of tokens M that a photo becomes. */
  abstract int length();

  /**
   * Returns the photos as tokens.
   *
   * @param inputs {@code [B, ...]} of {@link #shapes}
   * @return {@code [B, M, D]}, without positions
   */
  abstract NDArray tokens(Forward f, List<NDArray> inputs);
}
