package io.github.geofix.bench;

import io.github.geofix.bench.NaipCells.Cell;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.eval.Bootstrap;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineConfig.InfoNce;
import io.github.geofix.models.recombine.RecombineConfig.Loss;
import io.github.geofix.models.recombine.RecombineConfig.Triplet;
import io.github.geofix.models.recombine.RecombineConfig.Tuple;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.Trainer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Finds the cell of one date in which a camera stood on another: photos are polar transforms of
 * aerial images, of unknown heading, of 360 to 70 degrees, with noise of their own; see {@link
 * NaipCells} for what is held out. Compares FRGeo's parts: global pooling or recombination, the
 * triplet loss or the tuple loss; recombination with InfoNCE; the same with one backbone and tiles
 * that are unrolled into panoramas; and, in the same run, plain correlation over all headings,
 * which learns nothing. Prints CSV.
 *
 * <p>Arguments, all as {@code name=value}: {@code data}, the folder; {@code steps}; {@code seeds};
 * {@code fields} of view in degrees; {@code settings}, of baseline, recombination, tuple, both,
 * info_nce and unrolled; {@code pixel} in meters; {@code regions}; {@code headings}; and {@code
 * reference}, the number of the references' date, 0 the oldest, -2 the last but one.
 */
public final class NaipTable {
  private static final int QUERIES_PER_CELL = 8;
  private static final int BATCH = 64;

  /** The parts that are compared. */
  @SuppressWarnings("ImmutableEnumChecker") // Losses are records of numbers.
  private enum Setting {
    BASELINE(false, Triplet.defaults(), false),
    RECOMBINATION(true, Triplet.defaults(), false),
    TUPLE(false, Tuple.defaults(), false),
    BOTH(true, Tuple.defaults(), false),
    INFO_NCE(true, InfoNce.defaults(), false),
    UNROLLED(true, InfoNce.defaults(), true);

    private final boolean recombined;
    private final Loss loss;
    private final boolean unrolled;

    Setting(boolean recombined, Loss loss, boolean unrolled) {
      this.recombined = recombined;
      this.loss = loss;
      this.unrolled = unrolled;
    }

    static Setting named(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A photo, its cell, and where its middle column faces. */
  private record Query(BufferedImage photo, int cell, double heading) {}

  /** How many other cells fit a query as well as its own or better, and the heading error. */
  private record Found(int rank, double headingError) {}

  private final NaipCells cells;
  private final List<Cell> gallery;

  private final NaipCamera camera;
  private final int regions;
  private final int headings;
  private final List<Query> queries = new ArrayList<>();

  private NaipTable(
      NaipCells cells, int pixelMeters, int regions, int headings, double fieldOfView) {
    this.cells = cells;
    this.gallery = cells.testCells();
    this.camera = NaipCamera.of(pixelMeters, fieldOfView);
    this.regions = regions;
    this.headings = headings;
    // The same photos for all seeds and settings.
    SplittableRandom random = new SplittableRandom(2018);
    for (int cell = 0; cell < gallery.size(); cell++) {
      for (int i = 0; i < QUERIES_PER_CELL; i++) {
        BufferedImage seen = cells.image(cells.queryDate(), gallery.get(cell).near(random));
        double heading = 360 * random.nextDouble();
        queries.add(new Query(camera.photo(seen, heading, random), cell, heading));
      }
    }
  }

  /** Runs the program. */
  public static void main(String[] args) {
    Arguments arguments =
        Arguments.of(
            NaipTable.class,
            args,
            Map.of(
                "data", "naip",
                "steps", "400",
                "seeds", "1",
                "fields", "360,180,90,70",
                "settings", "baseline,recombination,tuple,both",
                "pixel", "10",
                "regions", "4",
                "headings", "16",
                "reference", "-2"));
    NaipCells cells =
        NaipCells.read(Path.of(arguments.text("data")), arguments.number("reference"));
    int steps = arguments.number("steps");
    System.out.println("# " + arguments.command());
    System.out.println(
        "fieldOfView,system,seed,steps,queries,gallery,recallAt1,low,high,recallAt5,"
            + "medianHeadingErrorDegrees");
    for (String field : arguments.list("fields")) {
      NaipTable table =
          new NaipTable(
              cells,
              arguments.number("pixel"),
              arguments.number("regions"),
              arguments.number("headings"),
              Double.parseDouble(field));
      table.print("chance", "", 0, table.chance());
      table.print("correlation", "", 0, table.correlated());
      for (String name : arguments.list("settings")) {
        for (String seed : arguments.list("seeds")) {
          Setting setting = Setting.named(name);
          List<Found> found = table.learned(setting, steps, Long.parseLong(seed));
          table.print(setting.toString(), seed, steps, found);
        }
      }
    }
  }

  private List<Found> chance() {
    SplittableRandom random = new SplittableRandom(1);
    return queries.stream()
        .map(q -> new Found(random.nextInt(gallery.size()), Double.NaN))
        .toList();
  }

  /** Correlates photos with the polar transform of each cell, at every column's heading. */
  private List<Found> correlated() {
    int columns = camera.panoramaWidth();
    float[][][] templates =
        gallery.parallelStream()
            .map(
                cell -> {
                  BufferedImage reference = cells.image(cells.referenceDate(), cell);
                  return IntStream.range(0, columns)
                      .mapToObj(s -> camera.view(reference, 360.0 * s / columns))
                      .map(NaipTable::unit)
                      .toArray(float[][]::new);
                })
            .toArray(float[][][]::new);
    return queries.parallelStream()
        .map(query -> found(query, new float[][] {unit(query.photo())}, templates))
        .toList();
  }

  /** The pixels less the mean of their color, scaled to length 1. */
  private static float[] unit(BufferedImage image) {
    int pixels = image.getWidth() * image.getHeight();
    float[] values = new float[3 * pixels];
    for (int c = 0; c < 3; c++) {
      double sum = 0;
      for (int i = 0; i < pixels; i++) {
        int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
        values[c * pixels + i] = (rgb >> (8 * c)) & 0xff;
        sum += values[c * pixels + i];
      }
      for (int i = 0; i < pixels; i++) {
        values[c * pixels + i] -= (float) (sum / pixels);
      }
    }
    double length = Math.sqrt(dot(values, values));
    for (int i = 0; i < values.length; i++) {
      values[i] /= (float) Math.max(length, 1e-6);
    }
    return values;
  }

  /** Trains on the training columns and dates, then ranks the gallery for every query. */
  private List<Found> learned(Setting setting, long steps, long seed) {
    RecombineConfig config =
        camera.config(headings, setting.unrolled, setting.recombined ? regions : 1, setting.loss);
    TrainOptions options = EarthTraining.options(steps, BATCH, seed);
    try (RecombineModel model = RecombineModel.create(config, List.of(), seed);
        TileEncoder encoder = model.tileEncoder()) {
      Trainer.of(model, options)
          .fit(new NaipPairs(cells, cells.trainingDates(), camera, NaipCells.JITTER, model, seed));
      List<float[]> tiles =
          encoder.encodeTiles(
              gallery.stream().map(cell -> cells.image(cells.referenceDate(), cell)).toList());
      List<float[][]> photos = encoder.encodeImages(queries.stream().map(Query::photo).toList());
      float[][][] rows = tiles.stream().map(t -> new float[][] {t}).toArray(float[][][]::new);
      return IntStream.range(0, queries.size())
          .mapToObj(q -> found(queries.get(q), photos.get(q), rows))
          .toList();
    }
  }

  /**
   * Ranks the cells for a query.
   *
   * @param photo {@code [S, D]}, the photo at S headings, or at one
   * @param rows {@code [G, S, D]}, the cells at one heading, or at S
   */
  private static Found found(Query query, float[][] photo, float[][][] rows) {
    double[] scores = new double[rows.length];
    double headingError = Double.NaN;
    for (int cell = 0; cell < rows.length; cell++) {
      int headings = Math.max(photo.length, rows[cell].length);
      double best = Double.NEGATIVE_INFINITY;
      for (int s = 0; s < headings; s++) {
        double score = dot(photo[s % photo.length], rows[cell][s % rows[cell].length]);
        if (score > best) {
          best = score;
          if (cell == query.cell()) {
            double error = Math.IEEEremainder(360.0 * s / headings - query.heading(), 360);
            headingError = Math.abs(error);
          }
        }
      }
      scores[cell] = best;
    }
    double truth = scores[query.cell()];
    int rank = (int) Arrays.stream(scores).filter(score -> score >= truth).count() - 1;
    return new Found(rank, headingError);
  }

  private static double dot(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private void print(String system, String seed, long steps, List<Found> found) {
    int[] cellOf = queries.stream().mapToInt(Query::cell).toArray();
    Bootstrap.Interval recall =
        Bootstrap.defaults()
            .interval(
                cellOf,
                sample ->
                    Arrays.stream(sample).filter(i -> found.get(i).rank() == 0).count()
                        / (double) sample.length);
    double recallAt5 = found.stream().filter(f -> f.rank() < 5).count() / (double) found.size();
    double[] errors = found.stream().mapToDouble(Found::headingError).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "%.0f,%s,%s,%d,%d,%d,%.1f,%.1f,%.1f,%.1f,%.1f%n",
        camera.fieldOfView(),
        system,
        seed,
        steps,
        queries.size(),
        gallery.size(),
        100 * recall.value(),
        100 * recall.low(),
        100 * recall.high(),
        100 * recallAt5,
        errors[errors.length / 2]);
  }
}
