package io.github.geofix.core;

import java.awt.image.BufferedImage;
import java.util.List;

/** Re-ranks the places that another model proposed for a photo. Thread-safe; must be closed. */
public interface Refiner extends AutoCloseable {

  /** Returns what it is, for reports of the cost, such as {@code zoom}. */
  String name();

  /**
   * Says how well a photo fits the proposed places, or smaller places in and around them.
   *
   * @param photo upright
   * @param proposed at least one place; their scores only say which matter most
   * @return at least one place, with what this photo says for it alone as the score: likelihoods,
   *     of which only the ratios count
   */
  List<Candidate> refine(BufferedImage photo, List<Candidate> proposed);

  /** Frees the model's memory. Later calls fail with {@link IllegalStateException}. */
  @Override
  void close();
}
