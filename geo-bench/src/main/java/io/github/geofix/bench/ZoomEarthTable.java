package io.github.geofix.bench;

import io.github.geofix.core.Location;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthData.TestRendering;
import io.github.geofix.earth.EarthImage;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Sequences;
import io.github.geofix.eval.Share;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.zoom.ZoomConfig;
import io.github.geofix.models.zoom.ZoomModel;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Trains the smallest zoom model on the Earth data and measures it on renderings that it never saw;
 * prints CSV rows of one measure each. Measured are the answers of a greedy walk and of beams, with
 * and without the density mean; those from the true cell of the second step, as a coarser method
 * could name it; and the share of right children at each step when the model stands in the true
 * cell, beside a control that shows it the photo of another place.
 *
 * <p>Arguments, each as {@code name=value}: {@code earth} the folder of the Earth data; {@code map}
 * where views come from; {@code renderings} pictures to cut training photos from, in place of the
 * Blue Marble and Natural Earth II; {@code tests} further pictures to test on, besides May; {@code
 * places} ALL, or HELD_OUT to learn outside the held-out blocks and test inside them; {@code
 * childrenPerSide} K of each step; {@code backbone} of photos and views; {@code view} pixels of a
 * view; {@code steps}, {@code batch}, {@code rate} and {@code seed} of training; {@code contrast}
 * its weight; {@code photos} to test on; {@code model} a folder to load instead of training; {@code
 * run} a folder that a killed training is resumed in; {@code out} a folder to save the model in.
 */
public final class ZoomEarthTable {
  private static final List<Integer> WIDTHS = List.of(1, 4, 16, 20);

  /** A unit of reporting: the generator never repeats a photo. */
  private static final int EPOCH = 12_800;

  private ZoomEarthTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put("earth", "examples/data/earth");
    defaults.put("map", "");
    defaults.put("renderings", "");
    defaults.put("tests", "");
    defaults.put("places", "ALL");
    defaults.put("childrenPerSide", "4,4,4,4");
    defaults.put("backbone", "residual-small");
    defaults.put("view", "32");
    defaults.put("steps", "2400");
    defaults.put("batch", "128");
    defaults.put("rate", "3e-3");
    defaults.put("contrast", "1");
    defaults.put("seed", "1");
    defaults.put("photos", "1000");
    defaults.put("model", "");
    defaults.put("run", "");
    defaults.put("out", "");
    new Run(Arguments.of(ZoomEarthTable.class, args, defaults)).print();
  }

  private static final class Run {
    private final Arguments arguments;
    private final EarthData data;
    private final EarthPhotoOptions options;
    private final boolean heldOut;

    Run(Arguments arguments) {
      this.arguments = arguments;
      this.data = EarthData.read(Path.of(arguments.text("earth")));
      this.options = EarthPhotoOptions.defaults().withSeed(arguments.number("seed"));
      this.heldOut = arguments.text("places").equals("HELD_OUT");
    }

    void print() {
      System.out.println("# " + arguments.command());
      try (ZoomModel model = model()) {
        System.out.println("places,sides,tested,decoding,measure,value");
        EarthPhotoOptions tested =
            options
                .withSeed(options.seed() + 1)
                .withPlaces(
                    heldOut ? EarthPhotoOptions.Places.HELD_OUT : EarthPhotoOptions.Places.ALL);
        test(model, "may", data.testPhotos(TestRendering.MAY, tested));
        for (String picture : arguments.list("tests")) {
          EarthImage image = EarthImage.read(Path.of(picture));
          String name = String.valueOf(Path.of(picture).getFileName());
          test(model, name, EarthPhotos.of(data.land(), List.of(image), tested));
        }
      }
    }

    private ZoomModel model() {
      if (!arguments.text("model").isEmpty()) {
        return ZoomModel.load(ModelFolder.open(Path.of(arguments.text("model"))));
      }
      EarthPhotoOptions trained =
          options.withPlaces(
              heldOut ? EarthPhotoOptions.Places.TRAINING : EarthPhotoOptions.Places.ALL);
      EarthPhotos photos = trainingPhotos(trained);
      String map = arguments.text("map");
      ZoomConfig tiny =
          ZoomConfig.tiny(map.isEmpty() ? arguments.text("earth") + "/earth-blue-marble.jpg" : map);
      ZoomConfig config =
          tiny.withChildrenPerSide(
                  arguments.list("childrenPerSide").stream().map(Integer::valueOf).toList())
              .withEncoder(
                  new ZoomConfig.Encoder(
                      arguments.text("backbone"),
                      Backbone.ALL_BLOCKS,
                      tiny.encoder().photo(),
                      arguments.number("view")))
              .withHead(new ZoomConfig.ChildCosine(128, 0.07, arguments.decimal("contrast")));
      TrainOptions how =
          TrainOptions.defaults()
              .withSteps(arguments.number("steps"))
              .withBatchSize(arguments.number("batch"))
              .withLearningRate(arguments.decimal("rate"))
              .withWeightDecay(0.02)
              .withSeed(options.seed());
      ZoomModel model = ZoomModel.create(config, options.seed());
      Trainer trainer = Trainer.of(model, how).onEpoch(epoch -> System.err.println(epoch));
      String run = arguments.text("run");
      TrainReport report =
          run.isEmpty()
              ? trainer.fit(photos.source(EPOCH))
              : trainer.fit(photos.source(EPOCH), Path.of(run));
      System.out.printf(Locale.ROOT, "# trained in %.0f s%n", report.seconds());
      if (!arguments.text("out").isEmpty()) {
        model.save(
            Path.of(arguments.text("out")),
            report.card("crops of pictures of the Earth, " + trained, how));
      }
      return model;
    }

    private EarthPhotos trainingPhotos(EarthPhotoOptions trained) {
      List<String> renderings = arguments.list("renderings");
      return renderings.isEmpty()
          ? data.trainingPhotos(trained)
          : EarthPhotos.of(
              data.land(),
              renderings.stream().map(picture -> EarthImage.read(Path.of(picture))).toList(),
              trained);
    }

    private void test(ZoomModel model, String tested, EarthPhotos source) {
      List<EarthPhoto> photos = source.photos(0, arguments.number("photos"));
      List<BufferedImage> images = photos.stream().map(EarthPhoto::image).toList();
      List<LatLng> places = photos.stream().map(EarthPhoto::latLng).toList();
      for (int width : WIDTHS) {
        BeamOptions search = BeamOptions.ofWidth(width);
        List<Location> found = model.localizer(search).locateImages(images);
        List<LatLng> best = found.stream().map(f -> f.candidates().get(0).latLng()).toList();
        List<LatLng> means = found.stream().map(Location::latLng).toList();
        distances(model, tested, "beam " + width, places, best);
        distances(model, tested, "beam " + width + " density mean", places, means);
      }

      List<LatLng> below = new ArrayList<>();
      for (int i = 0; i < images.size(); i++) {
        CellPath start = model.grid().pathOf(places.get(i)).prefix(coarseSteps(model));
        below.add(model.locateFrom(images.get(i), List.of(new Hypothesis(start, 0))).latLng());
      }
      distances(model, tested, "from the true cell of step " + coarseSteps(model), places, below);
      steps(model, tested, "true cells", images, places);
      List<BufferedImage> others = new ArrayList<>(images);
      Collections.rotate(others, images.size() / 2);
      steps(model, tested, "true cells with another photo", others, places);
    }

    /** The number of steps to cells of 22.5 degrees, or the next larger ones: 2 for K = 4. */
    private static int coarseSteps(ZoomModel model) {
      int across = 1;
      int step = 0;
      while (across * model.grid().side(step) <= 16) {
        across *= model.grid().side(step++);
      }
      return step;
    }

    private void distances(
        ZoomModel model, String tested, String decoding, List<LatLng> truths, List<LatLng> found) {
      DistanceReport report = DistanceReport.of(truths, found, 200, 750, 2500);
      for (double km : report.limitsKm()) {
        double percent = 100 * report.accuracyWithinKm(km);
        row(model, tested, decoding, String.format(Locale.ROOT, "within %.0f km", km), percent);
      }
      row(model, tested, decoding, "median km", report.medianKm());
    }

    private void steps(
        ZoomModel model,
        String tested,
        String decoding,
        List<BufferedImage> images,
        List<LatLng> places) {
      List<int[]> truths =
          places.stream().map(place -> model.grid().pathOf(place).toArray()).toList();
      List<int[]> choices =
          model.teacherForcedChoices(images, places).stream().map(CellPath::toArray).toList();
      List<Share> steps = Sequences.of(truths, choices).steps();
      for (int step = 0; step < steps.size(); step++) {
        double percent = 100 * steps.get(step).accuracy();
        row(model, tested, decoding, "step " + (step + 1) + " right", percent);
      }
    }

    private void row(
        ZoomModel model, String tested, String decoding, String measure, double value) {
      String sides =
          String.join("-", model.config().childrenPerSide().stream().map(String::valueOf).toList());
      System.out.printf(
          Locale.ROOT,
          "%s,%s,%s,%s,%s,%.1f%n",
          heldOut ? "held-out" : "seen",
          sides,
          tested,
          decoding,
          measure,
          value);
    }
  }
}
