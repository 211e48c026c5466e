package io.github.geofix.core;

import io.github.geofix.core.geodesy.LatLng;

/**
 * One place where a photo may have been taken.
 *
 * @param latLng the position that stands for the place
 * @param score the share of the model's score that fell on this place, 0 to 1; not a probability
 *     unless the model has been calibrated
 * @param radiusKm the distance from {@code latLng} to the farthest corner of the place
 * @param cell the place itself: an S2 token such as {@code 47a1cbd}, a tile {@code z/x/y}, or the
 *     path of a cell of a zoom grid such as {@code 3-14-2-9}
 */
public record Candidate(LatLng latLng, double score, double radiusKm, String cell) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if the score or the radius is negative or not a number
   */
  public Candidate {
    if (!(score >= 0)) {
      throw new IllegalArgumentException(
          "score must be 0 or more: "
              + score
              + (Double.isNaN(score) ? "; the weights of the model are damaged" : ""));
    }
    if (!(radiusKm >= 0)) {
      throw new IllegalArgumentException("radiusKm must be 0 or more: " + radiusKm);
    }
  }

  /** Returns the same place with another score. */
  public Candidate withScore(double newScore) {
    return new Candidate(latLng, newScore, radiusKm, cell);
  }
}
