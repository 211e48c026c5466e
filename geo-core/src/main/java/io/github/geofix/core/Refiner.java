package io.github.geofix.core;

import java.awt.image.BufferedImage;
import java.util.List;

/** Re-ranks the candidates of another model for a photo. Thread-safe; must be closed. */
public interface Refiner extends AutoCloseable {

  /** Returns the name of the method for cost reports, such as {@code zoom}. */
  String name();

  /**
   * Scores how well a photo matches the proposed candidates, or smaller cells in and around them.
   *
   * @param photo upright
   * @param proposed at least one candidate; their scores only order them by importance
   * @return at least one candidate; the scores are likelihoods of this photo, up to a factor
   */
  List<Candidate> refine(BufferedImage photo, List<Candidate> proposed);

  /** Frees the model's memory. Later calls fail with {@link IllegalStateException}. */
  @Override
  void close();
}
