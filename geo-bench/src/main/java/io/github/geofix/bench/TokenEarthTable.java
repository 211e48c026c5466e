package io.github.geofix.bench;

import io.github.geofix.core.LatLng;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.earth.EarthData;
import io.github.geofix.eval.earth.EarthData.TestRendering;
import io.github.geofix.eval.earth.EarthPhoto;
import io.github.geofix.eval.earth.EarthPhotos;
import io.github.geofix.models.token.BeamSearch;
import io.github.geofix.models.token.Decoding;
import io.github.geofix.models.token.DiverseBeamSearch;
import io.github.geofix.models.token.Sampling;
import io.github.geofix.models.token.Selection;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Trains the tiny token model on the Earth data and compares ways to find and choose its answers on
 * photos of another month. Prints one CSV row for each, with 95 % intervals.
 *
 * <p>Arguments: the folder of the imagery, a run folder that training goes on in if it was stopped,
 * and the number of steps, 1,467 by default.
 */
public final class TokenEarthTable {
  private static final int STEPS = 1467;
  private static final int BATCH = 128;
  private static final int TEST_PHOTOS = 1000;
  private static final long SEED = 1;

  /** Photos between two lines of the curve of the loss: the generator never repeats a photo. */
  private static final int EPOCH = BATCH * 100;

  private TokenEarthTable() {}

  private record Way(String decoding, String selection, Decoding find, Selection choose) {}

  /** Runs the program. */
  public static void main(String[] args) {
    Path run = Path.of(args[1]);
    int steps = args.length > 2 ? Integer.parseInt(args[2]) : STEPS;
    EarthData data = EarthData.read(Path.of(args[0]));
    EarthPhotos.Options photos = EarthPhotos.Options.defaults().withSeed(SEED);
    TrainOptions options =
        TrainOptions.defaults()
            .withSteps(steps)
            .withBatchSize(BATCH)
            .withLearningRate(2e-3)
            .withWeightDecay(0.02)
            .withSeed(SEED);
    try (TokenModel model = TokenModel.create(TokenModel.Config.tiny(), SEED)) {
      TrainReport report =
          Trainer.of(model, options)
              .onEpoch(epoch -> System.err.println(epoch))
              .fit(data.trainingPhotos(photos).source(EPOCH), run);
      System.out.println("# " + report);
      List<EarthPhoto> test =
          data.testPhotos(TestRendering.MAY, photos.withSeed(SEED + 1)).photos(0, TEST_PHOTOS);
      System.out.println(
          "decoding,selection,photos,medianKm,within25,within200,low200,high200,within750,low750,"
              + "high750,within2500,seconds");
      for (Way way : ways(model.config().densityKm())) {
        print(way, model.localizer(way.find(), way.choose()), test);
      }
    }
  }

  private static List<Way> ways(double densityKm) {
    List<Way> ways = new ArrayList<>();
    ways.add(new Way("greedy", "mostProbable", BeamSearch.greedy(), Selection.mostProbable()));
    for (int width : new int[] {20, 64}) {
      Decoding beam = BeamSearch.ofWidth(width);
      ways.add(new Way("beam" + width, "mostProbable", beam, Selection.mostProbable()));
      ways.add(new Way("beam" + width, "medoid", beam, Selection.medoid()));
      ways.add(new Way("beam" + width, "density", beam, Selection.density(densityKm)));
    }
    Decoding diverse = DiverseBeamSearch.of(4, 5, 0.5);
    ways.add(new Way("diverse4x5", "density", diverse, Selection.density(densityKm)));
    for (double temperature : new double[] {0.7, 1}) {
      Decoding draw = Sampling.of(30, SEED).withTemperature(temperature);
      String name = "sample30at" + temperature;
      ways.add(new Way(name, "mostProbable", draw, Selection.mostProbable()));
      ways.add(new Way(name, "medoid", draw, Selection.medoid()));
      ways.add(new Way(name, "density", draw, Selection.density(densityKm)));
    }
    return ways;
  }

  private static void print(Way way, Localizer localizer, List<EarthPhoto> test) {
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
        "%s,%s,%d,%.0f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f%n",
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
