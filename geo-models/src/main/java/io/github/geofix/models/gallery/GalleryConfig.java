package io.github.geofix.models.gallery;

import io.github.geofix.models.GeoModel.AnswerOptions;

/**
 * How a gallery answers. Immutable.
 *
 * @param neighbors the most similar photos that vote for the position, 1 to 10,000
 * @param scale the weight of a vote is {@code exp(scale (score - best score))}, above 0
 * @param minScore the limit: without a photo of at least this score, the cosine of the two vectors,
 *     there is no answer; -1 to 1, and -1 for always an answer
 * @param efSearch the candidates of an approximate search, see {@link
 *     io.github.geofix.core.index.ApproximateIndex#open}; 1 or more
 * @param answer its {@code meanKm} is the distance within which votes agree
 */
public record GalleryConfig(
    int neighbors, double scale, double minScore, int efSearch, AnswerOptions answer) {

  /** A gallery that always answers. */
  static final double NO_LIMIT = -1;

  /** The distance within which votes agree unless the gallery shows a better one. */
  static final double AGREE_KM = 0.1;

  /** Checks the ranges. */
  public GalleryConfig {
    if (neighbors < 1 || neighbors > 10_000) {
      throw new IllegalArgumentException("neighbors must be 1 to 10,000: " + neighbors);
    }
    if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("scale must be above 0: " + scale);
    }
    if (!(minScore >= NO_LIMIT && minScore <= 1)) {
      throw new IllegalArgumentException("minScore must be -1 to 1: " + minScore);
    }
    if (efSearch < 1) {
      throw new IllegalArgumentException("efSearch must be 1 or more: " + efSearch);
    }
  }

  /**
   * Returns ten neighbors that agree within 100 m, a vote of 1/e for a score 0.05 below the best,
   * and no limit.
   */
  public static GalleryConfig defaults() {
    return new GalleryConfig(10, 20, NO_LIMIT, 100, AnswerOptions.defaults().withMeanKm(AGREE_KM));
  }

  /** Returns a copy with another limit. */
  public GalleryConfig withMinScore(double newMinScore) {
    return new GalleryConfig(neighbors, scale, newMinScore, efSearch, answer);
  }

  /** Returns a copy with other answer options. */
  public GalleryConfig withAnswer(AnswerOptions newAnswer) {
    return new GalleryConfig(neighbors, scale, minScore, efSearch, newAnswer);
  }
}
