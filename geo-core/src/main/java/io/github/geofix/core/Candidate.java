package io.github.geofix.core;

import io.github.geofix.core.cell.Cell;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.partition.RegionOverlap;
import io.github.geofix.core.partition.Region;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A cell in which a photo may have been taken, with its score.
 *
 * @param latLng the position proposed within the cell: its center, or the mean position of the
 *     training photos in it
 * @param score the cell's share of the model's score, 0 to 1; not a probability unless the model is
 *     calibrated
 * @param radiusKm the distance from {@code latLng} to the farthest corner of the cell
 * @param cell the cell
 * @param headingDegrees where the middle of the photo faces, in degrees clockwise from north, 0 to
 *     below 360; empty unless the model estimates it
 */
public record Candidate(
    LatLng latLng, double score, double radiusKm, Cell cell, OptionalDouble headingDegrees) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if the score or the radius is negative or not a number, or the
   *     heading is out of range
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
    if (headingDegrees.isPresent()
        && !(headingDegrees.getAsDouble() >= 0 && headingDegrees.getAsDouble() < 360)) {
      throw new IllegalArgumentException(
          "headingDegrees must be 0 to below 360: " + headingDegrees.getAsDouble());
    }
  }

  /** A candidate without a heading. */
  public Candidate(LatLng latLng, double score, double radiusKm, Cell cell) {
    this(latLng, score, radiusKm, cell, OptionalDouble.empty());
  }

  /** Returns a candidate at the center of a cell. */
  public static Candidate of(Cell cell, double score) {
    return new Candidate(cell.center(), score, cell.radiusKm(), cell);
  }

  /** Returns a copy with another score. */
  public Candidate withScore(double score) {
    return new Candidate(latLng, score, radiusKm, cell, headingDegrees);
  }

  /**
   * Returns a candidate of the same cell and score that is in a region: this one if it does, else
   * at a place that cell and region have in common; empty if there is none.
   */
  public Optional<Candidate> within(Region region) {
    return region.contains(latLng)
        ? Optional.of(this)
        : RegionOverlap.of(region, cell).map(overlap -> at(overlap.place()));
  }

  private Candidate at(LatLng place) {
    double radiusKm =
        cell.outline().stream()
            .mapToDouble(corner -> GreatCircle.distanceKm(place, corner))
            .max()
            .orElseThrow();
    return new Candidate(place, score, radiusKm, cell, headingDegrees);
  }

  /** Returns a copy with a heading, in degrees clockwise from north, 0 to below 360. */
  public Candidate withHeadingDegrees(double headingDegrees) {
    return new Candidate(latLng, score, radiusKm, cell, OptionalDouble.of(headingDegrees));
  }
}
