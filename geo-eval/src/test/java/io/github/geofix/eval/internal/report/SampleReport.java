package io.github.geofix.eval.internal.report;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.Region;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Matches;
import io.github.geofix.eval.PhotoReport.Confusion;
import io.github.geofix.eval.PhotoReport.Reliability;
import io.github.geofix.eval.RetrievalEvaluator;
import io.github.geofix.eval.RetrievalReport;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * A report of every kind of section, from made-up guesses: for the tests, and to look at.
 *
 * <p>Run {@link #main} with a file to write and, optionally, an equirectangular image of the Earth.
 */
final class SampleReport {

  private static final double[] LIMITS = {200, 750, 2500};

  private SampleReport() {}

  public static void main(String[] args) throws IOException {
    BufferedImage earth = args.length > 1 ? ImageIO.read(new File(args[1])) : painted();
    of(1, earth).write(Path.of(args[0]));
  }

  static ReportPage of(long seed, BufferedImage earth) {
    Random random = new Random(seed);
    CellPartition cells = CellPartition.fixedLevel(grid(), 4);
    List<LatLng> truths = new ArrayList<>();
    List<String> regions = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      truths.add(new LatLng(random.nextDouble(-55, 72), random.nextDouble(-180, 180)));
      regions.add(region(truths.get(i)));
    }
    List<LatLng> guesses = truths.stream().map(truth -> guess(truth, 0.8, random)).toList();
    Map<String, DistanceReport> systems = new LinkedHashMap<>();
    systems.put("embed", DistanceReport.of(truths, guesses, 25, LIMITS));
    systems.put("correlation with search", shaken(truths, 0.7, random));
    systems.put("correlation", shaken(truths, 0.4, random));
    systems.put("mean color", shaken(truths, 0.1, random));
    systems.put("chance", shaken(truths, 0, random));
    Map<String, DistanceErrors> errors = new LinkedHashMap<>();
    systems.forEach((name, report) -> errors.put(name, report.errors()));

    List<LocatedPhoto> photos = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      LatLng guess = guesses.get(i);
      LatLng second = guess(guess, 0.5, random);
      List<Candidate> candidates = new ArrayList<>();
      double[] scores = new double[cells.size()];
      for (int label = 0; label < cells.size(); label++) {
        double score =
            0.6 * near(cells.centerOf(label), guess) + 0.3 * near(cells.centerOf(label), second);
        scores[label] = score;
        candidates.add(
            new Candidate(cells.centerOf(label), score, cells.radiusKm(label), cells.cell(label)));
      }
      candidates.sort(Comparator.comparingDouble(Candidate::score).reversed());
      photos.add(
          LocatedPhoto.of(
                  "crop-%04d.png".formatted(i),
                  truths.get(i),
                  i == 0 ? zoomed(guess) : new Location(guess, candidates, regions(cells, scores)))
              .withPicture("photo", EmbeddedImage.jpeg(crop(earth, truths.get(i))))
              .withPicture("map at truth", EmbeddedImage.jpeg(crop(earth, truths.get(i))))
              .withPicture("map at guess", EmbeddedImage.jpeg(crop(earth, guess))));
    }
    List<LocatedPhoto> sample = new ArrayList<>(photos);
    for (int i = 12; i < 80; i++) {
      sample.add(LocatedPhoto.of("crop-%04d.png".formatted(i), truths.get(i), guesses.get(i)));
    }
    DistanceReport ours = systems.values().iterator().next();
    return ReportPage.titled("Sample report")
        .subtitle("Made-up guesses for 400 points, to look at every kind of section.")
        .world(earth)
        .add(
            ReportSection.headline(
                "At a glance",
                "",
                List.of(
                    figure("within 200 km", ours, 200),
                    figure("within 750 km", ours, 750),
                    new ReportSection.Figure(
                        Html.distance(ours.medianKm()), "median error", "half are nearer"),
                    new ReportSection.Figure("400", "photos", "none seen in training"))))
        .add(
            ReportSection.comparison(
                "Accuracy",
                "The share of photos placed within each distance, with 95 % intervals.",
                systems))
        .add(
            ReportSection.errorCurves(
                "Error curve",
                "The share of photos within any distance. Point at the curve, or use the arrow"
                    + " keys.",
                errors,
                ours.limitsKm()))
        .add(
            ReportSection.worldMap(
                "Where the photos went", "A random sample of 80 photos.", sample, 200, 750))
        .add(
            ReportSection.photos(
                "Photo by photo", "A sample of the same photos.", photos, 200, 750))
        .add(
            ReportSection.cellMap(
                "Where the points lie",
                "Cells of 3 to 20 points.",
                CellPartition.adaptive(
                    truths, AdaptiveOptions.defaults().withMinPoints(3).withMaxPoints(20))))
        .add(
            ReportSection.reliability(
                "Calibration", "An answer is right when it is within 750 km.", reliability(random)))
        .add(
            ReportSection.confusion(
                "Confusion between regions",
                "",
                Confusion.of(regions, guesses.stream().map(SampleReport::region).toList())))
        .add(ReportSection.table("All figures", "", DistanceReport.table(systems)))
        .add(ReportSection.text("What this does not show", "Anything.\n\nIt is made up."))
        .provenance("seed", Long.toString(seed));
  }

  /** Returns the page of a search for 24 photos among 40 aerial images, some of them missed. */
  static ReportPage ofSearch(long seed) {
    Random random = new Random(seed);
    float[][] gallery = new float[40][8];
    for (float[] row : gallery) {
      for (int d = 0; d < row.length; d++) {
        row[d] = (float) random.nextGaussian();
      }
    }
    float[][] queries = new float[24][8];
    for (int i = 0; i < queries.length; i++) {
      for (int d = 0; d < 8; d++) {
        queries[i][d] = gallery[i][d] + (float) random.nextGaussian();
      }
    }
    Matches matches = Matches.of(IntStream.range(0, queries.length).toArray());
    RetrievalEvaluator evaluator = RetrievalEvaluator.recallAt(1, 5, 10);
    RetrievalReport report =
        evaluator.evaluate(Embeddings.of(queries), Embeddings.of(gallery), matches);
    Optional<EmbeddedImage> picture = Optional.of(EmbeddedImage.thumbnail(painted(), 64));
    List<RetrievedPhoto> photos = new ArrayList<>();
    for (int i = 0; i < queries.length; i++) {
      int query = i;
      List<RetrievedPhoto.Found> found =
          evaluator.best(Embeddings.of(queries), query, Embeddings.of(gallery), 5).stream()
              .map(
                  ranked ->
                      new RetrievedPhoto.Found(
                          "tile-%02d.png".formatted(ranked.row()),
                          ranked.score(),
                          matches.judge(query, ranked.row()),
                          picture))
              .toList();
      photos.add(
          new RetrievedPhoto(
              "photo-%02d.png".formatted(query), report.rank(query) + 1, picture, picture, found));
    }
    return ReportPage.ofRetrieval("made up", report, photos);
  }

  private static List<ScoreRegion> regions(CellPartition cells, double[] scores) {
    return List.of(
        new ScoreRegion(0.5, Region.holding(0.5, cells, scores)),
        new ScoreRegion(0.9, Region.holding(0.9, cells, scores)));
  }

  /** As a system answers that walks through tiles. */
  private static Location zoomed(LatLng guess) {
    Tile tile = Tile.of(guess, 6);
    return new Location(guess, List.of(new Candidate(guess, 1, 300, tile)));
  }

  private static ReportSection.Figure figure(String label, DistanceReport report, double km) {
    return new ReportSection.Figure(
        Math.round(1000 * report.accuracyWithinKm(km)) / 10.0 + " %",
        label,
        report.errors().withinKm(km).toString());
  }

  private static DistanceReport shaken(List<LatLng> truths, double skill, Random random) {
    return DistanceReport.of(
        truths, truths.stream().map(t -> guess(t, skill, random)).toList(), 25, LIMITS);
  }

  private static LatLng guess(LatLng truth, double skill, Random random) {
    if (random.nextDouble() > skill) {
      return new LatLng(random.nextDouble(-55, 72), random.nextDouble(-180, 180));
    }
    double degrees = Math.exp(random.nextGaussian() * 1.3);
    return LatLng.wrapped(
        Math.max(-85, Math.min(85, truth.latitude() + degrees * random.nextGaussian())),
        truth.longitude() + degrees * random.nextGaussian());
  }

  private static double near(LatLng a, LatLng b) {
    double degrees = Math.hypot(a.latitude() - b.latitude(), a.longitude() - b.longitude());
    return Math.exp(-degrees * degrees / 90);
  }

  private static Reliability reliability(Random random) {
    double[] scores = random.doubles(400).map(Math::sqrt).toArray();
    boolean[] right = new boolean[400];
    for (int i = 0; i < right.length; i++) {
      right[i] = random.nextDouble() < 0.9 * scores[i];
    }
    return Reliability.of(scores, right, 10);
  }

  private static String region(LatLng point) {
    String northSouth = point.latitude() >= 0 ? "north" : "south";
    return northSouth
        + (point.longitude() < -30 ? " Americas" : point.longitude() < 60 ? " middle" : " east");
  }

  private static List<LatLng> grid() {
    List<LatLng> points = new ArrayList<>();
    for (int latitude = -88; latitude < 90; latitude += 2) {
      for (int longitude = -179; longitude < 180; longitude += 2) {
        points.add(new LatLng(latitude, longitude));
      }
    }
    return points;
  }

  private static BufferedImage crop(BufferedImage earth, LatLng center) {
    int side = Math.max(16, earth.getWidth() / 36);
    int x = (int) ((center.longitude() + 180) / 360 * earth.getWidth()) - side / 2;
    int y = (int) ((90 - center.latitude()) / 180 * earth.getHeight()) - side / 2;
    return earth.getSubimage(
        Math.max(0, Math.min(earth.getWidth() - side, x)),
        Math.max(0, Math.min(earth.getHeight() - side, y)),
        side,
        side);
  }

  static BufferedImage painted() {
    BufferedImage image = new BufferedImage(720, 360, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setPaint(new GradientPaint(0, 0, new Color(0x123b5d), 720, 360, new Color(0x1f6b4f)));
    graphics.fillRect(0, 0, 720, 360);
    graphics.dispose();
    return image;
  }
}
