package io.github.geofix.bench;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Share;
import io.github.geofix.models.token.Decoding;
import io.github.geofix.models.token.Decoding.BeamSearch;
import io.github.geofix.models.token.Decoding.DiverseBeamSearch;
import io.github.geofix.models.token.Decoding.Sampling;
import io.github.geofix.models.token.RewardScorer;
import io.github.geofix.models.token.Selection;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.Trainer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Trains the tiny token model on the Earth data and compares ways to find and choose its answers on
 * photos of other renderings, the same as those of {@link EmbedEarthTable}. Prints one CSV row for
 * each, with 95 % intervals.
 *
 * <p>Arguments: {@code DATA STEPS SEEDS [RENDERINGS]}: the folder {@code examples/data/earth}, the
 * steps of training, the seeds such as 1,2,3, and a folder with further renderings.
 */
public final class TokenEarthTable {
  private static final int BATCH = 128;
  private static final int TEST_PHOTOS = 1000;

  /** The reward scorer learns from photos that the network was not trained on. */
  private static final long SCORER_SEED = 2000;

  private static final int SCORER_STEPS = 300;

  /** Photos between two lines of the curve of the loss: the generator never repeats a photo. */
  private static final int EPOCH = BATCH * 100;

  private TokenEarthTable() {}

  private record Way(String decoding, String selection, Decoding find, Selection choose) {}

  /** Runs the program. */
  public static void main(String[] args) {
    if (args.length != 3 && args.length != 4) {
      System.err.println("usage: TokenEarthTable DATA STEPS SEEDS [RENDERINGS]");
      System.exit(2);
    }
    EarthData data = EarthData.read(Path.of(args[0]));
    Optional<Path> more = args.length == 4 ? Optional.of(Path.of(args[3])) : Optional.empty();
    System.out.println("# " + String.join(" ", args));
    System.out.println(
        "seed,rendering,decoding,selection,photos,medianKm,within25,within200,low200,high200,within750,"
            + "low750,high750,within2500,seconds");
    for (long seed : EarthRenderings.seeds(args[2])) {
      run(data, more, Long.parseLong(args[1]), seed);
    }
  }

  private static void run(EarthData data, Optional<Path> more, long steps, long seed) {
    EarthPhotoOptions photos = EarthPhotoOptions.defaults();
    EarthPhotos training = data.trainingPhotos(photos.withSeed(seed));
    EarthPhotos unseen = data.trainingPhotos(photos.withSeed(SCORER_SEED + seed));
    TrainOptions options = EarthTraining.options(steps, BATCH, seed);
    try (TokenModel model = TokenModel.create(TokenConfig.tiny(), seed);
        RewardScorer scorer = RewardScorer.create(model, seed)) {
      Trainer.of(model, options).fit(training.source(EPOCH));
      Trainer.of(scorer, options.withSteps(SCORER_STEPS)).fit(unseen.source(EPOCH));
      List<Way> ways = ways(model.answerOptions().meanKm(), scorer, seed);
      EarthRenderings.of(data, more, photos.withSeed(1000 + seed))
          .forEach(
              (rendering, generator) -> {
                List<EarthPhoto> test = generator.photos(0, TEST_PHOTOS);
                for (Way way : ways) {
                  Localizer localizer = model.localizer(way.find(), way.choose());
                  print(seed + "," + rendering, way, localizer, test);
                }
              });
    }
  }

  private static List<Way> ways(double meanKm, RewardScorer scorer, long seed) {
    List<Way> ways = new ArrayList<>();
    ways.add(new Way("greedy", "mostProbable", BeamSearch.greedy(), Selection.mostProbable()));
    for (int width : new int[] {20, 64}) {
      Decoding beam = BeamSearch.ofWidth(width);
      ways.add(new Way("beam" + width, "mostProbable", beam, Selection.mostProbable()));
      ways.add(new Way("beam" + width, "medoid", beam, Selection.medoid()));
      ways.add(new Way("beam" + width, "density", beam, Selection.density(meanKm)));
    }
    Decoding diverse = DiverseBeamSearch.of(4, 5, 0.5);
    ways.add(new Way("diverse4x5", "density", diverse, Selection.density(meanKm)));
    for (double temperature : new double[] {0.7, 1}) {
      Decoding draw = Sampling.of(30, seed).withTemperature(temperature);
      String name = "sample30at" + temperature;
      ways.add(new Way(name, "mostProbable", draw, Selection.mostProbable()));
      ways.add(new Way(name, "medoid", draw, Selection.medoid()));
      ways.add(new Way(name, "density", draw, Selection.density(meanKm)));
      ways.add(new Way(name, "reward", draw, scorer));
      ways.add(new Way(name, "rewardAsPublished", draw, scorer.asPublished()));
    }
    return ways;
  }

  private static void print(String run, Way way, Localizer localizer, List<EarthPhoto> test) {
    long start = System.nanoTime();
    List<BufferedImage> images = test.stream().map(EarthPhoto::image).toList();
    List<LatLng> answers = localizer.locateImages(images).stream().map(Location::latLng).toList();
    double seconds = (System.nanoTime() - start) / 1e9;
    DistanceReport report =
        DistanceReport.of(
            test.stream().map(EarthPhoto::latLng).toList(), answers, 25, 200, 750, 2500);
    Share within200 = report.errors().withinKm(200);
    Share within750 = report.errors().withinKm(750);
    System.out.printf(
        Locale.ROOT,
        "%s,%s,%s,%d,%.0f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f%n",
        run,
        way.decoding(),
        way.selection(),
        report.count(),
        report.medianKm(),
        100 * report.accuracyWithinKm(25),
        100 * within200.accuracy(),
        100 * within200.low(),
        100 * within200.high(),
        100 * within750.accuracy(),
        100 * within750.low(),
        100 * within750.high(),
        100 * report.accuracyWithinKm(2500),
        seconds);
  }
}
