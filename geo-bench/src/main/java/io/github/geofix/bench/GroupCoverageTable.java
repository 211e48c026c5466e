package io.github.geofix.bench;

import io.github.geofix.core.PhotoSource.LabeledPhoto;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
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
    System.out.println("method,seed,leftOut," + ShiftCoverage.COLUMNS);
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
    int tested = arguments.number("photos");
    new ShiftCoverage(
            labeled(calibrating),
            labeled(ruling),
            groups,
            // Other photos of the rendering that is left out.
            labeled(tests.photos(tested, 2 * count)),
            labeled(tests.photos(0, tested)),
            Optional.empty())
        .print(
            model,
            model.method() + "," + seed + "," + leftOut,
            arguments.list("ways"),
            new ErrorBound(arguments.decimal("km"), arguments.decimal("confidence"), 0.1));
  }

  private static List<LabeledPhoto> labeled(List<EarthPhoto> photos) {
    return photos.stream().map(photo -> new LabeledPhoto(photo.image(), photo.latLng())).toList();
  }
}
