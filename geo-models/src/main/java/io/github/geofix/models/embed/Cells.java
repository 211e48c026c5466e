package io.github.geofix.models.embed;

import static io.github.geofix.models.embed.EmbedConfig.check;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.AdaptiveOptions;
import io.github.geofix.core.partition.CellHierarchy;
import java.util.List;

/** The hierarchy of S2 cells of an {@link EmbedModel}. */
public sealed interface Cells {

  /** Returns the cells of training photos taken at the given positions, coarse to fine. */
  CellHierarchy hierarchy(List<LatLng> positions);

  /**
   * The cells of fixed S2 levels that hold a training photo.
   *
   * @param s2Levels 0 to 30, increasing
   */
  record FixedLevels(List<Integer> s2Levels) implements Cells {
    /** Checks the levels. */
    public FixedLevels {
      s2Levels = List.copyOf(s2Levels);
      boolean increasing = !s2Levels.isEmpty();
      for (int i = 0; i < s2Levels.size(); i++) {
        int least = i == 0 ? 0 : s2Levels.get(i - 1) + 1;
        increasing &= s2Levels.get(i) >= least && s2Levels.get(i) <= 30;
      }
      check(increasing, "s2Levels must be one or more of 0 to 30, increasing: " + s2Levels);
    }

    /** Returns levels 2, 4 and 5: cells of about 2,200, 560 and 280 km. */
    public static FixedLevels defaults() {
      return new FixedLevels(List.of(2, 4, 5));
    }

    @Override
    public CellHierarchy hierarchy(List<LatLng> positions) {
      return CellHierarchy.fixedLevels(positions, array(s2Levels));
    }
  }

  /**
   * Cells that follow the density of the training photos, see {@link CellHierarchy#adaptive}.
   *
   * @param rule where splitting starts and which cells are kept
   * @param minPoints the fewest photos of a cell, 1 or more
   * @param maxPoints the most photos of a cell, for each level, decreasing
   */
  record Adaptive(AdaptiveOptions.Rule rule, int minPoints, List<Integer> maxPoints)
      implements Cells {
    /** Checks the ranges. */
    public Adaptive {
      maxPoints = List.copyOf(maxPoints);
      check(minPoints > 0, "minPoints must be positive: " + minPoints);
      check(!maxPoints.isEmpty(), "maxPoints must not be empty");
    }

    /** Returns the seven levels of GeoSURGE: at least 50 photos, at most 25,000 down to 500. */
    public static Adaptive defaults() {
      return new Adaptive(
          AdaptiveOptions.Rule.GEOSURGE,
          50,
          List.of(25_000, 10_000, 5_000, 2_000, 1_000, 750, 500));
    }

    @Override
    public CellHierarchy hierarchy(List<LatLng> positions) {
      return CellHierarchy.adaptive(
          positions,
          AdaptiveOptions.defaults().withRule(rule).withMinPoints(minPoints),
          array(maxPoints));
    }
  }

  private static int[] array(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }
}
