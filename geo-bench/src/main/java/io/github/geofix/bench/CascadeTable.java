package io.github.geofix.bench;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.cascade.Cascade;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.earth.EarthBaselines;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.LandCells;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a cascade is worth: every family alone and in cascades on the same photos of the Earth data,
 * beside correlation with search. Prints one CSV row for each system and rendering, with 95 %
 * Wilson intervals and the time a photo takes, then what each stage cost.
 *
 * <p>Arguments: {@code DATA MODELS PHOTOS [RENDERINGS]}: the folder {@code examples/data/earth},
 * the folder that {@code geofix demo --all --out} wrote, the photos of each rendering, and a folder
 * with further renderings.
 */
public final class CascadeTable {
  private static final List<Double> LIMITS_KM = List.of(25.0, 200.0, 750.0, 2500.0);

  /** Neither the demo's training nor its test photos. */
  private static final long SEED = 2026;

  private static final List<List<String>> SYSTEMS =
      List.of(
          List.of("embed"),
          List.of("token"),
          List.of("zoom"),
          List.of("recombine"),
          List.of("embed", "zoom"),
          List.of("embed", "recombine"),
          List.of("embed", "zoom", "recombine"),
          List.of("token", "recombine"),
          List.of("token", "zoom", "recombine"));

  private CascadeTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    if (args.length < 3) {
      System.err.println("usage: CascadeTable DATA MODELS PHOTOS [RENDERINGS]");
      System.exit(2);
    }
    EarthData data = EarthData.read(Path.of(args[0]));
    Path models = Path.of(args[1]);
    Optional<Path> more = args.length > 3 ? Optional.of(Path.of(args[3])) : Optional.empty();
    Map<String, List<EarthPhoto>> tests = new LinkedHashMap<>();
    EarthPhotoOptions options = EarthPhotoOptions.defaults().withSeed(SEED);
    EarthRenderings.of(data, more, options)
        .forEach((name, photos) -> tests.put(name, photos.photos(0, Integer.parseInt(args[2]))));
    System.out.println("# " + String.join(" ", args));
    System.out.println(
        "system,rendering,photos,medianKm,within25,low,high,within200,low,high,"
            + "within750,low,high,within2500,low,high,millisAPhoto");
    EarthBaselines baselines =
        EarthBaselines.of(data.reference(), LandCells.of(data.trainingPhotos(options), 5));
    tests.forEach(
        (rendering, photos) -> {
          long start = System.nanoTime();
          List<LatLng> guesses = baselines.correlationSearch(images(photos));
          print("correlation-search", rendering, photos, guesses, System.nanoTime() - start);
        });
    List<String> costs = new ArrayList<>();
    for (List<String> system : SYSTEMS) {
      run(system, models, tests, costs);
    }
    System.out.println("# cascade,stage,photos,candidates,millisAPhoto");
    costs.forEach(System.out::println);
  }

  private static void run(
      List<String> methods, Path models, Map<String, List<EarthPhoto>> tests, List<String> costs) {
    String name = String.join(">", methods);
    List<Path> folders =
        methods.stream()
            .map(method -> models.resolve(method).resolve("model"))
            .collect(Collectors.toList());
    try (Localizer localizer =
        folders.size() == 1
            ? Localizer.load(folders.get(0))
            : Cascade.load(folders.get(0), folders.subList(1, folders.size()))) {
      tests.forEach(
          (rendering, photos) -> {
            long start = System.nanoTime();
            List<LatLng> guesses =
                localizer.locateImages(images(photos)).stream().map(Location::latLng).toList();
            print(name, rendering, photos, guesses, System.nanoTime() - start);
          });
      if (localizer instanceof Cascade cascade) {
        for (Cascade.Cost cost : cascade.costs()) {
          costs.add(
              String.format(
                  Locale.ROOT,
                  "# %s,%s,%d,%d,%.2f",
                  name,
                  cost.stage(),
                  cost.photos(),
                  cost.candidates(),
                  1000 * cost.seconds() / cost.photos()));
        }
      }
    }
  }

  private static List<BufferedImage> images(List<EarthPhoto> photos) {
    return photos.stream().map(EarthPhoto::image).toList();
  }

  private static void print(
      String system, String rendering, List<EarthPhoto> photos, List<LatLng> guesses, long nanos) {
    List<LatLng> truths = photos.stream().map(EarthPhoto::latLng).toList();
    DistanceReport report =
        new DistanceReport(DistanceErrors.of(truths, guesses), LIMITS_KM, List.of());
    System.out.printf(
        Locale.ROOT,
        "%s,%s,%d,%.0f,%s,%.2f%n",
        system,
        rendering,
        photos.size(),
        report.medianKm(),
        ShareColumns.of(report),
        nanos / 1e6 / photos.size());
  }
}
