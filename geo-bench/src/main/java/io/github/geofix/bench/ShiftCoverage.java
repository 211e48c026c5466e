package io.github.geofix.bench;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.PhotoSource.LabeledPhoto;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.Bootstrap;
import io.github.geofix.eval.Drift;
import io.github.geofix.eval.LearnThenTest;
import io.github.geofix.eval.RegionCoverage;
import io.github.geofix.eval.Share;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.calibration.Calibration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether the regions of a model, its rule for answering and its alarm hold on photos of a kind
 * that no photo of the calibration is of. Each way of calibrating is measured on the same photos.
 *
 * @param calibrating photos of known kinds, for regions
 * @param ruling further ones, for the rule; as many of each kind
 * @param groups the kind of each of either
 * @param unknown photos of the unknown kind, whose places are not used
 * @param tested other photos of the unknown kind
 * @param places where each tested photo was taken, for intervals that draw places anew; empty for
 *     Wilson intervals, which take photos as independent
 */
record ShiftCoverage(
    List<LabeledPhoto> calibrating,
    List<LabeledPhoto> ruling,
    List<String> groups,
    List<LabeledPhoto> unknown,
    List<LabeledPhoto> tested,
    Optional<int[]> places) {

  /** The columns that {@link #print} adds. */
  static final String COLUMNS = "calibratedOn,measure,value,low,high,medianAreaKm2,alarm";

  /**
   * Calibrates a model in each way, and prints a row for each measure.
   *
   * @param start the columns before
   * @param ways of pool, groups, shift, continents, "groups and shift", and "groups and worst"
   */
  void print(GeoModel model, String start, List<String> ways, ErrorBound bound) {
    List<LabeledPhoto> kept = new ArrayList<>(calibrating);
    kept.addAll(ruling);
    Drift.OfVectors vectors =
        Drift.OfVectors.of(
            CalibrationVectors.of(vectors(model, kept, CalibrationVectors.MOST)),
            vectors(model, tested, Drift.OfVectors.MOST_PHOTOS));
    for (String way : ways) {
      List<String> of =
          way.startsWith("groups") ? groups : Collections.nCopies(groups.size(), "all");
      calibrate(model, way, of);
      List<Location> answers = answers(model, tested);
      List<Location> ruled = answers(model, ruling);
      AnswerRule rule =
          way.endsWith("worst")
              ? LearnThenTest.fitForShift(ruled, truths(ruling), of, bound, answers(model, unknown))
              : LearnThenTest.fit(ruled, truths(ruling), of, bound);
      List<Double> masses =
          answers.stream().map(answer -> AnswerRule.mass(answer, bound.withinKm())).toList();
      Drift drift = Drift.of(rule, masses).withVectors(vectors);
      print(start + "," + way, answers, rule, drift, vectors);
    }
  }

  private void calibrate(GeoModel model, String way, List<String> of) {
    if (way.endsWith("worst")) {
      model.calibrateForShift(
          source(calibrating), of, source(unknown), Calibration.Shift.WORST_CASE);
    } else if (way.equals("continents")) {
      model.calibrateByContinent(source(calibrating), of);
    } else if (way.endsWith("shift")) {
      model.calibrateForShift(source(calibrating), of, source(unknown), Calibration.Shift.WEIGHTED);
    } else {
      model.calibrate(source(calibrating), of);
    }
  }

  private void print(
      String start, List<Location> answers, AnswerRule rule, Drift drift, Drift.OfVectors vectors) {
    String alarm = drift.isAlarm() ? "1" : "0";
    for (RegionCoverage coverage : RegionCoverage.of(truths(tested), answers)) {
      print(
          start,
          String.format(Locale.ROOT, "region %.2f", coverage.share()),
          coverage.holdsTruth(),
          all(),
          area(coverage.medianAreaKm2()) + "," + alarm);
    }
    print(start, "drift p-value", drift.pValue(), alarm);
    print(start, "vector drift p-value", vectors.pValue(), alarm);
    List<Boolean> given = answers.stream().map(rule::accepts).toList();
    print(start, "answered", given, all(), "," + alarm);
    int[] answered = Arrays.stream(all()).filter(given::get).toArray();
    if (answered.length > 0) {
      List<Boolean> right =
          Arrays.stream(answered)
              .mapToObj(
                  i ->
                      GreatCircle.isWithin(
                          answers.get(i).latLng(), tested.get(i).latLng(), rule.bound().withinKm()))
              .toList();
      print(start, "right of those answered", right, answered, "," + alarm);
    }
  }

  private int[] all() {
    int[] all = new int[tested.size()];
    Arrays.setAll(all, i -> i);
    return all;
  }

  private static String area(double km2) {
    return String.format(Locale.ROOT, km2 < 100 ? "%.2f" : "%.0f", km2);
  }

  private static PhotoSource source(List<LabeledPhoto> photos) {
    return new PhotoSource() {
      @Override
      public int size() {
        return photos.size();
      }

      @Override
      public LabeledPhoto photo(int epoch, int index) {
        return photos.get(index);
      }
    };
  }

  private static List<LatLng> truths(List<LabeledPhoto> photos) {
    return photos.stream().map(LabeledPhoto::latLng).toList();
  }

  private static List<Location> answers(GeoModel model, List<LabeledPhoto> photos) {
    try (Localizer localizer = model.localizer()) {
      return localizer.locateImages(photos.stream().map(LabeledPhoto::image).toList());
    }
  }

  private static List<float[]> vectors(GeoModel model, List<LabeledPhoto> photos, int most) {
    return Arrays.stream(CalibrationVectors.sample(photos.size(), most))
        .mapToObj(i -> model.vector(photos.get(i).image(), Optional.empty()).orElseThrow())
        .toList();
  }

  private static void print(String start, String measure, double value, String alarm) {
    System.out.printf(Locale.ROOT, "%s,%s,%.2g,,,,%s%n", start, measure, value, alarm);
  }

  /**
   * Prints a share with its interval.
   *
   * @param photos the index of the photo of each hit
   */
  private void print(String start, String measure, List<Boolean> hits, int[] photos, String more) {
    Share wilson = Share.of(hits.stream().filter(hit -> hit).count(), hits.size());
    double[] interval =
        places
            .map(of -> Arrays.stream(photos).map(i -> of[i]).toArray())
            .map(of -> Bootstrap.defaults().interval(of, sample -> share(hits, sample)))
            .map(drawn -> new double[] {drawn.low(), drawn.high()})
            .orElseGet(() -> new double[] {wilson.low(), wilson.high()});
    System.out.printf(
        Locale.ROOT,
        "%s,%s,%.1f,%.1f,%.1f,%s%n",
        start,
        measure,
        100 * wilson.accuracy(),
        100 * interval[0],
        100 * interval[1],
        more);
  }

  private static double share(List<Boolean> hits, int[] sample) {
    return Arrays.stream(sample).filter(hits::get).count() / (double) sample.length;
  }
}
