package io.github.geofix.eval;

import io.github.geofix.core.internal.Count;
import java.util.ArrayList;
import java.util.List;

/**
 * Reliability of scores: scores against the share of right answers.
 *
 * @param bins the bins that hold a photo, by ascending score
 * @param expectedCalibrationError the mean over all photos of the gap between their bin's mean
 *     score and its accuracy, 0 to 1: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated
 *     probabilities using Bayesian binning", AAAI 2015
 */
public record Reliability(List<Bin> bins, double expectedCalibrationError) {

  /**
   * The photos whose scores lie in one range.
   *
   * @param low the range's lower end, exclusive but for the first bin
   * @param high the range's upper end, inclusive
   * @param meanScore the mean score of its photos
   * @param accuracy the share of its photos that were right
   * @param count the number of its photos, at least 1
   */
  public record Bin(double low, double high, double meanScore, Share accuracy, int count) {}

  /** Copies the list. */
  public Reliability {
    bins = List.copyOf(bins);
  }

  /**
   * Sorts photos into bins of equal width over scores of 0 to 1.
   *
   * @param scores the score of each photo's answer
   * @param right whether each answer was right, in the same order
   * @param binCount the number of bins, empty ones included
   * @throws IllegalArgumentException if there is no photo, the arrays differ in length, or a score
   *     is not within 0 to 1
   */
  public static Reliability of(double[] scores, boolean[] right, int binCount) {
    if (scores.length == 0 || scores.length != right.length || binCount < 1) {
      throw new IllegalArgumentException(
          Count.of(scores.length, "scores, ")
              + Count.of(right.length, "answers and ")
              + Count.of(binCount, "bins"));
    }
    int[] counts = new int[binCount];
    int[] hits = new int[binCount];
    double[] sums = new double[binCount];
    for (int i = 0; i < scores.length; i++) {
      if (!(scores[i] >= 0 && scores[i] <= 1)) {
        throw new IllegalArgumentException("a score must be 0 to 1: " + scores[i]);
      }
      int bin = Math.max(0, (int) Math.ceil(scores[i] * binCount) - 1);
      counts[bin]++;
      hits[bin] += right[i] ? 1 : 0;
      sums[bin] += scores[i];
    }
    List<Bin> bins = new ArrayList<>();
    double gaps = 0;
    for (int b = 0; b < binCount; b++) {
      if (counts[b] > 0) {
        bins.add(
            new Bin(
                (double) b / binCount,
                (double) (b + 1) / binCount,
                sums[b] / counts[b],
                Share.of(hits[b], counts[b]),
                counts[b]));
        gaps += Math.abs(sums[b] - hits[b]);
      }
    }
    return new Reliability(bins, gaps / scores.length);
  }
}
