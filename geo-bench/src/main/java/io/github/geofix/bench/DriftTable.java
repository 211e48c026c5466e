package io.github.geofix.bench;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthData.TestRendering;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.eval.Drift;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * How often photos of another rendering than those of the calibration give an alarm, by their
 * scores alone, by their vectors alone, and by both at half of the level. Prints one CSV row for
 * each model, number of photos and rendering.
 *
 * <p>Arguments, all as {@code name=value}: {@code data}, the folder {@code examples/data/earth};
 * {@code models}, folders between commas; {@code renderings}, a folder with further ones; {@code
 * sizes}, pairs such as {@code 400-100} of the photos of a calibration and of a batch; {@code
 * repeats} of each; {@code pool}, the photos of the training renderings they are drawn from, and a
 * third as many of each other; {@code km} of the rule.
 */
public final class DriftTable {
  private static final long SEED = 5001;

  private DriftTable() {}

  /**
   * What is compared of a photo.
   *
   * @param mass of its answer
   */
  private record Seen(double mass, float[] vector) {}

  /** Runs the program. */
  public static void main(String[] args) {
    Arguments arguments =
        Arguments.of(
            DriftTable.class,
            args,
            Map.of(
                "data", "examples/data/earth",
                "models", "all/embed/model",
                "renderings", "",
                "sizes", "40-40,200-100,1000-200",
                "repeats", "100",
                "pool", "1500",
                "km", "750"));
    EarthData data = EarthData.read(Path.of(arguments.text("data")));
    Optional<Path> more =
        Optional.of(arguments.text("renderings")).filter(text -> !text.isEmpty()).map(Path::of);
    EarthPhotoOptions options = EarthPhotoOptions.defaults();
    Map<String, EarthPhotos> others =
        new LinkedHashMap<>(EarthRenderings.of(data, more, options.withSeed(SEED + 1)));
    others.put("night", data.testPhotos(TestRendering.NIGHT, options.withSeed(SEED + 2)));
    System.out.println("# " + arguments.command());
    System.out.println("model,calibration,batch,photosOf,byScores,byVectors,byBoth");
    for (String name : arguments.list("models")) {
      ModelFolder folder = ModelFolder.open(Path.of(name));
      try (GeoModel model = Family.of(folder).load(folder)) {
        double km = arguments.decimal("km");
        int pool = arguments.number("pool");
        Map<String, List<Seen>> seen = new LinkedHashMap<>();
        seen.put("training", seen(model, data.trainingPhotos(options.withSeed(SEED)), pool, km));
        others.forEach((other, photos) -> seen.put(other, seen(model, photos, pool / 3, km)));
        String title = model.method() + " of " + folder.card().steps() + " steps";
        for (String size : arguments.list("sizes")) {
          String[] pair = size.split("-");
          int calibration = Integer.parseInt(pair[0]);
          int batch = Integer.parseInt(pair[1]);
          seen.forEach(
              (other, photos) ->
                  System.out.println(
                      "%s,%d,%d,%s,%s"
                          .formatted(
                              title,
                              calibration,
                              batch,
                              other,
                              alarms(
                                  seen.getOrDefault("training", List.of()),
                                  photos,
                                  new int[] {calibration, batch},
                                  arguments.number("repeats"),
                                  km))));
        }
      }
    }
  }

  private static List<Seen> seen(GeoModel model, EarthPhotos photos, int count, double km) {
    List<Seen> seen = new ArrayList<>();
    try (Localizer localizer = model.localizer()) {
      for (EarthPhoto photo : photos.photos(0, count)) {
        seen.add(
            new Seen(
                AnswerRule.mass(localizer.locate(photo.image()), km),
                model.vector(photo.image(), Optional.empty()).orElseThrow()));
      }
    }
    return seen;
  }

  /** Returns the shares of alarms in per cent; photos of the calibration are not in its batch. */
  private static String alarms(
      List<Seen> training, List<Seen> photos, int[] sizes, int repeats, double km) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] alarms = new int[3];
    for (int repeat = 0; repeat < repeats; repeat++) {
      int drawn = photos == training ? sizes[0] + sizes[1] : sizes[0];
      List<Seen> some = draw(training, drawn, random);
      List<Seen> calibration = some.subList(0, sizes[0]);
      List<Seen> batch =
          photos == training ? some.subList(sizes[0], drawn) : draw(photos, sizes[1], random);
      AnswerRule rule =
          new AnswerRule(new ErrorBound(km, 0.8, 0.1), Optional.empty(), masses(calibration));
      Drift scores = Drift.of(rule, masses(batch));
      Drift.OfVectors vectors =
          Drift.OfVectors.of(CalibrationVectors.of(vectors(calibration)), vectors(batch));
      alarms[0] += scores.isAlarm() ? 1 : 0;
      alarms[1] += vectors.isAlarm() ? 1 : 0;
      alarms[2] += scores.withVectors(vectors).isAlarm() ? 1 : 0;
    }
    return String.format(
        Locale.ROOT,
        "%.0f,%.0f,%.0f",
        100.0 * alarms[0] / repeats,
        100.0 * alarms[1] / repeats,
        100.0 * alarms[2] / repeats);
  }

  private static List<Seen> draw(List<Seen> all, int count, SplittableRandom random) {
    List<Seen> left = new ArrayList<>(all);
    for (int i = 0; i < count; i++) {
      Collections.swap(left, i, random.nextInt(i, left.size()));
    }
    return left.subList(0, count);
  }

  private static List<Double> masses(List<Seen> photos) {
    return photos.stream().map(Seen::mass).toList();
  }

  private static List<float[]> vectors(List<Seen> photos) {
    return photos.stream().map(Seen::vector).toList();
  }
}
