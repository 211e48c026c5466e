package io.github.geofix.models.calibration;

import io.github.geofix.models.internal.calibration.RegionShares;
import io.github.geofix.models.internal.calibration.Temperature;
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
    return fit(model, groups, Calibration::shares);
  }

  /**
   * Fits the temperature on photos with known places, and shares with which the regions of photos
   * of another kind have their nominal coverage, whose places are not known: photos whose scores
   * look like those of that kind count more. Assumes that of two photos with the same best score
   * and entropy neither is harder because of its kind.
   *
   * @param model returns the scores of the photo of an index; called once for each
   * @param groups the group of each photo with a known place, as of {@link #fit(IntFunction,
   *     List)}; one group for all if there are none
   * @param others the number of photos of the other kind, of the order of those with known places
   * @param unknown returns their scores, whose truth is not used; called once for each
   * @throws IllegalArgumentException if none of the photos lies in a place that the model knows, or
   *     there are no photos of the other kind
   */
  public static Calibration fitForShift(
      IntFunction<ScoredPhoto> model,
      List<String> groups,
      int others,
      IntFunction<ScoredPhoto> unknown) {
    if (others < 1) {
      throw new IllegalArgumentException("there is no photo of the other kind");
    }
    List<ScoredPhoto> kind = IntStream.range(0, others).mapToObj(unknown).toList();
    return fit(
        model,
        groups,
        (photos, temperature) ->
            RegionShares.fit(
                COVERAGE,
                needed(photos, temperature),
                DensityRatio.weights(at(photos, temperature), at(kind, temperature))));
  }

  /** Fits the shares of one group at a temperature. */
  @FunctionalInterface
  private interface SharesOfGroup {
    List<Double> of(List<ScoredPhoto> photos, double temperature);
  }

  private static Calibration fit(
      IntFunction<ScoredPhoto> model, List<String> groups, SharesOfGroup fitting) {
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
        members.values().stream().map(group -> fitting.of(group, temperature)).toList();
    return new Calibration(
        temperature,
        IntStream.range(0, COVERAGE.size())
            .mapToObj(i -> Collections.max(shares.stream().map(of -> of.get(i)).toList()))
            .toList());
  }

  private static List<Double> shares(List<ScoredPhoto> photos, double temperature) {
    return RegionShares.fit(COVERAGE, needed(photos, temperature));
  }

  private static double[] needed(List<ScoredPhoto> photos, double temperature) {
    return photos.stream()
        .mapToDouble(photo -> photo.neededShare().applyAsDouble(temperature))
        .toArray();
  }

  private static List<double[]> at(List<ScoredPhoto> photos, double temperature) {
    return photos.stream().map(photo -> Temperature.apply(photo.scores(), temperature)).toList();
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
