package io.github.geofix.core;

import io.github.geofix.core.cell.Cell;
import io.github.geofix.core.geodesy.LatLng;

/**
 * A cell in which a photo may have been taken, with its score.
 *
 * @param latLng the position proposed within the cell: its center, or the mean position of the
 *     training photos in it
 * @param score the cell's share of the model's score, 0 to 1; not a probability unless the model is
 *     calibrated
 * @param radiusKm the distance from {@code latLng} to the farthest corner of the cell
 * @param cell the cell
 */
public record Candidate(LatLng latLng, double score, double radiusKm, Cell cell) {

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

  /** Returns a candidate at the center of a cell. */
  public static Candidate of(Cell cell, double score) {
    return new Candidate(cell.center(), score, cell.radiusKm(), cell);
  }

  /** Returns a copy with another score. */
  public Candidate withScore(double score) {
    return new Candidate(latLng, score, radiusKm, cell);
  }
}
