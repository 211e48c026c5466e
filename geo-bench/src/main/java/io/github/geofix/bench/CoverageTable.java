package io.github.geofix.bench;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.eval.RegionCoverage;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How often the 50 % and 90 % regions of each family's answers hold the truth: calibrated on photos
 * of the renderings of the training, or of one that it never saw, on other photos of that rendering
 * and of the others. Prints one CSV row for each, with 95 % Wilson intervals.
 *
 * <p>Arguments, all as {@code name=value}: {@code data}, the folder {@code examples/data/earth};
 * {@code models}, the folder that {@code geofix demo --all --out} wrote; {@code photos} of each
 * rendering to test on; {@code calibration}, how many others to calibrate on; {@code renderings}, a
 * folder with further ones; {@code families}; and {@code same=true} to test on the rendering that
 * was calibrated on alone.
 */
public final class CoverageTable {
  /** Neither the demo's training nor its test photos. */
  private static final long TEST_SEED = 2026;

  private static final long CALIBRATION_SEED = 2027;

  private CoverageTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    Arguments arguments =
        Arguments.of(
            CoverageTable.class,
            args,
            Map.of(
                "data", "examples/data/earth",
                "models", "all",
                "photos", "1000",
                "calibration", "500",
                "renderings", "",
                "families", "embed,token,zoom,recombine",
                "same", "false"));
    EarthData data = EarthData.read(Path.of(arguments.text("data")));
    Optional<Path> more =
        Optional.of(arguments.text("renderings")).filter(text -> !text.isEmpty()).map(Path::of);
    EarthPhotoOptions options = EarthPhotoOptions.defaults();
    Map<String, List<EarthPhoto>> tests = new LinkedHashMap<>();
    EarthRenderings.of(data, more, options.withSeed(TEST_SEED))
        .forEach((name, photos) -> tests.put(name, photos.photos(0, arguments.number("photos"))));
    boolean same = Boolean.parseBoolean(arguments.text("same"));
    Map<String, EarthPhotos> calibrations = new LinkedHashMap<>();
    if (!same) {
      calibrations.put("training", data.trainingPhotos(options.withSeed(CALIBRATION_SEED)));
    }
    calibrations.putAll(EarthRenderings.of(data, more, options.withSeed(CALIBRATION_SEED)));
    System.out.println("# " + arguments.command());
    System.out.println(
        "method,calibratedOn,temperature,scoreShare,rendering,photos,share,holdsTruth,low,high,"
            + "medianAreaKm2");
    for (String family : arguments.list("families")) {
      ModelFolder folder =
          ModelFolder.open(Path.of(arguments.text("models")).resolve(family).resolve("model"));
      try (GeoModel model = Family.of(folder).load(folder)) {
        calibrations.forEach(
            (name, photos) ->
                print(
                    name,
                    model,
                    model.calibrate(photos.source(arguments.number("calibration"))),
                    same ? Map.of(name, tests.getOrDefault(name, List.of())) : tests));
      }
    }
  }

  private static void print(
      String calibratedOn,
      GeoModel model,
      Calibration calibration,
      Map<String, List<EarthPhoto>> tests) {
    Localizer localizer = model.localizer();
    tests.forEach(
        (rendering, photos) -> {
          List<LatLng> truths = photos.stream().map(EarthPhoto::latLng).toList();
          List<Location> answers =
              localizer.locateImages(photos.stream().map(EarthPhoto::image).toList());
          List<RegionCoverage> regions = RegionCoverage.of(truths, answers);
          for (int i = 0; i < regions.size(); i++) {
            RegionCoverage coverage = regions.get(i);
            System.out.printf(
                Locale.ROOT,
                "%s,%s,%.3f,%.3f,%s,%d,%.2f,%.1f,%.1f,%.1f,%.0f%n",
                model.method(),
                calibratedOn,
                calibration.temperature(),
                calibration.regionShares().get(i),
                rendering,
                photos.size(),
                coverage.share(),
                100 * coverage.measured().accuracy(),
                100 * coverage.measured().low(),
                100 * coverage.measured().high(),
                coverage.medianAreaKm2());
          }
        });
  }
}
