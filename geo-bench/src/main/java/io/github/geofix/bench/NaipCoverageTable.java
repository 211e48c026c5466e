package io.github.geofix.bench;

import io.github.geofix.bench.NaipCells.Cell;
import io.github.geofix.core.PhotoSource.LabeledPhoto;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineConfig.InfoNce;
import io.github.geofix.models.recombine.RecombineConfig.MapTiles;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.train.Trainer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Whether regions and rules for answering hold on aerial photos of a date that neither training nor
 * calibration saw. A model learns from some dates; of the others, but for that of its map, each is
 * left out in turn, and the model is calibrated on the rest of them, each date a group. No column
 * of test cells is learned from. They are a chessboard: photos of its black cells calibrate, those
 * of its white cells are tested. Photos are panoramas, as in {@link NaipTable}, taken anywhere in a
 * cell; the places they are looked up among are S2 cells about 125 m wide. Prints one CSV row for
 * each measure, with 95 % intervals that draw cells anew; see {@link ShiftCoverage}.
 *
 * <p>Arguments, all as {@code name=value}: {@code data}, the folder; {@code corner}, where the
 * middle of the first cell is; {@code steps} of training; {@code seeds}; {@code training}, the
 * numbers of the dates to learn from, 0 the oldest; {@code reference}, the number of the map's
 * date; {@code photos} to test on, and {@code calibration} photos of each date; {@code ways} of
 * calibrating; {@code km} and {@code confidence} of the rules; and {@code control}, whether the
 * date that is tested is calibrated on, too.
 */
public final class NaipCoverageTable {
  private static final int BATCH = 64;
  private static final int S2_LEVEL = 16;

  /** Half the diagonal of an S2 cell in pixels, about: 70 m along each axis. */
  private static final int JITTER = 14;

  /** How far the places of the gallery are apart at most, in pixels: 40 m. */
  private static final int SPACING = 8;

  private final NaipCells cells;
  private final NaipMap map;
  private final NaipCamera camera = NaipCamera.of(10, 360);

  private NaipCoverageTable(NaipCells cells, NaipMap map) {
    this.cells = cells;
    this.map = map;
  }

  /** Runs the program. */
  public static void main(String[] args) throws IOException {
    Arguments arguments =
        Arguments.of(
            NaipCoverageTable.class,
            args,
            Map.ofEntries(
                Map.entry("data", "naip"),
                Map.entry("corner", "47.035154,-99.18348"),
                Map.entry("steps", "1500"),
                Map.entry("seeds", "1,2,3"),
                Map.entry("training", "1,3,5"),
                Map.entry("reference", "-2"),
                Map.entry("photos", "400"),
                Map.entry("calibration", "200"),
                Map.entry("ways", "pool,groups,shift,groups and shift,groups and worst"),
                Map.entry("km", "1"),
                Map.entry("confidence", "0.7"),
                Map.entry("control", "false")));
    NaipCells cells =
        NaipCells.read(Path.of(arguments.text("data")), arguments.number("reference"));
    List<String> corner = arguments.list("corner");
    NaipMap map =
        NaipMap.ofFirstCell(
            new LatLng(Double.parseDouble(corner.get(0)), Double.parseDouble(corner.get(1))));
    NaipCoverageTable table = new NaipCoverageTable(cells, map);
    Path file = Files.createTempFile("naip", ".tif");
    try {
      map.write(cells.picture(cells.referenceDate()), file);
      System.out.println("# " + arguments.command());
      System.out.println("seed,steps,trainedOn,leftOut," + ShiftCoverage.COLUMNS);
      for (long seed : EarthRenderings.seeds(arguments.text("seeds"))) {
        table.measure(file, seed, arguments);
      }
    } finally {
      Files.delete(file);
    }
  }

  private void measure(Path mapFile, long seed, Arguments arguments) {
    int[] training = arguments.list("training").stream().mapToInt(Integer::parseInt).toArray();
    int steps = arguments.number("steps");
    RecombineConfig config =
        camera
            .config(16, true, 8, InfoNce.defaults())
            .withMap(
                mapFile.toString(),
                new MapTiles(NaipCells.SIDE * NaipCamera.FINEST, 0, 0, S2_LEVEL))
            .withAnswer(AnswerOptions.defaults());
    try (RecombineModel model = RecombineModel.create(config, gallery(), seed)) {
      Trainer.of(model, EarthTraining.options(steps, BATCH, seed))
          .fit(new NaipPairs(cells, training, camera, JITTER, model, seed));
      List<Integer> others =
          IntStream.range(0, cells.names().size())
              .filter(date -> date != cells.referenceDate())
              .filter(date -> IntStream.of(training).noneMatch(learned -> learned == date))
              .boxed()
              .toList();
      for (int leftOut : others) {
        List<Integer> known = new ArrayList<>(others);
        if (!arguments.text("control").equals("true")) {
          known.remove(Integer.valueOf(leftOut));
        }
        coverage(known, leftOut, seed, arguments)
            .print(
                model,
                "%d,%d,%s,%s"
                    .formatted(
                        seed,
                        steps,
                        String.join(" ", IntStream.of(training).mapToObj(this::year).toList()),
                        year(leftOut)),
                arguments.list("ways"),
                new ErrorBound(arguments.decimal("km"), arguments.decimal("confidence"), 0.1));
      }
    }
  }

  private String year(int date) {
    return cells.names().get(date).substring(0, 4);
  }

  private ShiftCoverage coverage(List<Integer> known, int leftOut, long seed, Arguments arguments) {
    int count = arguments.number("calibration");
    SplittableRandom random = new SplittableRandom(seed);
    List<LabeledPhoto> calibrating = new ArrayList<>();
    List<LabeledPhoto> ruling = new ArrayList<>();
    List<String> groups = new ArrayList<>();
    for (int date : known) {
      calibrating.addAll(photos(date, 0, count, random));
      ruling.addAll(photos(date, 0, count, random));
      groups.addAll(Collections.nCopies(count, year(date)));
    }
    int tested = arguments.number("photos");
    List<Cell> white = squares(1);
    return new ShiftCoverage(
        calibrating,
        ruling,
        groups,
        photos(leftOut, 1, 2 * count, random),
        photos(leftOut, 1, tested, random),
        Optional.of(IntStream.range(0, tested).map(i -> i % white.size()).toArray()));
  }

  /** Returns test cells of one color of a chessboard. */
  private List<Cell> squares(int color) {
    return cells.testCells().stream()
        .filter(cell -> (cell.x() + cell.y()) / NaipCells.SIDE % 2 == color)
        .toList();
  }

  /** Returns photos taken anywhere in the squares of a color, of one square after the other. */
  private List<LabeledPhoto> photos(int date, int color, int count, SplittableRandom random) {
    List<Cell> squares = squares(color);
    BufferedImage picture = cells.picture(date);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              Cell near = squares.get(i % squares.size()).near(NaipCells.SIDE / 2, random);
              Cell seen = NaipCells.inside(picture, near);
              BufferedImage photo =
                  camera.photo(cells.image(date, seen), 360 * random.nextDouble(), random);
              return new LabeledPhoto(photo, map.middle(seen));
            })
        .toList();
  }

  /** Returns places all over the test cells: their S2 cells are the gallery. */
  private List<LatLng> gallery() {
    return cells.testCells().stream()
        .flatMap(
            cell ->
                IntStream.range(0, NaipCells.SIDE * NaipCells.SIDE / (SPACING * SPACING))
                    .mapToObj(i -> inside(cell, i)))
        .toList();
  }

  private LatLng inside(Cell cell, int i) {
    int across = NaipCells.SIDE / SPACING;
    int half = NaipCells.SIDE / 2;
    return map.middle(
        new Cell(
            cell.x() - half + SPACING * (i % across), cell.y() - half + SPACING * (i / across)));
  }
}
