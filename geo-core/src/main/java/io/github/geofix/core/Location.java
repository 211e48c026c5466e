package io.github.geofix.core;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.partition.RegionOverlap;
import io.github.geofix.core.partition.Region;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The estimated location of a photo.
 *
 * @param latLng the best single answer, which need not be the position of a candidate
 * @param candidates the cells considered, best first; never empty
 * @param regions the regions that contain given shares of the score, such as 0.5 and 0.9, smallest
 *     share first; empty if the model computes none
 */
public record Location(LatLng latLng, List<Candidate> candidates, List<ScoreRegion> regions) {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there is no candidate, or the best is not first, or the
   *     shares do not increase
   */
  public Location {
    candidates = List.copyOf(candidates);
    regions = List.copyOf(regions);
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("a location needs at least one candidate");
    }
    for (int i = 1; i < candidates.size(); i++) {
      if (candidates.get(i).score() > candidates.get(i - 1).score()) {
        throw new IllegalArgumentException("candidates are not sorted by score, best first");
      }
    }
    for (int i = 1; i < regions.size(); i++) {
      if (regions.get(i).share() <= regions.get(i - 1).share()) {
        throw new IllegalArgumentException("regions are not sorted by share, smallest first");
      }
    }
  }

  /** A location without regions. */
  public Location(LatLng latLng, List<Candidate> candidates) {
    this(latLng, candidates, List.of());
  }

  /**
   * Returns the location given that the photo was taken in a region, see {@link Photo#withRegion},
   * of the candidates alone.
   *
   * @return without regions, which are not restricted
   * @throws NoAnswerException if no candidate is in the region
   */
  Location within(Region region) {
    List<Candidate> inside = new ArrayList<>();
    double sum = 0;
    for (Candidate candidate : candidates) {
      double share = RegionOverlap.share(region, candidate.cell());
      double score = candidate.score() * share;
      if (score > 0) {
        inside.add(candidate.within(region).orElseThrow().withScore(score));
        sum += score;
      }
    }
    if (inside.isEmpty()) {
      throw new NoAnswerException("no candidate of the model lies in the region given");
    }
    double total = sum;
    List<Candidate> sorted =
        inside.stream()
            .map(candidate -> candidate.withScore(candidate.score() / total))
            .sorted(Comparator.comparingDouble((Candidate candidate) -> -candidate.score()))
            .toList();
    return new Location(region.contains(latLng) ? latLng : sorted.get(0).latLng(), sorted);
  }

  /** Returns the score of the best candidate, 0 to 1; not a probability unless calibrated. */
  public double score() {
    return candidates.get(0).score();
  }

  /**
   * Returns the heading of the best candidate, in degrees clockwise from north; empty unless the
   * model estimates it.
   */
  public OptionalDouble headingDegrees() {
    return candidates.get(0).headingDegrees();
  }

  /**
   * The smallest region of a model's cells that holds a share of the score. A calibrated model's
   * regions contain the true position of that share of photos.
   *
   * @param share the nominal coverage, above 0 to 1. For a model that is not calibrated it is only
   *     the share of the score, and most such regions are too small
   * @param region the region
   */
  public record ScoreRegion(double share, Region region) {

    /**
     * Checks the share.
     *
     * @throws IllegalArgumentException if the share is not above 0 to 1
     */
    public ScoreRegion {
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException("share must be above 0 and at most 1: " + share);
      }
    }
  }
}
