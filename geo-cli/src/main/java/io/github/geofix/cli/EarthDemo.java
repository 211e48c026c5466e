package io.github.geofix.cli;

import io.github.geofix.core.LatLng;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.earth.EarthBaselines;
import io.github.geofix.eval.earth.EarthData;
import io.github.geofix.eval.earth.EarthData.TestRendering;
import io.github.geofix.eval.earth.EarthImage;
import io.github.geofix.eval.earth.EarthPhoto;
import io.github.geofix.eval.earth.EarthPhotos;
import io.github.geofix.eval.earth.LandCells;
import io.github.geofix.models.io.Family;
import io.github.geofix.models.io.GeoModel;
import io.github.geofix.train.Progress;
import io.github.geofix.train.Provenance;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Trains a family on the Earth data and measures it on renderings it never saw, beside baselines
 * that learn nothing.
 *
 * <p>Photos to learn from are cut from the Blue Marble and Natural Earth II; photos to be tested on
 * from other renderings of the same planet. The places are shared, as with photos of one city by
 * two cameras.
 */
final class EarthDemo {

  /** The recipe: the settings under which the prototype of the embed family was measured. */
  record Recipe(String method, long steps, int testPhotos, long seed) {
    Recipe {
      if (steps < 1) {
        throw new IllegalArgumentException("steps must be 1 or more: " + steps);
      }
      if (testPhotos < DemoReport.PHOTOS_TO_TRY) {
        throw new IllegalArgumentException(
            "at least " + DemoReport.PHOTOS_TO_TRY + " test photos are needed: " + testPhotos);
      }
    }

    /** Steps, batch and rate of one family, fixed so that a slow machine learns as much. */
    static Recipe of(String method) {
      return new Recipe(method, 2_140, 1_000, 1);
    }

    Recipe withSteps(long newSteps) {
      return new Recipe(method, newSteps, testPhotos, seed);
    }

    Recipe withTestPhotos(int newTestPhotos) {
      return new Recipe(method, steps, newTestPhotos, seed);
    }

    TrainOptions trainOptions() {
      return TrainOptions.defaults()
          .withSteps(steps)
          .withBatchSize(128)
          .withLearningRate(3e-3)
          .withWeightDecay(0.02)
          .withSeed(seed);
    }
  }

  /** The figures on one rendering: the model's, and every baseline's by its key. */
  record Figures(DistanceReport model, Map<String, DistanceReport> baselines) {

    /** Returns the key of the baseline with the most photos within a distance, or "model". */
    String winnerWithin(double km) {
      String best = "model";
      double most = model.accuracyWithinKm(km);
      for (Map.Entry<String, DistanceReport> other : baselines.entrySet()) {
        if (other.getValue().accuracyWithinKm(km) > most) {
          best = other.getKey();
          most = other.getValue().accuracyWithinKm(km);
        }
      }
      return best;
    }
  }

  /** One tested photo. */
  record Tested(EarthPhoto photo, Location location) {}

  /** All that a report shows. */
  record Outcome(
      Recipe recipe,
      TrainReport training,
      Map<TestRendering, Figures> figures,
      Map<TestRendering, List<Tested>> tested,
      EarthImage reference,
      double evaluateSeconds) {}

  /** Hears how far the work is. */
  interface Listener {
    /** Called when a new stage begins. */
    void stage(String name);

    /** Called after each step of training. */
    void trained(Progress progress);
  }

  /** Photos of one epoch, only a unit of reporting: the generator never repeats a photo. */
  private static final int EPOCH = 128 * 100;

  /** Positions that decide which cells there are; enough that hardly any land cell is missed. */
  private static final int POSITIONS = 100_000;

  private static final List<Double> LIMITS_KM = List.of(25.0, 200.0, 750.0, 2500.0);

  private final Path folder;
  private final Recipe recipe;

  EarthDemo(Path folder, Recipe recipe) {
    this.folder = folder;
    this.recipe = recipe;
  }

  /**
   * Trains, saves the model, loads it again and measures what was loaded.
   *
   * @param model the folder to save the model in
   */
  Outcome run(Path model, Listener listener) {
    listener.stage("reading the imagery of " + folder);
    EarthData data = EarthData.read(folder);
    EarthPhotos.Options options = EarthPhotos.Options.defaults().withSeed(recipe.seed());
    EarthPhotos training = data.trainingPhotos(options);

    TrainReport report = train(training, model, listener);

    long start = System.nanoTime();
    EarthBaselines baselines = EarthBaselines.of(data.reference(), LandCells.of(training, 5));
    Map<TestRendering, Figures> figures = new LinkedHashMap<>();
    Map<TestRendering, List<Tested>> tested = new LinkedHashMap<>();
    try (Localizer localizer = Localizer.load(model)) {
      for (TestRendering rendering : TestRendering.values()) {
        listener.stage("testing on " + rendering.title());
        List<EarthPhoto> photos =
            data.testPhotos(rendering, options.withSeed(recipe.seed() + 1))
                .photos(0, recipe.testPhotos());
        List<Tested> answers = locate(localizer, photos);
        tested.put(rendering, answers);
        figures.put(rendering, figures(baselines, answers));
      }
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    return new Outcome(recipe, report, figures, tested, data.reference(), seconds);
  }

  private TrainReport train(EarthPhotos photos, Path folder, Listener listener) {
    listener.stage("training " + recipe.method() + " for " + recipe.steps() + " steps");
    List<LatLng> positions =
        LongStream.range(0, POSITIONS).parallel().mapToObj(i -> photos.view(i).center()).toList();
    try (GeoModel model =
        Family.named(recipe.method()).create("tiny", Map.of(), positions, recipe.seed())) {
      TrainReport report =
          Trainer.of(model, recipe.trainOptions())
              .onProgress(listener::trained)
              .fit(photos.source(EPOCH));
      String about = "crops of Blue Marble and Natural Earth II, " + photos.options();
      model.save(folder, Provenance.card(about, recipe.trainOptions(), report));
      return report;
    }
  }

  private static List<Tested> locate(Localizer localizer, List<EarthPhoto> photos) {
    List<Location> locations =
        localizer.locateImages(photos.stream().map(EarthPhoto::image).toList());
    return IntStream.range(0, photos.size())
        .mapToObj(i -> new Tested(photos.get(i), locations.get(i)))
        .toList();
  }

  private Figures figures(EarthBaselines baselines, List<Tested> tested) {
    List<LatLng> truths = tested.stream().map(t -> t.photo().latLng()).toList();
    List<BufferedImage> photos = tested.stream().map(t -> t.photo().image()).toList();
    Map<String, DistanceReport> others = new LinkedHashMap<>();
    others.put("chance", report(truths, baselines.chance(truths.size(), recipe.seed())));
    others.put("meanColour", report(truths, baselines.meanColor(photos)));
    others.put("correlation", report(truths, baselines.correlation(photos)));
    others.put("correlationSearch", report(truths, baselines.correlationSearch(photos)));
    return new Figures(
        DistanceReport.ofLocations(
            truths, tested.stream().map(Tested::location).toList(), LIMITS_KM),
        others);
  }

  private static DistanceReport report(List<LatLng> truths, List<LatLng> guesses) {
    return new DistanceReport(DistanceErrors.of(truths, guesses), LIMITS_KM, List.of());
  }
}
