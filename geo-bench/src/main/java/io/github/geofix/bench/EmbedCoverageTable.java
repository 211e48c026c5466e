package io.github.geofix.bench;

import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.RegionCoverage;
import io.github.geofix.eval.earth.EarthData;
import io.github.geofix.eval.earth.EarthPhoto;
import io.github.geofix.eval.earth.EarthPhotos;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.embed.EmbedModel.Config;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How often the 50 % and 90 % regions of the answers hold the truth: of a model as trained, and
 * calibrated on 500 photos of one rendering, on other photos of the same rendering and on those of
 * the others. Prints one CSV row for each, with 95 % Wilson intervals.
 *
 * <p>Arguments: {@code DATA MODEL SEED PHOTOS [RENDERINGS]}: a model folder of the embed family
 * trained on the Earth data, such as the demo leaves, or a number of steps to train one; the rest
 * as of {@link EmbedEarthTable}. The seed must be the model's, so that no photo was trained on.
 */
public final class EmbedCoverageTable {
  private static final int CALIBRATION = 500;

  private EmbedCoverageTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    if (args.length < 4) {
      System.err.println("usage: EmbedCoverageTable DATA MODEL SEED PHOTOS [RENDERINGS]");
      System.exit(2);
    }
    long seed = Long.parseLong(args[2]);
    int count = Integer.parseInt(args[3]);
    Optional<Path> more = args.length > 4 ? Optional.of(Path.of(args[4])) : Optional.empty();
    EarthData data = EarthData.read(Path.of(args[0]));
    EarthPhotos.Options options = EarthPhotos.Options.defaults();
    Map<String, List<EarthPhoto>> tests = new LinkedHashMap<>();
    EarthRenderings.of(data, more, options.withSeed(1000 + seed))
        .forEach((name, photos) -> tests.put(name, photos.photos(0, count)));
    System.out.println("# " + String.join(" ", args));
    System.out.println(
        "calibratedOn,temperature,scoreShare,rendering,photos,share,holdsTruth,low,high,medianAreaKm2");
    try (EmbedModel model = model(args[1], data, seed)) {
      print("nothing", model, tests);
      model.calibrate(EmbedEarth.training(data, 2000 + seed).source(CALIBRATION));
      print("training", model, tests);
      EarthRenderings.of(data, more, options.withSeed(2000 + seed))
          .forEach(
              (name, photos) -> {
                model.calibrate(photos.source(CALIBRATION));
                print(name, model, tests);
              });
    }
  }

  private static EmbedModel model(String folderOrSteps, EarthData data, long seed) {
    if (Files.isDirectory(Path.of(folderOrSteps))) {
      return EmbedModel.load(ModelFolder.open(Path.of(folderOrSteps)));
    }
    long steps = Long.parseLong(folderOrSteps);
    return EmbedEarth.trained(Config.tiny(), EmbedEarth.training(data, seed), steps, seed);
  }

  private static void print(
      String calibratedOn, EmbedModel model, Map<String, List<EarthPhoto>> tests) {
    tests.forEach(
        (rendering, photos) -> {
          DistanceReport report = EmbedEarth.report(model, photos);
          for (RegionCoverage coverage : report.regions()) {
            System.out.printf(
                Locale.ROOT,
                "%s,%.3f,%.3f,%s,%d,%.2f,%.1f,%.1f,%.1f,%.0f%n",
                calibratedOn,
                model.config().calibration().temperature(),
                model.config().calibration().regionShares().get(report.regions().indexOf(coverage)),
                rendering,
                report.count(),
                coverage.share(),
                100 * coverage.measured().accuracy(),
                100 * coverage.measured().low(),
                100 * coverage.measured().high(),
                coverage.medianAreaKm2());
          }
        });
  }
}
