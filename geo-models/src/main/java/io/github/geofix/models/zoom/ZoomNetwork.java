package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.loss.NextToken;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import java.util.List;

/**
 * The learned part of the zoom family: encoders of photos and views, and a head that scores the
 * children of a view. What it makes of a photo or a view does not depend on the others in the
 * batch, except in training where an encoder normalizes batches.
 */
abstract class ZoomNetwork extends Module {

  /**
   * Encodes photos.
   *
   * @param images {@code [B, 3, H, W]}
   * @return {@code [B, P]}
   */
  abstract NDArray photos(Forward f, NDArray images);

  /**
   * Encodes views of any steps. All those of a batch belong into one call, so that a normalization
   * of batches meets the same mixture as in inference.
   *
   * @param images {@code [n, 3, V, V]}
   * @return what {@link #atStep} takes, {@code [n, ...]}
   */
  abstract NDArray views(Forward f, NDArray images);

  /**
   * Prepares encoded views for the head.
   *
   * @param encoded {@code [n, ...]}, of {@link #views}
   * @param step the step at which they are looked at, 0 for the root view
   * @return {@code [n, D]}; D may differ from step to step
   */
  abstract NDArray atStep(Forward f, NDArray encoded, int step);

  /**
   * Scores the children at every step of known paths.
   *
   * @param photos {@code [B, P]}
   * @param views for each of the N steps {@code [B, D]}, of {@link #atStep}
   * @param taken int64 {@code [B, N]}, the children taken
   * @return for each of the N steps {@code [B, K K]}
   */
  abstract List<NDArray> logits(Forward f, NDArray photos, List<NDArray> views, NDArray taken);

  /**
   * Returns the loss of a batch, a scalar of at least 0: the mean cross-entropy of the next child
   * over the steps, and what the head adds.
   *
   * @param nextChild the cross-entropy
   */
  NDArray loss(Forward f, NDArray photos, List<NDArray> views, NDArray taken, NextToken nextChild) {
    return nextChild.loss(logits(f, photos, views, taken), taken);
  }

  /**
   * Begins a search.
   *
   * @param photo {@code [1, P]}; what is computed belongs to its manager
   * @param views gives what {@link #atStep} returned for cells
   */
  abstract ZoomSearch.Frontier atRoot(NDArray photo, ZoomSearch.Views views);
}
