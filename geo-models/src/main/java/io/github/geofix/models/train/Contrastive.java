package io.github.geofix.models.train;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.nn.Forward;
import java.util.List;

/**
 * A trainable whose loss compares vectors of a batch. Each vector is computed from one example
 * alone, so that a trainer can compute the vectors of a large batch in chunks and still contrast
 * all of them.
 */
public interface Contrastive extends Trainable {

  /**
   * Returns the vectors that the loss compares, such as one array of the photos' and one of the
   * tiles', each {@code [B, D]}.
   */
  List<NDArray> vectors(Forward f, Batch batch);

  /**
   * Returns the loss of vectors, a scalar.
   *
   * @param vectors as {@link #vectors} returns them, of the whole batch
   * @param targets those of the batch
   */
  NDArray loss(Forward f, List<NDArray> vectors, List<NDArray> targets);

  @Override
  default NDArray loss(Forward f, Batch batch) {
    return loss(f, vectors(f, batch), batch.targets());
  }
}
