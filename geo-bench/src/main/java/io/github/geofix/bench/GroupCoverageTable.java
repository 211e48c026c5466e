package io.github.geofix.bench;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.eval.Drift;
import io.github.geofix.eval.LearnThenTest;
import io.github.geofix.eval.RegionCoverage;
import io.github.geofix.eval.Share;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Whether regions and rules for answering hold on a rendering that no photo of the calibration came
 * from: each rendering is left out in turn, and the model is calibrated on the others, as one pool,
 * as groups, by continent, and for the shift to photos of the rendering whose places are not used,
 * weighted or in the worst case. Prints one CSV row for each, with 95 % Wilson intervals, and
 * whether the alarm for photos of another kind was on.
 *
 * <p>Arguments, all as {@code name=value}: {@code data}, the folder {@code examples/data/earth};
 * {@code models}, the folder that {@code geofix demo --all --out} wrote; {@code renderings}, a
 * folder with further ones; {@code photos} to test on and {@code calibration} photos of each
 * rendering; {@code families}; {@code seeds} of the calibration photos; {@code leave}, the
 * renderings to leave out; {@code ways} of calibrating; {@code km} and {@code confidence} of the
 * rules.
 */
public final class GroupCoverageTable {
  private static final long TEST_SEED = 2026;
  private static final String WAYS =
      "pool,groups,shift,groups and shift,continents,groups and worst";

  private GroupCoverageTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    Arguments arguments =
        Arguments.of(
            GroupCoverageTable.class,
            args,
            Map.ofEntries(
                Map.entry("data", "examples/data/earth"),
                Map.entry("models", "all"),
                Map.entry("renderings", ""),
                Map.entry("photos", "1000"),
                Map.entry("calibration", "400"),
                Map.entry("families", "embed"),
                Map.entry("seeds", "1,2,3"),
                Map.entry("leave", "may,earth-day,july"),
                Map.entry("ways", WAYS),
                Map.entry("km", "750"),
                Map.entry("confidence", "0.8")));
    EarthData data = EarthData.read(Path.of(arguments.text("data")));
    Optional<Path> more =
        Optional.of(arguments.text("renderings")).filter(text -> !text.isEmpty()).map(Path::of);
    System.out.println("# " + arguments.command());
    System.out.println(
        "method,seed,leftOut,calibratedOn,measure,value,low,high,medianAreaKm2,alarm");
    EarthPhotoOptions options = EarthPhotoOptions.defaults();
    Map<String, EarthPhotos> tests = EarthRenderings.of(data, more, options.withSeed(TEST_SEED));
    for (String family : arguments.list("families")) {
      ModelFolder folder =
          ModelFolder.open(Path.of(arguments.text("models")).resolve(family).resolve("model"));
      try (GeoModel model = Family.of(folder).load(folder)) {
        for (long seed : EarthRenderings.seeds(arguments.text("seeds"))) {
          // Neither the seeds of the demo's training nor of its test photos.
          EarthPhotoOptions drawn = options.withSeed(3000 + seed);
          Map<String, EarthPhotos> all = new LinkedHashMap<>();
          all.put("training", data.trainingPhotos(drawn));
          all.putAll(EarthRenderings.of(data, more, drawn));
          tests.forEach(
              (name, photos) -> {
                if (arguments.list("leave").contains(name)) {
                  leaveOut(name, photos, all, model, "" + seed, arguments);
                }
              });
        }
      }
    }
  }

  private static void leaveOut(
      String leftOut,
      EarthPhotos tests,
      Map<String, EarthPhotos> all,
      GeoModel model,
      String seed,
      Arguments arguments) {
    List<EarthPhoto> calibrating = new ArrayList<>();
    List<EarthPhoto> ruling = new ArrayList<>();
    List<String> groups = new ArrayList<>();
    int count = arguments.number("calibration");
    all.forEach(
        (name, photos) -> {
          if (!name.equals(leftOut)) {
            calibrating.addAll(photos.photos(0, count));
            ruling.addAll(photos.photos(count, count));
            groups.addAll(Collections.nCopies(count, name));
          }
        });
    List<EarthPhoto> tested = tests.photos(0, arguments.number("photos"));
    // Other photos of the rendering that is left out, whose places are not used.
    List<EarthPhoto> unknown = tests.photos(tested.size(), 2 * count);
    List<EarthPhoto> kept = new ArrayList<>(calibrating);
    kept.addAll(ruling);
    Drift.OfVectors vectors =
        Drift.OfVectors.of(
            CalibrationVectors.of(vectors(model, kept, CalibrationVectors.MOST)),
            vectors(model, tested, Drift.OfVectors.MOST_PHOTOS));
    for (String way : arguments.list("ways")) {
      boolean grouped = way.startsWith("groups");
      List<String> of = grouped ? groups : Collections.nCopies(groups.size(), "all");
      if (way.endsWith("worst")) {
        model.calibrateForShift(
            source(calibrating), of, source(unknown), Calibration.Shift.WORST_CASE);
      } else if (way.equals("continents")) {
        model.calibrateByContinent(source(calibrating), of);
      } else if (way.endsWith("shift")) {
        model.calibrateForShift(
            source(calibrating), of, source(unknown), Calibration.Shift.WEIGHTED);
      } else {
        model.calibrate(source(calibrating), of);
      }
      String start = model.method() + "," + seed + "," + leftOut + "," + way;
      List<Location> answers = answers(model, tested);
      List<Location> ruled = answers(model, ruling);
      double km = arguments.decimal("km");
      ErrorBound bound = new ErrorBound(km, arguments.decimal("confidence"), 0.1);
      AnswerRule rule =
          way.endsWith("worst")
              ? LearnThenTest.fitForShift(ruled, truths(ruling), of, bound, answers(model, unknown))
              : LearnThenTest.fit(ruled, truths(ruling), of, bound);
      List<Double> masses = answers.stream().map(answer -> AnswerRule.mass(answer, km)).toList();
      Drift drift = Drift.of(rule, masses).withVectors(vectors);
      String alarm = drift.isAlarm() ? "1" : "0";
      for (RegionCoverage coverage : RegionCoverage.of(truths(tested), answers)) {
        print(
            start,
            String.format(Locale.ROOT, "region %.2f", coverage.share()),
            coverage.measured(),
            String.format(Locale.ROOT, "%.0f,%s", coverage.medianAreaKm2(), alarm));
      }
      print(start, "drift p-value", drift.pValue(), alarm);
      print(start, "vector drift p-value", vectors.pValue(), alarm);
      long given = answers.stream().filter(rule::accepts).count();
      long right = 0;
      for (int i = 0; i < answers.size(); i++) {
        if (rule.accepts(answers.get(i))
            && GreatCircle.isWithin(answers.get(i).latLng(), tested.get(i).latLng(), km)) {
          right++;
        }
      }
      print(start, "answered", Share.of(given, answers.size()), "," + alarm);
      if (given > 0) {
        print(start, "right of those answered", Share.of(right, given), "," + alarm);
      }
    }
  }

  private static PhotoSource source(List<EarthPhoto> photos) {
    return new PhotoSource() {
      @Override
      public int size() {
        return photos.size();
      }

      @Override
      public LabeledPhoto photo(int epoch, int index) {
        EarthPhoto photo = photos.get(index);
        return new LabeledPhoto(photo.image(), photo.latLng(), Optional.empty());
      }
    };
  }

  private static List<LatLng> truths(List<EarthPhoto> photos) {
    return photos.stream().map(EarthPhoto::latLng).toList();
  }

  private static List<Location> answers(GeoModel model, List<EarthPhoto> photos) {
    try (Localizer localizer = model.localizer()) {
      return localizer.locateImages(photos.stream().map(EarthPhoto::image).toList());
    }
  }

  private static void print(String start, String measure, double value, String alarm) {
    System.out.printf(Locale.ROOT, "%s,%s,%.2g,,,,%s%n", start, measure, value, alarm);
  }

  /** Returns the vectors of some of the photos. */
  static List<float[]> vectors(GeoModel model, List<EarthPhoto> photos, int most) {
    return Arrays.stream(CalibrationVectors.sample(photos.size(), most))
        .mapToObj(i -> model.vector(photos.get(i).image(), Optional.empty()).orElseThrow())
        .toList();
  }

  /** Prints a share, with the columns after it. */
  private static void print(String start, String measure, Share share, String more) {
    System.out.printf(
        Locale.ROOT,
        "%s,%s,%.1f,%.1f,%.1f,%s%n",
        start,
        measure,
        100 * share.accuracy(),
        100 * share.low(),
        100 * share.high(),
        more);
  }
}
