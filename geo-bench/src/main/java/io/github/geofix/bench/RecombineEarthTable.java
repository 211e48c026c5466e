package io.github.geofix.bench;

import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.earth.EarthBaselines;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthData.TestRendering;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotoOptions.Places;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.earth.LandCells;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Share;
import io.github.geofix.models.internal.io.Settings;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.Trainer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Trains recombine, size tiny, on the Earth data outside the held-out blocks, and looks photos of
 * May 2004 taken inside them up among all land cells of level 6 of these blocks: places and map
 * tiles that training never saw. Prints CSV, beside what can be found without learning.
 *
 * <p>Arguments: the steps (1056), the seed (1), then changes to the configuration such as {@code
 * loss.type=tuple}. Run from the project's folder.
 */
public final class RecombineEarthTable {
  private static final Path EARTH = Path.of("examples/data/earth");
  private static final int BATCH = 128;
  private static final int PHOTOS = 1_000;
  private static final int LEVEL = 6;
  private static final int[] KS = {1, 5, 10};

  private RecombineEarthTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    long steps = args.length > 0 ? Long.parseLong(args[0]) : 1_056;
    long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
    Map<String, String> settings = new LinkedHashMap<>();
    Arrays.stream(args)
        .skip(2)
        .map(arg -> arg.split("=", 2))
        .forEach(setting -> settings.put(setting[0], setting[1]));
    RecombineConfig config =
        Settings.apply(
            RecombineConfig.tiny().withMap(EARTH.resolve("earth-blue-marble.jpg").toString()),
            settings);

    EarthData data = EarthData.read(EARTH);
    EarthPhotoOptions options = EarthPhotoOptions.defaults().withSizeDegrees(4, 8);
    EarthPhotos training = data.trainingPhotos(options.withSeed(seed).withPlaces(Places.TRAINING));
    EarthPhotos test =
        data.testPhotos(TestRendering.MAY, options.withSeed(seed + 1).withPlaces(Places.HELD_OUT));
    LandCells cells = LandCells.of(test, LEVEL);
    // A photo on the border of a block may be in a cell without a grid point of land.
    List<EarthPhoto> photos =
        test.photos(0, PHOTOS + PHOTOS / 10).stream()
            .filter(photo -> cells.cellOf(photo.latLng()).isPresent())
            .limit(PHOTOS)
            .toList();
    List<LatLng> truths = photos.stream().map(EarthPhoto::latLng).toList();
    List<BufferedImage> images = photos.stream().map(EarthPhoto::image).toList();
    int[] cellOf = truths.stream().mapToInt(p -> cells.cellOf(p).orElseThrow()).toArray();

    System.out.println(
        "system,steps,seed,photos,gallery,"
            + "recallAt1,low,high,recallAt5,low,high,recallAt10,low,high,"
            + "within200,within750,within2500,medianKm");
    Row row = new Row(truths, cells.size());
    TrainOptions train = EarthTraining.options(steps, BATCH, seed);
    try (RecombineModel model = RecombineModel.create(config, List.of(), seed)) {
      double seconds = Trainer.of(model, train).fit(training.source(100 * BATCH)).seconds();
      List<String> tokens =
          IntStream.range(0, cells.size()).mapToObj(cells::s2Token).collect(Collectors.toList());
      model.setGallery(CellPartition.ofTokens(tokens));
      List<Location> found = model.localizer().locateImages(images);
      row.print(
          "recombine," + steps + "," + seed,
          IntStream.range(0, PHOTOS)
              .map(i -> rank(found.get(i), cells.s2Token(cellOf[i])))
              .toArray(),
          found.stream().map(Location::latLng).toList());
      System.out.printf(Locale.ROOT, "# trained in %.0f s%n", seconds);
    }

    EarthBaselines baselines = EarthBaselines.of(data.reference(), cells);
    SplittableRandom random = new SplittableRandom(seed);
    row.print(
        "chance,0," + seed,
        IntStream.range(0, PHOTOS).map(i -> random.nextInt(cells.size())).toArray(),
        baselines.chance(PHOTOS, seed));
    row.print(
        "meanColor,0," + seed,
        baselines.meanColorRanks(images, cellOf),
        baselines.meanColor(images));
    row.print(
        "correlation,0," + seed,
        baselines.correlationRanks(images, cellOf),
        baselines.correlation(images));
    row.print(
        "correlationSearch,0," + seed,
        baselines.correlationSearchRanks(images, cellOf),
        baselines.correlationSearch(images));
  }

  /** Returns where a cell stands among the candidates; behind all of them if it is not there. */
  private static int rank(Location location, String s2Token) {
    List<String> cells =
        location.candidates().stream().map(candidate -> candidate.cell().toString()).toList();
    int rank = cells.indexOf(s2Token);
    return rank < 0 ? cells.size() : rank;
  }

  private record Row(List<LatLng> truths, int gallery) {

    /**
     * Prints one row.
     *
     * @param ranks for each photo how many cells stand before its own
     */
    void print(String system, int[] ranks, List<LatLng> guesses) {
      String recalls =
          Arrays.stream(KS)
              .mapToObj(k -> Share.of(Arrays.stream(ranks).filter(r -> r < k).count(), PHOTOS))
              .map(
                  share ->
                      percent(share.accuracy())
                          + ","
                          + percent(share.low())
                          + ","
                          + percent(share.high()))
              .collect(Collectors.joining(","));
      DistanceReport distances = DistanceReport.of(truths, guesses, 200, 750, 2500);
      System.out.printf(
          Locale.ROOT,
          "%s,%d,%d,%s,%s,%s,%s,%.0f%n",
          system,
          PHOTOS,
          gallery,
          recalls,
          percent(distances.accuracyWithinKm(200)),
          percent(distances.accuracyWithinKm(750)),
          percent(distances.accuracyWithinKm(2500)),
          distances.errors().medianKm());
    }

    private static String percent(double share) {
      return String.format(Locale.ROOT, "%.1f", 100 * share);
    }
  }
}
