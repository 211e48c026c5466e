package io.github.geofix.eval;

import io.github.geofix.core.Location;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.WorstCase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Fits an {@link AnswerRule} on located photos with known positions, so that the share of wrong
 * answers among those given is bounded with high probability.
 *
 * <p>Angelopoulos, Bates, Candes, Jordan and Lei, "Learn then Test: calibrating predictive
 * algorithms to achieve risk control", 2021: each threshold of a fixed grid is a hypothesis, "the
 * answers that it accepts are wrong too often", with the exact binomial p-value. Split fixed
 * sequence testing decides which thresholds are safe: every other photo chooses the threshold at
 * which the tests start, and the remaining ones test it and the lower ones in turn, until one is
 * not safe. The photos must be independent, and neither trained nor calibrated on.
 */
public final class LearnThenTest {

  /** Below a hundredth, for models that share their score among very many cells. */
  private static final double[] SMALL = {0.005, 0.002, 0.001, 0};

  /** Thresholds of the mass, largest first, chosen without looking at any photo. */
  private static final double[] GRID =
      DoubleStream.concat(
              IntStream.iterate(99, i -> i > 0, i -> i - 1).mapToDouble(i -> i / 100.0),
              DoubleStream.of(SMALL))
          .toArray();

  private LearnThenTest() {}

  /**
   * Fits a rule.
   *
   * @param locations the answers
   * @param truths where the photos were taken, in the same order
   * @throws IllegalArgumentException if there is no photo or the lists differ in size
   */
  public static AnswerRule fit(List<Location> locations, List<LatLng> truths, ErrorBound bound) {
    return fit(locations, truths, Collections.nCopies(locations.size(), ""), bound);
  }

  /**
   * Fits a rule whose bound holds in each of several groups, such as dates, cameras or continents:
   * the strictest of the rules of the groups. Answers to photos of a new group are bounded only if
   * it is no harder than the hardest of these.
   *
   * @param locations the answers
   * @param truths where the photos were taken, in the same order
   * @param groups the group of each photo, in the same order
   * @throws IllegalArgumentException if there is no photo or the lists differ in size
   */
  public static AnswerRule fit(
      List<Location> locations, List<LatLng> truths, List<String> groups, ErrorBound bound) {
    return fit(locations, truths, groups, bound, bound.confidence());
  }

  /**
   * Fits a rule whose bound holds for photos of another kind as well, whose places are not known:
   * the rule keeps the higher confidence that leaves {@code bound.confidence()} under every shift
   * as great as that of the masses ({@link Drift#divergence}), in the worst case. Assumes that the
   * answers given shift no more than the masses do.
   *
   * @param locations the answers
   * @param truths where the photos were taken, in the same order
   * @param groups the group of each photo, in the same order
   * @param others the answers to photos of the other kind, two or more
   * @throws IllegalArgumentException if there is no photo or the lists differ in size
   */
  public static AnswerRule fitForShift(
      List<Location> locations,
      List<LatLng> truths,
      List<String> groups,
      ErrorBound bound,
      List<Location> others) {
    AnswerRule plain = fit(locations, truths, groups, bound);
    double divergence = Drift.of(plain, masses(others, bound)).divergence();
    return fit(locations, truths, groups, bound, WorstCase.level(bound.confidence(), divergence));
  }

  private static List<Double> masses(List<Location> locations, ErrorBound bound) {
    return locations.stream().map(location -> AnswerRule.mass(location, bound.withinKm())).toList();
  }

  private static AnswerRule fit(
      List<Location> locations,
      List<LatLng> truths,
      List<String> groups,
      ErrorBound bound,
      double confidence) {
    if (truths.size() != locations.size() || groups.size() != locations.size()) {
      throw new IllegalArgumentException(
          "%d truths and %d groups do not fit %d locations"
              .formatted(truths.size(), groups.size(), locations.size()));
    }
    List<Double> masses = masses(locations, bound);
    Map<String, List<Integer>> members = new LinkedHashMap<>();
    for (int i = 0; i < groups.size(); i++) {
      members.computeIfAbsent(groups.get(i), group -> new ArrayList<>()).add(i);
    }
    Optional<Double> strictest = Optional.of(0.0);
    for (List<Integer> group : members.values()) {
      double[] ofGroup = group.stream().mapToDouble(masses::get).toArray();
      boolean[] right = new boolean[ofGroup.length];
      for (int i = 0; i < right.length; i++) {
        int photo = group.get(i);
        right[i] =
            GreatCircle.isWithin(
                locations.get(photo).latLng(), truths.get(photo), bound.withinKm());
      }
      Optional<Double> least = leastMass(ofGroup, right, 1 - confidence, bound.failure());
      strictest = strictest.flatMap(mass -> least.map(other -> Math.max(mass, other)));
    }
    return new AnswerRule(bound, strictest, masses);
  }

  /** Returns the least safe threshold, if there is one. */
  static Optional<Double> leastMass(
      double[] masses, boolean[] right, double maxRisk, double failure) {
    int start = 0;
    double surest = 1;
    for (int i = 0; i < GRID.length; i++) {
      double p = pValue(masses, right, 0, GRID[i], maxRisk);
      if (p < surest) {
        start = i;
        surest = p;
      }
    }
    int at = start;
    while (at < GRID.length && pValue(masses, right, 1, GRID[at], maxRisk) <= failure) {
      at++;
    }
    return at == start ? Optional.empty() : Optional.of(GRID[at - 1]);
  }

  /**
   * Returns how likely so few wrong answers are if the risk is above {@code maxRisk}.
   *
   * @param half 0 or 1, the photos of even or odd index
   */
  private static double pValue(
      double[] masses, boolean[] right, int half, double least, double maxRisk) {
    int given = 0;
    int wrong = 0;
    for (int i = half; i < masses.length; i += 2) {
      if (masses[i] >= least) {
        given++;
        wrong += right[i] ? 0 : 1;
      }
    }
    return given == 0 ? 1 : BinomialDistribution.of(given, maxRisk).cumulativeProbability(wrong);
  }
}
