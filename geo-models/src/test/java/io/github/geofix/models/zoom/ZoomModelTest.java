package io.github.geofix.models.zoom;

import static io.github.geofix.models.Samples.CARD;
import static io.github.geofix.models.Samples.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.ScoreRegion;
import io.github.geofix.core.cell.Cell;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.WeightedPoints;
import io.github.geofix.core.partition.Region;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.models.Family;
import io.github.geofix.models.calibration.Temperature;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Scalar;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import io.github.geofix.models.zoom.ZoomModel.Config;
import io.github.geofix.models.zoom.ZoomSearch.Walk;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ZoomModelTest {
  private static final ZoomSearch.Options EVERYTHING =
      ZoomSearch.Options.defaults().withWidth(100_000);
  private static final List<Integer> SIDES = List.of(2, 3, 2);
  private static final int CELLS = 4 * 9 * 4;
  private static final LatLng POLE = new LatLng(90, 0);

  @TempDir private static Path folder;
  private static String map = "";

  /** A picture of the Earth that is smooth and different everywhere. */
  @BeforeAll
  static void drawMap() throws IOException {
    BufferedImage picture = new BufferedImage(256, 128, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 128; y++) {
      for (int x = 0; x < 256; x++) {
        int red = (int) (127 + 120 * Math.sin(x / 9.0 + y / 31.0));
        int green = (int) (127 + 120 * Math.sin(y / 7.0 - x / 41.0));
        int blue = (int) (127 + 120 * Math.sin((x + 2 * y) / 23.0));
        picture.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    File file = folder.resolve("map.png").toFile();
    ImageIO.write(picture, "png", file);
    map = file.toString();
  }

  private static Config config(ZoomHead head) {
    Config config = Config.tiny().withMap(map).withSides(SIDES).withViewPixels(48).withWidth(16);
    return head == ZoomHead.DECODER ? config.withDecoder(16, 2, 2, 0) : config;
  }

  private static ZoomNetwork network(ZoomModel model) {
    return (ZoomNetwork) model.network();
  }

  private static List<BufferedImage> photos(int count) {
    Random random = new Random(7);
    List<BufferedImage> photos = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BufferedImage photo = new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB);
      int phase = random.nextInt(1000);
      for (int y = 0; y < photo.getHeight(); y++) {
        for (int x = 0; x < photo.getWidth(); x++) {
          int value = (int) (127 + 120 * Math.sin((phase + x * y) / (2.0 + i)));
          photo.setRGB(x, y, value << 16 | (x * 6) << 8 | random.nextInt(256));
        }
      }
      photos.add(photo);
    }
    return photos;
  }

  private static List<LatLng> places(int count) {
    Random random = new Random(11);
    return IntStream.range(0, count)
        .mapToObj(i -> new LatLng(random.nextDouble(-70, 70), random.nextDouble(-180, 180)))
        .toList();
  }

  /** Takes plain steps down the gradient and returns the losses before each. */
  private static List<Float> train(ZoomModel model, int steps, int batchSize) {
    List<Float> losses = new ArrayList<>();
    List<Example> examples = examples(model, photos(batchSize), places(batchSize));
    for (int i = 0; i < steps; i++) {
      try (NDManager step = TorchEngine.newManager()) {
        model.network().requireGradients(true);
        Batch batch = batch(model, step, examples);
        try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
          NDArray loss = model.loss(Forward.TRAINING, batch);
          losses.add(loss.getFloat());
          collector.backward(loss);
        }
        for (Parameter parameter : model.network().parameters().values()) {
          if (parameter.isTrainable()) {
            float[] gradient = parameter.array().getGradient().toFloatArray();
            float[] values = parameter.array().toFloatArray();
            for (int v = 0; v < values.length; v++) {
              values[v] -= 0.02f * gradient[v];
            }
            parameter.write(bytes -> bytes.asFloatBuffer().put(values));
          }
        }
        model.network().requireGradients(false);
      }
    }
    return losses;
  }

  private static List<Example> examples(
      ZoomModel model, List<BufferedImage> photos, List<LatLng> places) {
    return IntStream.range(0, photos.size())
        .mapToObj(i -> model.example(photos.get(i), places.get(i), new SplittableRandom(i)))
        .toList();
  }

  private static Batch batch(ZoomModel model, NDManager step, List<Example> examples) {
    List<NDArray> inputs = new ArrayList<>();
    for (int n = 0; n < model.inputShapes().size(); n++) {
      Shape shape = new Shape(examples.size()).addAll(model.inputShapes().get(n));
      float[] values = new float[(int) shape.size()];
      for (int i = 0; i < examples.size(); i++) {
        float[] input = examples.get(i).inputs()[n];
        System.arraycopy(input, 0, values, i * input.length, input.length);
      }
      inputs.add(step.create(values, shape));
    }
    long[] labels = examples.stream().flatMapToLong(e -> Arrays.stream(e.targets()[0])).toArray();
    return new Batch(
        inputs, List.of(step.create(labels, new Shape(examples.size(), model.grid().steps()))));
  }

  @ParameterizedTest
  @EnumSource(ZoomHead.class)
  void answersTheSameAfterTrainingSavingAndLoading(ZoomHead head) {
    List<BufferedImage> photos = photos(34);
    Path saved = folder.resolve("saved-" + head);
    try (ZoomModel model = ZoomModel.create(config(head), 1)) {
      List<Location> untrained = model.localizer().locateImages(photos);
      List<Float> losses = train(model, 4, 6);
      assertThat(losses.get(3)).isLessThan(losses.get(0));
      List<Location> trained = model.localizer().locateImages(photos);
      // The localizer must not answer from views that the untrained network saw.
      assertThat(trained).isNotEqualTo(untrained);
      model.save(saved, CARD);
      try (Localizer loaded = Localizer.load(saved)) {
        assertThat(loaded.locateImages(photos)).isEqualTo(trained);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ZoomHead.class)
  void aSearchThatDropsNothingScoresEveryTerminalCell(ZoomHead head) {
    BufferedImage photo = photos(1).get(0);
    try (ZoomModel model = ZoomModel.create(config(head).withCandidates(1000), 2)) {
      train(model, 1, 4);
      Map<String, Double> expected = scoresOfAllCells(model, photo);
      Location location = model.localizer(EVERYTHING, 0).locate(photo);
      assertThat(location.candidates()).hasSize(CELLS);
      for (Candidate candidate : location.candidates()) {
        assertThat(candidate.score()).isCloseTo(expected.get(candidate.cell().toString()), within(1e-5));
      }
      assertThat(location.candidates().stream().mapToDouble(Candidate::score).sum())
          .isCloseTo(1, within(1e-9));
    }
  }

  /**
   * By the definition: the product over the steps of the softmax over the children of one cell, or
   * where the scores of all cells can be compared, the softmax over all cells of their sum.
   */
  private static Map<String, Double> scoresOfAllCells(ZoomModel model, BufferedImage photo) {
    boolean comparable = model.config().head() == ZoomHead.CHILD_COSINE;
    ZoomGrid grid = model.grid();
    List<int[]> paths = new ArrayList<>();
    for (int a = 0; a < 4; a++) {
      for (int b = 0; b < 9; b++) {
        for (int c = 0; c < 4; c++) {
          paths.add(new int[] {a, b, c});
        }
      }
    }
    Map<String, Double> scores = new java.util.HashMap<>();
    try (NDManager step = TorchEngine.newManager()) {
      List<Example> examples =
          paths.stream()
              .map(path -> model.example(photo, grid.center(CellPath.of(path)), new SplittableRandom(1)))
              .toList();
      Batch batch = batch(model, step, examples);
      NDArray views = batch.inputs().get(1);
      List<NDArray> seen = new ArrayList<>();
      for (int n = 0; n < 3; n++) {
        NDArray encoded = network(model).views(Forward.INFERENCE, views.get(":, {}", n));
        seen.add(network(model).atStep(Forward.INFERENCE, encoded, n));
      }
      NDArray photos = network(model).photos(Forward.INFERENCE, batch.inputs().get(0));
      NDArray taken = batch.targets().get(0);
      List<NDArray> logits = network(model).logits(Forward.INFERENCE, photos, seen, taken);
      for (int i = 0; i < paths.size(); i++) {
        double score = 1;
        for (int n = 0; n < 3; n++) {
          NDArray factors = comparable ? logits.get(n).exp() : logits.get(n).softmax(1);
          score *= factors.getFloat(i, paths.get(i)[n]);
        }
        scores.put(grid.cell(CellPath.of(paths.get(i))).toString(), score);
      }
    }
    double sum = scores.values().stream().mapToDouble(Double::doubleValue).sum();
    scores.replaceAll((cell, score) -> score / sum);
    return scores;
  }

  @ParameterizedTest
  @EnumSource(ZoomHead.class)
  void fromCellsBelowTheRootTheSearchIsTheWholeOneWithinThem(ZoomHead head) {
    BufferedImage photo = photos(1).get(0);
    try (ZoomModel model = ZoomModel.create(config(head).withCandidates(1000), 3)) {
      Location whole = model.localizer(EVERYTHING, 0).locate(photo);
      List<Walk> starts =
          List.of(
              new Walk(List.of(2), Math.log(0.5)),
              new Walk(List.of(1, 7), Math.log(0.3)),
              new Walk(List.of(1, 2), Math.log(0.1)),
              new Walk(List.of(0, 0, 3), Math.log(0.1)));
      Location below = model.localizer(EVERYTHING, 0).locateFrom(photo, starts);
      assertThat(below.candidates()).hasSize(9 * 4 + 4 + 4 + 1);
      assertThat(below.candidates().stream().mapToDouble(Candidate::score).sum())
          .isCloseTo(1, within(1e-6));
      for (Walk start : starts) {
        List<String> inside = cellsBelow(model.grid(), start.path());
        double wholeSum = sum(whole, inside);
        double belowSum = sum(below, inside);
        // Scores that can be compared across cells shift probability from one start to another, but
        // a start that is terminal has none.
        if (head == ZoomHead.DECODER || start.path().size() == 3) {
          assertThat(belowSum).isCloseTo(Math.exp(start.logProbability()), within(1e-6));
        }
        for (String cell : inside) {
          assertThat(sum(below, List.of(cell)) / belowSum)
              .isCloseTo(sum(whole, List.of(cell)) / wholeSum, within(1e-5));
        }
      }
      assertThat(model.locateFrom(photo, List.of(Walk.atRoot())))
          .isEqualTo(model.localizer().locate(photo));
    }
  }

  private static double sum(Location location, List<String> cells) {
    return location.candidates().stream()
        .filter(candidate -> cells.contains(candidate.cell().toString()))
        .mapToDouble(Candidate::score)
        .sum();
  }

  private static List<String> cellsBelow(ZoomGrid grid, List<Integer> start) {
    List<List<Integer>> paths = List.of(start);
    while (paths.get(0).size() < grid.steps()) {
      int side = grid.side(paths.get(0).size());
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> path : paths) {
        for (int child = 0; child < side * side; child++) {
          List<Integer> next = new ArrayList<>(path);
          next.add(child);
          longer.add(next);
        }
      }
      paths = longer;
    }
    return paths.stream()
        .map(path -> CellPath.of(path.stream().mapToInt(Integer::intValue).toArray()))
        .map(path -> grid.cell(path).toString())
        .toList();
  }

  @Test
  void refusesStartsThatAreNotCellsSideBySide() {
    try (ZoomModel model = ZoomModel.create(config(ZoomHead.CHILD_COSINE), 3)) {
      BufferedImage photo = photos(1).get(0);
      assertThatThrownBy(() -> model.locateFrom(photo, List.of()))
          .hasMessageContaining("no cell to start from");
      assertThatThrownBy(
              () ->
                  model.locateFrom(
                      photo, List.of(new Walk(List.of(1), 0), new Walk(List.of(1, 2), 0))))
          .hasMessageContaining("[1]");
      assertThatThrownBy(() -> model.locateFrom(photo, List.of(new Walk(List.of(0, 9), 0))))
          .hasMessageContaining("label 9 of step 1");
      assertThatThrownBy(() -> model.locateFrom(photo, List.of(new Walk(List.of(0, 1, 2, 3), 0))))
          .hasMessageContaining("more than 3 steps");
    }
  }

  @Test
  void whatWasSeenBeforeChangesNothing() {
    List<BufferedImage> photos = photos(40);
    try (ZoomModel model = ZoomModel.create(config(ZoomHead.CHILD_COSINE), 4);
        ZoomModel other = ZoomModel.create(config(ZoomHead.CHILD_COSINE), 4)) {
      List<Location> first = model.localizer().locateImages(photos);
      assertThat(model.localizer().locateImages(photos)).isEqualTo(first);
      Location alone = other.localizer().locate(photos.get(39));
      assertThat(alone.candidates().get(0).cell())
          .isEqualTo(first.get(39).candidates().get(0).cell());
      assertThat(alone.score()).isCloseTo(first.get(39).score(), within(1e-5));
    }
  }

  @Test
  void anExampleIsThePhotoTheViewsOnItsWayAndTheChildrenToTake() {
    Config config = config(ZoomHead.CHILD_COSINE);
    ZoomGrid grid = config.grid();
    ImagePreprocessor view = ImagePreprocessor.of(config.photo().withSize(48, 48));
    try (ZoomModel model = ZoomModel.create(config, 5);
        TileSource tiles = TileSource.equirectangular(Path.of(map))) {
      BufferedImage photo = photos(1).get(0);
      for (LatLng place : places(5)) {
        Example example = model.example(photo, place, new SplittableRandom(1));
        int[] path = grid.pathOf(place).toArray();
        assertThat(example.targets()[0]).isEqualTo(Arrays.stream(path).asLongStream().toArray());
        assertThat(example.inputs()[0])
            .isEqualTo(ImagePreprocessor.of(config.photo()).apply(photo));
        for (int step = 0; step < 3; step++) {
          BufferedImage seen = tiles.view(grid.frame(CellPath.of(Arrays.copyOf(path, step))), 48, 48);
          int length = view.spec().length();
          assertThat(Arrays.copyOfRange(example.inputs()[1], step * length, (step + 1) * length))
              .isEqualTo(view.normalize(seen));
        }
      }
    }
  }

  @Test
  void changesAllButTheRootViewAtRandomIfTold() {
    Config config = config(ZoomHead.CHILD_COSINE).withAugment(true);
    try (ZoomModel model = ZoomModel.create(config, 5)) {
      BufferedImage photo = photos(1).get(0);
      LatLng place = places(1).get(0);
      List<Example> examples =
          IntStream.range(0, 8)
              .mapToObj(seed -> model.example(photo, place, new SplittableRandom(seed)))
              .toList();
      int length = 3 * 48 * 48;
      assertThat(different(examples, 0, 0, 3 * 32 * 32)).isEqualTo(8);
      assertThat(different(examples, 1, 0, length)).isEqualTo(1);
      assertThat(different(examples, 1, length, 2 * length)).isGreaterThan(4);
      assertThat(different(examples, 1, 2 * length, 3 * length)).isGreaterThan(4);
    }
  }

  private static long different(List<Example> examples, int input, int from, int to) {
    return examples.stream()
        .map(e -> Arrays.hashCode(Arrays.copyOfRange(e.inputs()[input], from, to)))
        .distinct()
        .count();
  }

  @Test
  void viewsThatPhotosShareCountAsIfEachHadItsOwn() {
    Config config = config(ZoomHead.CHILD_COSINE);
    try (ZoomModel model = ZoomModel.create(config, 6);
        NDManager step = TorchEngine.newManager()) {
      List<LatLng> places = places(12);
      Batch batch = batch(model, step, examples(model, photos(12), places));
      double shared = model.loss(Forward.INFERENCE, batch).getFloat();
      // The same pixels, handed over as if each had been changed at random.
      try (ZoomModel apart = ZoomModel.create(config.withAugment(true), 6)) {
        assertThat(apart.loss(Forward.INFERENCE, batch).getFloat())
            .isCloseTo((float) shared, within(1e-5f));
      }
    }
  }

  @Test
  void photosOutsideTheAreaDoNotCount() {
    LatLng center = new LatLng(47, 8);
    Config config = config(ZoomHead.DECODER).withLocalArea(center, 1_000_000);
    try (ZoomModel model = ZoomModel.create(config, 7);
        NDManager step = TorchEngine.newManager()) {
      List<LatLng> places = List.of(center, new LatLng(48, 7));
      List<Example> inside = examples(model, photos(2), places);
      List<Example> mixed = new ArrayList<>(inside);
      mixed.add(model.example(photos(1).get(0), new LatLng(0, 8), new SplittableRandom(1)));
      assertThat(mixed.get(2).targets()[0]).containsOnly(-1);
      assertThat(model.loss(Forward.INFERENCE, batch(model, step, mixed)).getFloat())
          .isCloseTo(
              model.loss(Forward.INFERENCE, batch(model, step, inside)).getFloat(), within(1e-5f));
      assertThatThrownBy(() -> ZoomModel.create(config, List.of(new LatLng(0, 8)), 1))
          .hasMessageContaining("none of the 1 photos lies in the area, a square of 1000000 m");
      assertThatThrownBy(() -> ZoomModel.create(config(ZoomHead.DECODER), List.of(POLE), 1))
          .hasMessageContaining("85.05 degrees south to 85.05 degrees north");
    }
  }

  @ParameterizedTest
  @EnumSource(ZoomHead.class)
  void aBatchWithNoPhotoInTheAreaTeachesNothing(ZoomHead head) {
    Config config = config(head).withLocalArea(new LatLng(47, 8), 1_000_000);
    try (ZoomModel model = ZoomModel.create(config, 7);
        NDManager step = TorchEngine.newManager()) {
      Batch batch = batch(model, step, examples(model, photos(2), List.of(POLE, POLE)));
      model.network().requireGradients(true);
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        NDArray loss = model.loss(Forward.TRAINING, batch);
        assertThat(loss.getShape()).isEqualTo(new Shape());
        assertThat(loss.getFloat()).isZero();
        collector.backward(loss);
      }
    }
  }

  @Test
  void everyStepMayHaveItsOwnNumberOfChildren() {
    Config config = config(ZoomHead.CHILD_COSINE).withSides(List.of(6, 2, 3, 2));
    try (ZoomModel model = ZoomModel.create(config.withCandidates(2000), 8)) {
      Location location = model.localizer(EVERYTHING, 0).locate(photos(1).get(0));
      assertThat(location.candidates()).hasSize(36 * 4 * 9 * 4 > 2000 ? 2000 : 0);
      assertThat(location.candidates().get(0).cell())
          .asString()
          .matches("\\d+-[0-3]-[0-8]-[0-3]");
    }
    assertThatThrownBy(() -> ZoomModel.network(config.withSides(List.of(4))))
        .hasMessageContaining("48 px")
        .hasMessageContaining("4 children");
  }

  @Test
  void answersWithTheDensityModeOfTheTerminalCells() {
    try (ZoomModel model = ZoomModel.create(config(ZoomHead.CHILD_COSINE), 9)) {
      BufferedImage photo = photos(1).get(0);
      Location best = model.localizer(EVERYTHING, 0).locate(photo);
      assertThat(best.latLng()).isEqualTo(best.candidates().get(0).latLng());
    }
    Config all = config(ZoomHead.CHILD_COSINE).withCandidates(1000);
    try (ZoomModel model = ZoomModel.create(all, 9)) {
      Location location = model.localizer(EVERYTHING, 4000).locate(photos(1).get(0));
      List<Candidate> candidates = location.candidates();
      WeightedPoints points =
          WeightedPoints.of(
              candidates.stream().map(Candidate::latLng).toList(),
              candidates.stream().mapToDouble(Candidate::score).toArray());
      assertThat(location.latLng()).isEqualTo(points.densityMode(4000));
    }
  }

  @Test
  void calibrationFitsTheTemperatureOfTheCellsWhereTheSearchEnds() {
    List<BufferedImage> photos = photos(20);
    List<LatLng> places = places(20);
    Config config = config(ZoomHead.CHILD_COSINE).withSearch(EVERYTHING).withCandidates(1000);
    try (ZoomModel model = ZoomModel.create(config, 10)) {
      List<Location> before = model.localizer().locateImages(photos);
      double temperature = model.calibrate(source(photos, places)).temperature();
      List<double[]> scores = new ArrayList<>();
      int[] truths = new int[20];
      for (int i = 0; i < 20; i++) {
        List<Candidate> candidates = before.get(i).candidates();
        scores.add(candidates.stream().mapToDouble(Candidate::score).toArray());
        Cell truth = model.grid().cell(model.grid().pathOf(places.get(i)));
        truths[i] = candidates.stream().map(Candidate::cell).toList().indexOf(truth);
      }
      assertThat(temperature).isCloseTo(Temperature.fit(scores, truths), within(1e-3));
      List<Location> after = model.localizer().locateImages(photos);
      for (int i = 0; i < 20; i++) {
        assertThat(after.get(i).candidates().stream().map(Candidate::cell).toList())
            .isEqualTo(before.get(i).candidates().stream().map(Candidate::cell).toList());
        double[] expected = Temperature.apply(scores.get(i), temperature);
        assertThat(after.get(i).score()).isCloseTo(expected[0], within(1e-6));
      }
    }
  }

  @Test
  void aTruthThatTheSearchDroppedLiesInALargerCell() {
    try (ZoomModel model = ZoomModel.create(config(ZoomHead.CHILD_COSINE), 11)) {
      float[] photo = ImagePreprocessor.of(model.config().photo()).apply(photos(1).get(0));
      ZoomSearch.Result result =
          model.search(photo, 1, List.of(Walk.atRoot()), ZoomSearch.Options.greedy()).get(0);
      assertThat(result.cells()).hasSize(4);
      assertThat(result.dropped()).hasSize(3 + 8);
      EndCells ends = EndCells.of(result, 1);
      assertThat(Arrays.stream(ends.shares()).sum()).isCloseTo(1, within(1e-9));
      for (int a = 0; a < 4; a++) {
        for (int b = 0; b < 9; b++) {
          List<Integer> truth = List.of(a, b, 1);
          int found = ends.indexOf(truth);
          List<Integer> cell = ends.cells().get(found);
          assertThat(truth.subList(0, cell.size())).isEqualTo(cell);
        }
      }
    }
  }

  @Test
  void regionsHoldTheirShareOfTheScore() {
    Config config = config(ZoomHead.CHILD_COSINE).withCandidates(1000);
    try (ZoomModel model = ZoomModel.create(config, 12)) {
      train(model, 3, 6);
      for (BufferedImage photo : photos(3)) {
        Location location = model.localizer(EVERYTHING, 0).locate(photo);
        assertThat(location.regions().stream().map(ScoreRegion::share)).containsExactly(0.5, 0.9);
        for (ScoreRegion scored : location.regions()) {
          Region region = scored.region();
          // Score by the middles of the cells: coarse, as the region follows borders by halves.
          double inside =
              location.candidates().stream()
                  .filter(candidate -> region.contains(candidate.latLng()))
                  .mapToDouble(Candidate::score)
                  .sum();
          assertThat(inside).isBetween(scored.share() - 0.12, scored.share() + 0.12);
        }
      }
    }
  }

  @Test
  void choosesAtEachStepWhatScoresBestInTheTrueCell() {
    try (ZoomModel model = ZoomModel.create(config(ZoomHead.DECODER), 13)) {
      List<BufferedImage> photos = photos(5);
      List<LatLng> places = places(5);
      List<int[]> choices = model.choices(photos, places);
      for (int i = 0; i < 5; i++) {
        int[] path = model.grid().pathOf(places.get(i)).toArray();
        for (int step = 0; step < 3; step++) {
          List<Integer> start = Arrays.stream(path).limit(step).boxed().toList();
          float[] photo = ImagePreprocessor.of(model.config().photo()).apply(photos.get(i));
          ZoomSearch.Result greedy =
              model
                  .search(photo, 1, List.of(new Walk(start, 0)), ZoomSearch.Options.greedy())
                  .get(0);
          assertThat(greedy.cells().get(0).path().get(step)).isEqualTo(choices.get(i)[step]);
        }
      }
    }
  }

  @Test
  void thePublishedSizeFreezesAllButTheLastBlocksAndTrainsAtAReducedSize() {
    ZoomNetwork paper = ZoomModel.network(Config.paper());
    long decoder =
        paper.parameters().entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("decoder."))
            .mapToLong(entry -> entry.getValue().size())
            .sum();
    assertThat(decoder).isEqualTo(21_268_224);
    // DINOv2 ViT-B/14 without its mask token, as its checkpoint counts.
    assertThat(paper.parameterCount()).isEqualTo(21_268_224 + 86_579_712);
    // Four blocks of 12 D^2 + 13 D and two layer scales of D; a norm of 2 D.
    long width = 768;
    long block = 12 * width * width + 13 * width + 2 * width;
    assertThat(
            paper.parameters().values().stream()
                .filter(Parameter::isTrainable)
                .mapToLong(Parameter::size)
                .sum())
        .isEqualTo(21_268_224 + 4 * block + 2 * width);

    assertThatThrownBy(
            () -> Family.named("zoom").create("paper", Map.of("trainedBlocks", "13"), List.of(), 1))
        .hasMessageContaining("DinoV2 has 12 blocks, so 13 cannot be trained");

    Config reduced =
        Config.paper()
            .withMap(map)
            .withViewPixels(28)
            .withPhoto(Config.paper().photo().withSize(28, 56))
            .withLocalArea(new LatLng(47, 8), 1_000_000);
    try (ZoomModel model = ZoomModel.create(reduced, 1);
        NDManager step = TorchEngine.newManager()) {
      List<LatLng> places = List.of(new LatLng(47, 8), new LatLng(48, 7));
      Batch batch = batch(model, step, examples(model, photos(2), places));
      model.network().requireGradients(true);
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        NDArray loss = model.loss(Forward.TRAINING, batch);
        assertThat(loss.getFloat()).isCloseTo((float) Math.log(16), within(1.5f));
        collector.backward(loss);
      }
      for (String name : List.of("blocks.8.attn.qkv.weight", "norm.weight")) {
        NDArray gradient =
            model.network().parameter("encoder.backbone." + name).array().getGradient();
        assertThat(gradient.abs().sum().getFloat()).isPositive();
      }
    }
  }

  @Test
  void averagesTheSquaresOfAWidePhoto() {
    Config config = config(ZoomHead.DECODER).withPhoto(ImageSpec.half(32).withSize(32, 64));
    try (ZoomModel model = ZoomModel.create(config, 14);
        NDManager step = TorchEngine.newManager()) {
      NDArray wide = step.randomNormal(new Shape(3, 3, 32, 64));
      NDArray left = network(model).photos(Forward.INFERENCE, wide.get(":, :, :, :32"));
      NDArray right = network(model).photos(Forward.INFERENCE, wide.get(":, :, :, 32:"));
      NDArray both = network(model).photos(Forward.INFERENCE, wide);
      NDArray mean = left.add(right).mul(Scalar.of(left, 0.5));
      assertThat(both.sub(mean).abs().max().getFloat()).isLessThan(1e-5f);
      assertThat(model.localizer().locateImages(photos(2))).hasSize(2);
    }
  }

  @Test
  void isFoundByName() {
    Family family = Family.named("zoom");
    assertThat(family.sizes()).containsExactly("tiny", "small", "paper");
    for (String size : family.sizes()) {
      assertThat(family.network(size).parameterCount()).isPositive();
    }
    Map<String, String> settings = Map.of("map", map, "sides", "[2,2]", "beamWidth", "3");
    try (ZoomModel model = (ZoomModel) family.create("tiny", settings, places(3), 1)) {
      assertThat(model.config().sides()).containsExactly(2, 2);
      assertThat(model.config().search().width()).isEqualTo(3);
      assertThat(model.localizer().locate(photos(1).get(0)).candidates().get(0).cell())
          .asString()
          .matches("2/\\d/\\d");
    }
    assertThatThrownBy(() -> family.network("huge")).hasMessageContaining("tiny, small, paper");
  }

  @Test
  void candidatesAreSorted() {
    try (ZoomModel model = ZoomModel.create(config(ZoomHead.CHILD_COSINE), 15)) {
      for (Location location : model.localizer().locateImages(photos(5))) {
        assertThat(location.candidates())
            .hasSize(10)
            .isSortedAccordingTo(Comparator.comparingDouble(Candidate::score).reversed());
      }
    }
  }
}
