package io.github.geofix.models.recombine;

import io.github.geofix.models.recombine.RecombineModel.PlaceMatch;

/**
 * How well photos fit places.
 *
 * @param cosines {@code [B, G]} row-major, -1 to 1
 * @param headings {@code [B, G]} row-major, degrees
 * @param places the number of places G
 */
record Similarities(float[] cosines, float[] headings, int places) {

  /** Returns the place that a photo fits best; the first of equal ones. */
  PlaceMatch best(int photo) {
    int best = photo * places;
    for (int at = best; at < (photo + 1) * places; at++) {
      best = cosines[at] > cosines[best] ? at : best;
    }
    return new PlaceMatch(best - photo * places, cosines[best], headings[best]);
  }

  /**
   * Returns {@code exp(scale * cosine)} for each place, relative to that of the best, so that
   * nothing overflows.
   */
  double[] likelihoods(int photo, double scale) {
    double most = best(photo).similarity();
    double[] likelihoods = new double[places];
    for (int place = 0; place < places; place++) {
      likelihoods[place] = Math.exp(scale * (cosines[photo * places + place] - most));
    }
    return likelihoods;
  }
}
