package io.github.geofix.core.partition;

import io.github.geofix.core.internal.cell.S2Cells;

/**
 * Options of an adaptive {@link CellPartition}.
 *
 * @param minPoints cells with fewer points are dropped, 1 or more; both papers use 50
 * @param maxPoints cells with more points are split, {@code minPoints} or more
 * @param maxLevel the S2 level at which splitting ends regardless of the count, 2 to 30
 * @param rule the start level and the threshold for keeping cells
 * @param mean the definition of {@link CellPartition#meanOf}
 */
public record AdaptiveOptions(int minPoints, int maxPoints, int maxLevel, Rule rule, Mean mean) {

  /** The start level and the threshold for keeping cells. */
  public enum Rule {
    /**
     * GeoSURGE (arXiv 2510.01448): starts at the six faces of the cube and keeps cells of at least
     * {@code minPoints}.
     */
    GEOSURGE(0, 0),
    /**
     * ISN (Müller-Budack, Pustu-Iren and Ewerth, "Geolocation Estimation of Photos using a
     * Hierarchical Model and Scene Classification", ECCV 2018): starts at level 2 and keeps cells
     * of more than {@code minPoints}.
     */
    ISN(2, 1);

    final int startLevel;
    private final int above;

    Rule(int startLevel, int above) {
      this.startLevel = startLevel;
      this.above = above;
    }

    boolean keeps(long count, int minPoints) {
      return count - above >= minPoints;
    }
  }

  /** The definition of the mean position of a cell's points. */
  public enum Mean {
    /** The direction of the sum of unit vectors, correct everywhere on the sphere. */
    SPHERICAL,
    /**
     * The means of latitudes and of longitudes, as in the cells published with ISN: wrong for cells
     * that contain the antimeridian or a pole, slightly biased elsewhere.
     */
    DEGREES
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public AdaptiveOptions {
    if (minPoints < 1) {
      throw new IllegalArgumentException("minPoints must be 1 or more: " + minPoints);
    }
    if (maxPoints < minPoints) {
      throw new IllegalArgumentException(
          "maxPoints " + maxPoints + " is less than minPoints " + minPoints);
    }
    if (maxLevel < 2 || maxLevel > S2Cells.MAX_LEVEL) {
      throw new IllegalArgumentException("maxLevel must be 2 to 30: " + maxLevel);
    }
  }

  /** Returns GeoSURGE's finest level: cells of 50 to 500 points, of any size. */
  public static AdaptiveOptions defaults() {
    return new AdaptiveOptions(50, 500, S2Cells.MAX_LEVEL, Rule.GEOSURGE, Mean.SPHERICAL);
  }

  /** Returns a copy with another minimum number of points. */
  public AdaptiveOptions withMinPoints(int minPoints) {
    return new AdaptiveOptions(minPoints, maxPoints, maxLevel, rule, mean);
  }

  /** Returns a copy with another maximum number of points. */
  public AdaptiveOptions withMaxPoints(int maxPoints) {
    return new AdaptiveOptions(minPoints, maxPoints, maxLevel, rule, mean);
  }

  /** Returns a copy with another last level. */
  public AdaptiveOptions withMaxLevel(int maxLevel) {
    return new AdaptiveOptions(minPoints, maxPoints, maxLevel, rule, mean);
  }

  /** Returns a copy with another rule. */
  public AdaptiveOptions withRule(Rule rule) {
    return new AdaptiveOptions(minPoints, maxPoints, maxLevel, rule, mean);
  }

  /** Returns a copy with another mean. */
  public AdaptiveOptions withMean(Mean mean) {
    return new AdaptiveOptions(minPoints, maxPoints, maxLevel, rule, mean);
  }
}
