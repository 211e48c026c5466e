package io.github.geofix.eval;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Photo;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.CalibrationVectors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;

/**
 * How unlike the photos of a rule other photos are, by the two-sample Kolmogorov-Smirnov test on
 * the mass of the score near the answers, and by {@link OfVectors} where the model has vectors.
 * Where it is significant, the bound of the rule and calibrated scores and regions need not hold.
 * Photos can be unlike in ways that neither shows: a test that finds nothing proves nothing.
 *
 * @param distance the greatest difference of the two distribution functions, 0 to 1
 * @param pValue how likely a distance as great is for photos of the same kind, 0 to 1
 * @param divergence an estimate of the Kullback-Leibler divergence of the photos from those of the
 *     rule, in nats, from ten classes of the mass; too large by about 4.5 times the sum of the
 *     reciprocal numbers of photos
 * @param photos the number of photos tested
 * @param vectors the test on the vectors of the photos, for models that have them
 */
public record Drift(
    double distance, double pValue, double divergence, int photos, Optional<OfVectors> vectors) {

  /**
   * How unlike the photos of a calibration others are in the model's vectors of them: the energy
   * distance, tested by permutations. It finds photos of another kind that leave the model as sure,
   * or as unsure, as those of the calibration.
   *
   * <p>Szekely and Rizzo, "Testing for equal distributions in high dimension", InterStat 2004. The
   * photos of both sets are exchanged {@value #PERMUTATIONS} times at random, so the p-value is
   * below a level with at most that probability for photos of the same kind, whatever the model.
   *
   * @param distance the energy distance 2 E|X-Y| - E|X-X'| - E|Y-Y'|, 0 or more
   * @param pValue the share of the exchanges, and the sets as they are, with a distance as great
   * @param photos the number of photos tested
   */
  public record OfVectors(double distance, double pValue, int photos) {

    /** More photos are not tested: of a batch that many are drawn at random. */
    public static final int MOST_PHOTOS = 200;

    private static final int PERMUTATIONS = 999;

    /**
     * Tests vectors. Costs (N + M)^2 D / 2 operations for M photos.
     *
     * @param photos {@code [M][D]}, of two photos or more
     * @throws IllegalArgumentException if there are fewer, or the model of the vectors is another
     */
    public static OfVectors of(CalibrationVectors calibration, List<float[]> photos) {
      EnergyTest test = new EnergyTest(calibration, photos);
      return new OfVectors(test.distance(), test.pValue(PERMUTATIONS), photos.size());
    }

    /**
     * Tests photos, at most {@value #MOST_PHOTOS} of them.
     *
     * @param localizer of the model that was calibrated
     * @param photos files that it can read
     * @return empty if there are fewer than {@value Drift#LEAST_PHOTOS}, or the localizer has no
     *     vectors
     * @throws java.io.UncheckedIOException if a photo cannot be read
     */
    public static Optional<OfVectors> of(
        CalibrationVectors calibration, Localizer localizer, List<Path> photos) {
      if (photos.size() < LEAST_PHOTOS) {
        return Optional.empty();
      }
      List<float[]> vectors = new ArrayList<>();
      for (int photo : CalibrationVectors.sample(photos.size(), MOST_PHOTOS)) {
        Optional<float[]> vector = localizer.vector(Photo.of(photos.get(photo)));
        if (vector.isEmpty()) {
          return Optional.empty();
        }
        vectors.add(vector.get());
      }
      return Optional.of(of(calibration, vectors));
    }

    /** Returns whether the photos are of another kind, by this test alone. */
    public boolean isAlarm() {
      return pValue < ALARM;
    }
  }

  /** Alarms at this level are false for at most one batch in a hundred. */
  public static final double ALARM = 0.01;

  /** Fewer photos show too little to warn of. */
  public static final int LEAST_PHOTOS = 20;

  private static final int CLASSES = 10;

  /**
   * Tests answers.
   *
   * @param masses the {@link AnswerRule#mass} of each answer, two or more
   * @throws IllegalArgumentException if there are fewer than two, or the rule was fitted on fewer
   */
  public static Drift of(AnswerRule rule, List<Double> masses) {
    if (masses.size() < 2 || rule.masses().size() < 2) {
      throw new IllegalArgumentException(
          "two photos or more are needed: %d against %d"
              .formatted(masses.size(), rule.masses().size()));
    }
    KolmogorovSmirnovTest.TwoResult result =
        KolmogorovSmirnovTest.withDefaults().test(array(rule.masses()), array(masses));
    return new Drift(
        result.getStatistic(),
        result.getPValue(),
        divergence(array(rule.masses()), array(masses)),
        masses.size(),
        Optional.empty());
  }

  /** Returns a copy with the test on the vectors of the same photos. */
  public Drift withVectors(OfVectors vectors) {
    return new Drift(distance, pValue, divergence, photos, Optional.of(vectors));
  }

  /** Bounds classes so that each has as many of the rule's masses; of empty ones counts a half. */
  static double divergence(double[] from, double[] to) {
    double[] sorted = from.clone();
    Arrays.sort(sorted);
    double[] ofFrom = new double[CLASSES];
    double[] ofTo = new double[CLASSES];
    Arrays.fill(ofFrom, 0.5);
    Arrays.fill(ofTo, 0.5);
    for (double mass : from) {
      ofFrom[classOf(mass, sorted)]++;
    }
    for (double mass : to) {
      ofTo[classOf(mass, sorted)]++;
    }
    double sum = 0;
    for (int i = 0; i < CLASSES; i++) {
      double p = ofFrom[i] / (from.length + 0.5 * CLASSES);
      double q = ofTo[i] / (to.length + 0.5 * CLASSES);
      sum += q * Math.log(q / p);
    }
    return sum;
  }

  private static int classOf(double mass, double[] sorted) {
    int at = 0;
    while (at < CLASSES - 1 && mass >= sorted[(at + 1) * sorted.length / CLASSES]) {
      at++;
    }
    return at;
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(value -> value).toArray();
  }

  /**
   * Returns whether the photos are unlike those of the rule, at the level {@link #ALARM}: with
   * vectors, each of the two tests has half of it (Bonferroni).
   */
  public boolean isAlarm() {
    return leastPValue() < ALARM;
  }

  /** Returns the p-value of both tests together, 0 to 1. */
  public double leastPValue() {
    return vectors.map(v -> Math.min(1, 2 * Math.min(pValue, v.pValue()))).orElse(pValue);
  }

  /** Returns what an alarm means, as a sentence without a full stop. */
  public String warning() {
    return String.format(
        Locale.ROOT,
        "these photos are unlike those that the rule was fitted on (Kolmogorov-Smirnov distance"
            + " %.2f, p %.1g%s): the bound on the error need not hold",
        distance,
        pValue,
        vectors
            .map(v -> String.format(Locale.ROOT, "; their vectors, p %.1g", v.pValue()))
            .orElse(""));
  }
}
