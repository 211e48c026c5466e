package io.github.geofix.models.zoom;

import static io.github.geofix.models.Samples.CARD;
import static io.github.geofix.models.Samples.source;
import static io.github.geofix.models.zoom.ZoomSamples.batch;
import static io.github.geofix.models.zoom.ZoomSamples.config;
import static io.github.geofix.models.zoom.ZoomSamples.drawMap;
import static io.github.geofix.models.zoom.ZoomSamples.examples;
import static io.github.geofix.models.zoom.ZoomSamples.network;
import static io.github.geofix.models.zoom.ZoomSamples.photos;
import static io.github.geofix.models.zoom.ZoomSamples.places;
import static io.github.geofix.models.zoom.ZoomSamples.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.cell.Cell;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.WeightedPoints;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.internal.calibration.Temperature;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.internal.decode.SearchOutcome;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.zoom.ZoomSamples.Kind;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ZoomModelTest {
  private static final BeamOptions EVERYTHING = BeamOptions.ofWidth(100_000);
  private static final int CELLS = 4 * 9 * 4;

  @TempDir private static Path folder;
  private static String map = "";

  @BeforeAll
  static void prepare() throws IOException {
    map = drawMap(folder);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void answersTheSameAfterTrainingSavingAndLoading(Kind head) {
    List<BufferedImage> photos = photos(34);
    Path saved = folder.resolve("saved-" + head);
    try (ZoomModel model = ZoomModel.create(config(head, map), 1)) {
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
  @EnumSource(Kind.class)
  void aSearchThatDropsNothingScoresEveryTerminalCell(Kind head) {
    BufferedImage photo = photos(1).get(0);
    try (ZoomModel model =
        ZoomModel.create(config(head, map).withAnswer(new AnswerOptions(0, 1000)), 2)) {
      train(model, 1, 4);
      Map<String, Double> expected = scoresOfAllCells(model, photo);
      Location location = model.localizer(EVERYTHING).locate(photo);
      assertThat(location.candidates()).hasSize(CELLS);
      for (Candidate candidate : location.candidates()) {
        assertThat(candidate.score())
            .isCloseTo(expected.get(candidate.cell().toString()), within(1e-5));
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
    boolean comparable = model.config().head() instanceof ZoomConfig.ChildCosine;
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
              .map(
                  path ->
                      model.example(photo, grid.center(CellPath.of(path)), new SplittableRandom(1)))
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
  @EnumSource(Kind.class)
  void fromCellsBelowTheRootTheSearchIsTheWholeOneWithinThem(Kind head) {
    BufferedImage photo = photos(1).get(0);
    try (ZoomModel model =
        ZoomModel.create(config(head, map).withAnswer(new AnswerOptions(0, 1000)), 3)) {
      Location whole = model.localizer(EVERYTHING).locate(photo);
      List<Hypothesis> starts =
          List.of(
              new Hypothesis(CellPath.of(2), Math.log(0.5)),
              new Hypothesis(CellPath.of(1, 7), Math.log(0.3)),
              new Hypothesis(CellPath.of(1, 2), Math.log(0.1)),
              new Hypothesis(CellPath.of(0, 0, 3), Math.log(0.1)));
      Location below = new ZoomLocalizer(model, EVERYTHING).locateFrom(photo, starts);
      assertThat(below.candidates()).hasSize(9 * 4 + 4 + 4 + 1);
      assertThat(below.candidates().stream().mapToDouble(Candidate::score).sum())
          .isCloseTo(1, within(1e-6));
      for (Hypothesis start : starts) {
        List<String> inside = cellsBelow(model.grid(), start.path());
        double wholeSum = sum(whole, inside);
        double belowSum = sum(below, inside);
        // Scores that can be compared across cells shift probability from one start to another, but
        // a start that is terminal has none.
        if (head == Kind.DECODER || start.path().length() == 3) {
          assertThat(belowSum).isCloseTo(Math.exp(start.logProbability()), within(1e-6));
        }
        for (String cell : inside) {
          assertThat(sum(below, List.of(cell)) / belowSum)
              .isCloseTo(sum(whole, List.of(cell)) / wholeSum, within(1e-5));
        }
      }
      assertThat(model.locateFrom(photo, List.of(Hypothesis.ROOT)))
          .isEqualTo(model.localizer().locate(photo));
    }
  }

  private static double sum(Location location, List<String> cells) {
    return location.candidates().stream()
        .filter(candidate -> cells.contains(candidate.cell().toString()))
        .mapToDouble(Candidate::score)
        .sum();
  }

  private static List<String> cellsBelow(ZoomGrid grid, CellPath start) {
    List<CellPath> paths = List.of(start);
    for (int step = start.length(); step < grid.steps(); step++) {
      int children = grid.side(step) * grid.side(step);
      paths =
          paths.stream()
              .flatMap(path -> IntStream.range(0, children).mapToObj(path::child))
              .toList();
    }
    return paths.stream().map(path -> grid.cell(path).toString()).toList();
  }

  @Test
  void refusesStartsThatAreNotCellsSideBySide() {
    try (ZoomModel model = ZoomModel.create(config(Kind.CHILD_COSINE, map), 3)) {
      BufferedImage photo = photos(1).get(0);
      assertThatThrownBy(() -> model.locateFrom(photo, List.of()))
          .hasMessageContaining("no cell to start from");
      assertThatThrownBy(
              () ->
                  model.locateFrom(
                      photo,
                      List.of(
                          new Hypothesis(CellPath.of(1), 0), new Hypothesis(CellPath.of(1, 2), 0))))
          .hasMessageContaining("other starts lie in the start 1");
      assertThatThrownBy(
              () -> model.locateFrom(photo, List.of(new Hypothesis(CellPath.of(0, 9), 0))))
          .hasMessageContaining("child 9 of step 1");
      assertThatThrownBy(
              () -> model.locateFrom(photo, List.of(new Hypothesis(CellPath.of(0, 1, 2, 3), 0))))
          .hasMessageContaining("more than 3 steps");
    }
  }

  @Test
  void whatWasSeenBeforeChangesNothing() {
    List<BufferedImage> photos = photos(40);
    try (ZoomModel model = ZoomModel.create(config(Kind.CHILD_COSINE, map), 4);
        ZoomModel other = ZoomModel.create(config(Kind.CHILD_COSINE, map), 4)) {
      List<Location> first = model.localizer().locateImages(photos);
      assertThat(model.localizer().locateImages(photos)).isEqualTo(first);
      Location alone = other.localizer().locate(photos.get(39));
      assertThat(alone.candidates().get(0).cell())
          .isEqualTo(first.get(39).candidates().get(0).cell());
      assertThat(alone.score()).isCloseTo(first.get(39).score(), within(1e-5));
    }
  }

  @Test
  void everyStepMayHaveItsOwnNumberOfChildren() {
    ZoomConfig config = config(Kind.CHILD_COSINE, map).withChildrenPerSide(List.of(6, 2, 3, 2));
    try (ZoomModel model = ZoomModel.create(config.withAnswer(new AnswerOptions(0, 2000)), 8)) {
      Location location = model.localizer(EVERYTHING).locate(photos(1).get(0));
      assertThat(location.candidates()).hasSize(36 * 4 * 9 * 4 > 2000 ? 2000 : 0);
      assertThat(location.candidates().get(0).cell()).asString().matches("\\d+-[0-3]-[0-8]-[0-3]");
    }
    assertThatThrownBy(() -> ZoomNetwork.of(config.withChildrenPerSide(List.of(4))))
        .hasMessageContaining("48 px")
        .hasMessageContaining("4 children");
  }

  @Test
  void answersWithTheDensityModeOfTheTerminalCells() {
    ZoomConfig best = config(Kind.CHILD_COSINE, map).withAnswer(AnswerOptions.defaults());
    try (ZoomModel model = ZoomModel.create(best, 9)) {
      BufferedImage photo = photos(1).get(0);
      Location location = model.localizer(EVERYTHING).locate(photo);
      assertThat(location.latLng()).isEqualTo(location.candidates().get(0).latLng());
    }
    ZoomConfig all = config(Kind.CHILD_COSINE, map).withAnswer(new AnswerOptions(4000, 1000));
    try (ZoomModel model = ZoomModel.create(all, 9)) {
      Location location = model.localizer(EVERYTHING).locate(photos(1).get(0));
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
    ZoomConfig config =
        ZoomSamples.searching(config(Kind.CHILD_COSINE, map), EVERYTHING)
            .withAnswer(new AnswerOptions(0, 1000));
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
    try (ZoomModel model = ZoomModel.create(config(Kind.CHILD_COSINE, map), 11)) {
      Hypotheses found =
          model
              .inference()
              .search(photos(1).get(0), List.of(Hypothesis.ROOT), BeamOptions.greedy());
      assertThat(found.complete()).hasSize(4);
      assertThat(found.dropped()).hasSize(3 + 8);
      SearchOutcome outcome = SearchOutcome.of(found, 1);
      assertThat(Arrays.stream(outcome.shares()).sum()).isCloseTo(1, within(1e-9));
      for (int a = 0; a < 4; a++) {
        for (int b = 0; b < 9; b++) {
          CellPath truth = CellPath.of(a, b, 1);
          CellPath cell = outcome.cells().get(outcome.indexOf(truth));
          assertThat(truth.prefix(cell.length())).isEqualTo(cell);
        }
      }
    }
  }

  @Test
  void regionsHoldTheirShareOfTheScore() {
    ZoomConfig config = config(Kind.CHILD_COSINE, map).withAnswer(new AnswerOptions(0, 1000));
    try (ZoomModel model = ZoomModel.create(config, 12)) {
      train(model, 3, 6);
      for (BufferedImage photo : photos(3)) {
        Location location = model.localizer(EVERYTHING).locate(photo);
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
    try (ZoomModel model = ZoomModel.create(config(Kind.DECODER, map), 13)) {
      List<BufferedImage> photos = photos(5);
      List<LatLng> places = places(5);
      List<CellPath> choices = model.teacherForcedChoices(photos, places);
      for (int i = 0; i < 5; i++) {
        CellPath path = model.grid().pathOf(places.get(i));
        for (int step = 0; step < 3; step++) {
          Hypothesis start = new Hypothesis(path.prefix(step), 0);
          Hypotheses greedy =
              model.inference().search(photos.get(i), List.of(start), BeamOptions.greedy());
          assertThat(greedy.complete().get(0).path().at(step)).isEqualTo(choices.get(i).at(step));
        }
      }
    }
  }

  @Test
  void isFoundByName() {
    Family family = Family.named("zoom");
    assertThat(family.sizes()).containsExactly("tiny", "small", "paper");
    for (String size : family.sizes()) {
      assertThat(family.network(size, Map.of()).parameterCount()).isPositive();
    }
    Map<String, String> settings =
        Map.of("map", map, "childrenPerSide", "[2,2]", "search.beamWidth", "3");
    try (ZoomModel model = (ZoomModel) family.create("tiny", settings, places(3), 1)) {
      assertThat(model.config().childrenPerSide()).containsExactly(2, 2);
      assertThat(model.config().search().beamWidth()).isEqualTo(3);
      assertThat(model.localizer().locate(photos(1).get(0)).candidates().get(0).cell())
          .asString()
          .matches("2/\\d/\\d");
    }
    assertThatThrownBy(() -> family.network("huge", Map.of()))
        .hasMessageContaining("tiny, small, paper");
  }

  @Test
  void candidatesAreSorted() {
    try (ZoomModel model = ZoomModel.create(config(Kind.CHILD_COSINE, map), 15)) {
      for (Location location : model.localizer().locateImages(photos(5))) {
        assertThat(location.candidates())
            .hasSize(10)
            .isSortedAccordingTo(Comparator.comparingDouble(Candidate::score).reversed());
      }
    }
  }
}
