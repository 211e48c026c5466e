package io.github.geofix.models.calibration;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The calibration of a model, under which scores are probabilities and regions have their nominal
 * coverage: the {@link Temperature} of the scores, and at that temperature the {@link
 * RegionShares}. Both are fitted on the same photos, which conformal prediction does not foresee;
 * one number fitted on hundreds of photos bends little.
 *
 * @param temperature scores are raised to 1 / temperature; above 1 if the model was too sure of
 *     itself
 * @param regionShares the share of the score that the region of each {@link #COVERAGE} holds, above
 *     0 to 1
 */
public record Calibration(double temperature, List<Double> regionShares) {

  /** How often the regions of a location are to hold the truth. */
  public static final List<Double> COVERAGE = List.of(0.5, 0.9);

  /** That of a model that has not been calibrated: its scores are taken at their word. */
  public static final Calibration NONE = new Calibration(1, COVERAGE);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of range, or there is not one share for
   *     each coverage
   */
  public Calibration {
    regionShares = List.copyOf(regionShares);
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("temperature must be positive: " + temperature);
    }
    if (regionShares.size() != COVERAGE.size()
        || !regionShares.stream().allMatch(share -> share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "regionShares must be " + COVERAGE.size() + " shares above 0 to 1: " + regionShares);
    }
  }

  /**
   * Fits the temperature, and then the shares on the scores at that temperature.
   *
   * @param photos their number; they were not trained on
   * @param model returns the scores of the photo of an index, 0 to {@code photos} - 1; called once
   *     for each
   * @throws IllegalArgumentException if none of the photos lies in a place that the model knows
   */
  public static Calibration fit(int photos, IntFunction<ScoredPhoto> model) {
    return fit(model, Collections.nCopies(photos, ""));
  }

  /**
   * Fits the temperature on all photos, and shares with which the regions of each group of photos
   * have their nominal coverage: for each coverage the largest share that a group needs. Photos of
   * a new group are held as often if it is no harder than the hardest of these.
   *
   * @param model returns the scores of the photo of an index; called once for each
   * @param groups the group of each photo, such as its date, camera or continent
   * @throws IllegalArgumentException if none of the photos lies in a place that the model knows, or
   *     one of several groups is too small for the largest coverage
   */
  public static Calibration fit(IntFunction<ScoredPhoto> model, List<String> groups) {
    List<ScoredPhoto> scored = IntStream.range(0, groups.size()).mapToObj(model).toList();
    Map<String, List<ScoredPhoto>> members = new TreeMap<>();
    for (int i = 0; i < scored.size(); i++) {
      members.computeIfAbsent(groups.get(i), group -> new ArrayList<>()).add(scored.get(i));
    }
    if (members.size() > 1) {
      members.forEach((name, group) -> checkSize(name, group.size()));
    }
    double temperature =
        Temperature.fit(
            scored.stream().map(ScoredPhoto::scores).toList(),
            scored.stream().mapToInt(ScoredPhoto::truth).toArray());
    List<List<Double>> shares =
        members.values().stream().map(group -> shares(group, temperature)).toList();
    return new Calibration(
        temperature,
        IntStream.range(0, COVERAGE.size())
            .mapToObj(i -> Collections.max(shares.stream().map(of -> of.get(i)).toList()))
            .toList());
  }

  private static List<Double> shares(List<ScoredPhoto> photos, double temperature) {
    return RegionShares.fit(
        COVERAGE,
        photos.stream()
            .mapToDouble(photo -> photo.neededShare().applyAsDouble(temperature))
            .toArray());
  }

  /** A smaller group would need all of the score, whatever its photos are. */
  private static void checkSize(String group, int photos) {
    double largest = Collections.max(COVERAGE);
    int least = (int) Math.ceil(largest / (1 - largest) - 1e-9);
    if (photos < least) {
      throw new IllegalArgumentException(
          "the group \"%s\" has %d photos; regions of %.0f %% need %d or more of each group: merge it with another, or leave it out"
              .formatted(group, photos, 100 * largest, least));
    }
  }
}
