package io.github.geofix.eval.internal.report;

import io.github.geofix.eval.Matches.Judgment;
import java.util.List;
import java.util.Optional;

/**
 * One ground photo of a report, and the aerial images found for it.
 *
 * @param name what the reader knows the photo by, for example its file name
 * @param rank the rank of its best right image, from 1
 * @param picture the photo
 * @param right a right image
 * @param found the best images, best first
 */
public record RetrievedPhoto(
    String name,
    int rank,
    Optional<EmbeddedImage> picture,
    Optional<EmbeddedImage> right,
    List<Found> found) {

  /**
   * One image found.
   *
   * @param name what the reader knows it by
   * @param score its score
   * @param judgment whether it is right
   * @param picture the image
   */
  public record Found(
      String name, float score, Judgment judgment, Optional<EmbeddedImage> picture) {}

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if the rank is less than 1
   */
  public RetrievedPhoto {
    if (rank < 1) {
      throw new IllegalArgumentException("a rank must be 1 or more: " + rank);
    }
    found = List.copyOf(found);
  }
}
