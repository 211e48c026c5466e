package io.github.geofix.earth.demo;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.earth.EarthBaselines;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthData.TestRendering;
import io.github.geofix.earth.EarthImage;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.earth.LandCells;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.RiskCoverage;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import io.github.geofix.train.Trainer.Progress;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;

/**
 * Trains families on the Earth data and measures them on renderings they never saw, on the same
 * photos, beside baselines that learn nothing.
 *
 * <p>Photos to learn from are cut from the Blue Marble and Natural Earth II; photos to be tested on
 * from other renderings of the same planet. The places are shared, as with photos of one city by
 * two cameras.
 */
public final class EarthDemo {

  /** Within this distance an answer counts as right in risk-coverage curves. */
  static final double RIGHT_KM = 750;

  /**
   * The figures on one rendering.
   *
   * @param model the distances of the model's answers
   * @param riskCoverage the risk of answers farther off than 750 km by the photos answered
   * @param baselines the distances of every baseline by its key
   */
  public record Figures(
      DistanceReport model, RiskCoverage riskCoverage, Map<String, DistanceReport> baselines) {

    /**
     * Returns who has the most photos within a distance: the key of a baseline, "model", or "tie"
     * if several have as many.
     */
    public String winnerWithin(double km) {
      Map<String, DistanceReport> systems = new LinkedHashMap<>(baselines);
      systems.put("model", model);
      double most =
          systems.values().stream().mapToDouble(s -> s.accuracyWithinKm(km)).max().orElseThrow();
      List<String> best =
          systems.entrySet().stream()
              .filter(system -> system.getValue().accuracyWithinKm(km) == most)
              .map(Map.Entry::getKey)
              .toList();
      return best.size() == 1 ? best.get(0) : "tie";
    }
  }

  /** A tested photo that the report shows. */
  public record Tested(EarthPhoto photo, Location location) {}

  /**
   * What a trained model costs.
   *
   * @param parameters learned numbers
   * @param folderBytes size of the model folder
   * @param locateSeconds time to locate all test photos, in batches
   * @param photos how many these were
   */
  public record Cost(long parameters, long folderBytes, double locateSeconds, int photos) {
    /** Returns the time to locate one photo. */
    public double millisPerPhoto() {
      return 1e3 * locateSeconds / photos;
    }
  }

  /** All that a report shows of one family. */
  public record Outcome(
      DemoRecipe recipe,
      TrainReport training,
      Map<TestRendering, Figures> figures,
      List<Tested> shown,
      EarthImage reference,
      Cost cost,
      double evaluateSeconds,
      List<Sample> samples) {}

  /**
   * A photo left behind to try the model on.
   *
   * @param photo its file
   * @param latLng where the model places it
   */
  public record Sample(Path photo, LatLng latLng) {}

  /** Hears how far the work is. */
  public interface Listener {
    /** Called when a new stage begins. */
    void stage(String name);

    /** Called after each step of training. */
    void trained(Progress progress);
  }

  /** Photos of one rendering, and the errors of the baselines on them. */
  private record TestSet(List<EarthPhoto> photos, Map<String, DistanceReport> baselines) {
    List<BufferedImage> images() {
      return photos.stream().map(EarthPhoto::image).toList();
    }

    List<LatLng> truths() {
      return photos.stream().map(EarthPhoto::latLng).toList();
    }
  }

  /** Photos of one epoch, only a unit of reporting: the generator never repeats a photo. */
  private static final int EPOCH = 128 * 100;

  /** Positions that decide which cells there are; enough that hardly any land cell is missed. */
  private static final int POSITIONS = 100_000;

  /** No recipe trains with it: another seed gives other places, sizes, rotations and looks. */
  private static final long TEST_SEED = 0;

  /** Fresh photos of the renderings that are trained on, so that test renderings stay unseen. */
  private static final long CALIBRATION_SEED = -1;

  private static final int CALIBRATION_PHOTOS = 500;

  /** Photos left behind to try the model on. */
  private static final int SAMPLES = 3;

  private static final List<Double> LIMITS_KM = List.of(25.0, 200.0, 750.0, 2500.0);

  private final EarthData data;
  private final int testPhotos;
  private final Listener listener;
  private final Map<TestRendering, TestSet> testSets = new EnumMap<>(TestRendering.class);

  /**
   * Reads the imagery.
   *
   * @param folder the Earth data
   * @param testPhotos photos to test on of each rendering
   */
  public EarthDemo(Path folder, int testPhotos, Listener listener) {
    if (testPhotos < SAMPLES) {
      throw new IllegalArgumentException(
          "at least " + SAMPLES + " test photos are needed: " + testPhotos);
    }
    listener.stage("reading the imagery of " + folder);
    this.data = EarthData.read(folder);
    this.testPhotos = testPhotos;
    this.listener = listener;
  }

  /**
   * Trains, saves the model, loads it once and measures what was loaded.
   *
   * @param folder receives {@code model/} and {@code photos/}
   */
  public Outcome run(DemoRecipe recipe, Path folder) {
    Path modelFolder = folder.resolve("model");
    ModelFolder.check(modelFolder);
    TrainReport report = train(recipe, modelFolder);

    long start = System.nanoTime();
    Map<TestRendering, Figures> figures = new LinkedHashMap<>();
    List<Tested> shown = new ArrayList<>();
    ModelFolder opened = ModelFolder.open(modelFolder);
    try (GeoModel model = Family.of(opened).load(opened);
        Localizer localizer = model.localizer()) {
      double locateSeconds = 0;
      for (TestRendering rendering : TestRendering.values()) {
        TestSet set = testSets.computeIfAbsent(rendering, this::testSet);
        listener.stage("testing " + recipe.method() + " on " + rendering.title());
        long began = System.nanoTime();
        List<Location> locations = localizer.locateImages(set.images());
        locateSeconds += (System.nanoTime() - began) * 1e-9;
        if (rendering == TestRendering.MAY) {
          shown.addAll(shown(set.photos(), locations));
        }
        DistanceReport distances = DistanceReport.ofLocations(set.truths(), locations, LIMITS_KM);
        figures.put(
            rendering, new Figures(distances, riskCoverage(distances, locations), set.baselines()));
      }
      Cost cost =
          new Cost(
              model.network().parameterCount(),
              bytes(modelFolder),
              locateSeconds,
              testPhotos * TestRendering.values().length);
      double seconds = (System.nanoTime() - start) * 1e-9;
      List<Sample> samples =
          samples(shown, folder.resolve("photos")).stream()
              .map(photo -> new Sample(photo, localizer.locate(photo).latLng()))
              .toList();
      return new Outcome(recipe, report, figures, shown, data.reference(), cost, seconds, samples);
    }
  }

  private static RiskCoverage riskCoverage(DistanceReport distances, List<Location> locations) {
    boolean[] right = new boolean[locations.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = distances.errors().km(i) <= RIGHT_KM;
    }
    return RiskCoverage.of(locations.stream().mapToDouble(Location::score).toArray(), right);
  }

  /**
   * Returns the photos that a report shows. Of those not shown in detail only the position is kept:
   * candidates and regions of thousands of photos would fill the memory.
   */
  private static List<Tested> shown(List<EarthPhoto> photos, List<Location> locations) {
    return IntStream.range(0, Math.min(DemoReport.PHOTOS_ON_THE_MAP, photos.size()))
        .mapToObj(
            i -> {
              Location location = locations.get(i);
              return new Tested(
                  photos.get(i),
                  i < DemoReport.PHOTOS_IN_DETAIL
                      ? location
                      : new Location(location.latLng(), location.candidates().subList(0, 1)));
            })
        .toList();
  }

  /** Writes the first photos, to try the model on; returns their files. */
  private static List<Path> samples(List<Tested> tested, Path folder) {
    List<Path> files = new ArrayList<>();
    AtomicFiles.writeFolder(
        folder,
        temporary -> {
          for (int i = 0; i < SAMPLES; i++) {
            // One of them as JPEG: both formats are what users bring.
            String format = i == 1 ? "jpg" : "png";
            String name = "may-" + (i + 1) + "." + format;
            ImageIO.write(tested.get(i).photo().image(), format, temporary.resolve(name).toFile());
            files.add(folder.resolve(name));
          }
        });
    return files;
  }

  private TrainReport train(DemoRecipe recipe, Path folder) {
    EarthPhotos photos = data.trainingPhotos(options().withSeed(recipe.seed()));
    listener.stage("training " + recipe.method() + " for " + recipe.steps() + " steps");
    List<LatLng> positions =
        LongStream.range(0, POSITIONS).parallel().mapToObj(i -> photos.view(i).center()).toList();
    try (GeoModel model =
        Family.named(recipe.method()).create("tiny", recipe.settings(), positions, recipe.seed())) {
      TrainReport report =
          Trainer.of(model, recipe.trainOptions())
              .onProgress(listener::trained)
              .fit(photos.source(EPOCH));
      listener.stage("calibrating " + recipe.method());
      model.calibrate(
          data.trainingPhotos(options().withSeed(CALIBRATION_SEED)).source(CALIBRATION_PHOTOS));
      String about = "crops of Blue Marble and Natural Earth II, " + photos.options();
      model.save(folder, report.card(about, recipe.trainOptions()));
      return report;
    }
  }

  private static EarthPhotoOptions options() {
    return EarthPhotoOptions.defaults();
  }

  private TestSet testSet(TestRendering rendering) {
    listener.stage("cutting photos of " + rendering.title() + " and asking the baselines");
    EarthPhotos source = data.testPhotos(rendering, options().withSeed(TEST_SEED));
    TestSet bare = new TestSet(source.photos(0, testPhotos), Map.of());
    List<LatLng> truths = bare.truths();
    List<BufferedImage> images = bare.images();
    EarthBaselines baselines = EarthBaselines.of(data.reference(), LandCells.of(source, 5));
    Map<String, DistanceReport> reports = new LinkedHashMap<>();
    reports.put("chance", report(truths, baselines.chance(truths.size(), TEST_SEED)));
    reports.put("meanColor", report(truths, baselines.meanColor(images)));
    reports.put("correlation", report(truths, baselines.correlation(images)));
    reports.put("correlationSearch", report(truths, baselines.correlationSearch(images)));
    return new TestSet(bare.photos(), reports);
  }

  private static long bytes(Path folder) {
    try (var files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DistanceReport report(List<LatLng> truths, List<LatLng> guesses) {
    return new DistanceReport(DistanceErrors.of(truths, guesses), LIMITS_KM, List.of());
  }
}
