package io.github.geofix.models.calibration;

import java.util.List;
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
   * @param model what it says of the photo of an index, 0 to {@code photos} - 1; asked once for
   *     each
   * @throws IllegalArgumentException if none of the photos lies in a place that the model knows
   */
  public static Calibration fit(int photos, IntFunction<ScoredPhoto> model) {
    List<ScoredPhoto> scored = IntStream.range(0, photos).mapToObj(model).toList();
    double temperature =
        Temperature.fit(
            scored.stream().map(ScoredPhoto::scores).toList(),
            scored.stream().mapToInt(ScoredPhoto::truth).toArray());
    double[] needed =
        scored.stream()
            .mapToDouble(photo -> photo.neededShare().applyAsDouble(temperature))
            .toArray();
    return new Calibration(temperature, RegionShares.fit(COVERAGE, needed));
  }
}
