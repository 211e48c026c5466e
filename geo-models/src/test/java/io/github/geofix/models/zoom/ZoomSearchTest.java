package io.github.geofix.models.zoom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.internal.zoom.ZoomDecoder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.NoGradExtension;
import io.github.geofix.models.nn.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoGradExtension.class)
class ZoomSearchTest {
  private static final int DIMENSION = 16;
  private static final List<Integer> CHILDREN = List.of(2, 3, 2);

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = TorchEngine.newManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @CsvSource({"jzi_decoder_k4s4, 64, 4, 4", "jzi_decoder_k3s3, 48, 3, 3"})
  void aSearchOfWidthOneTakesTheChildrenOfJustZoomIn(
      String name, int dimension, int side, int steps) {
    Oracle oracle = Oracle.of(name);
    ZoomDecoder decoder =
        new ZoomDecoder(
            new ZoomConfig.Decoder(dimension, 4, 2, 0.1, true), Collections.nCopies(steps, side));
    oracle.load(decoder, manager);
    NDArray ground = oracle.array(manager, "ground");
    NDArray table = oracle.array(manager, "ar_sat_table");
    List<Integer> taken = new ArrayList<>();
    for (int i = 0; i < ground.getShape().get(0); i++) {
      Hypotheses found =
          search(
              decoder,
              ground.get(i + ":" + (i + 1)),
              paths -> {
                CellPath path = paths.get(0);
                int step = path.length();
                int row = step == 0 ? 0 : path.last() + 1;
                return table.get(step, row).expandDims(0);
              },
              BeamOptions.greedy());
      Arrays.stream(found.complete().get(0).path().toArray()).forEach(taken::add);
    }
    assertThat(taken.stream().mapToLong(Integer::longValue).toArray())
        .isEqualTo(oracle.longs("ar_actions"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aSearchThatDropsNothingScoresEveryCell(long seed) {
    ZoomDecoder decoder = decoder(seed);
    NDArray ground = vectors(List.of(CellPath.of(99)), seed);
    List<Hypothesis> found =
        search(decoder, ground, views(seed), BeamOptions.ofWidth(1000)).complete();
    Map<CellPath, Double> expected = scoresOfAllCells(decoder, ground, seed);
    assertThat(found.stream().map(Hypothesis::path))
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    double sum = 0;
    for (Hypothesis cell : found) {
      assertThat(cell.logProbability()).isCloseTo(expected.get(cell.path()), within(1e-4));
      sum += Math.exp(cell.logProbability());
    }
    assertThat(sum).isCloseTo(1, within(1e-5));
    assertThat(found)
        .isSortedAccordingTo(Comparator.comparingDouble(Hypothesis::logProbability).reversed());
  }

  /** The definition of a beam search over scores known beforehand. */
  @ParameterizedTest
  @CsvSource({"4, 1", "5, 2", "6, 3", "7, 5", "8, 9"})
  void keepsTheBestHypothesesOfEachStep(long seed, int width) {
    ZoomDecoder decoder = decoder(seed);
    NDArray ground = vectors(List.of(CellPath.of(99)), seed);
    Map<CellPath, Double> cells = scoresOfAllCells(decoder, ground, seed);
    List<CellPath> beams = List.of(CellPath.ROOT);
    for (int length = 1; length <= CHILDREN.size(); length++) {
      List<CellPath> before = beams;
      int prefix = length;
      // A distribution: the probability of a prefix is the sum of those of its cells.
      Map<CellPath, Double> prefixes =
          cells.entrySet().stream()
              .filter(cell -> before.contains(cell.getKey().prefix(prefix - 1)))
              .collect(
                  Collectors.groupingBy(
                      cell -> cell.getKey().prefix(prefix),
                      Collectors.summingDouble(cell -> Math.exp(cell.getValue()))));
      beams =
          prefixes.entrySet().stream()
              .sorted(Map.Entry.<CellPath, Double>comparingByValue().reversed())
              .limit(length == CHILDREN.size() ? Long.MAX_VALUE : width)
              .map(Map.Entry::getKey)
              .toList();
    }
    List<Hypothesis> found =
        search(decoder, ground, views(seed), BeamOptions.ofWidth(width)).complete();
    assertThat(found.stream().map(Hypothesis::path)).containsExactlyElementsOf(beams);
  }

  @Test
  void aMarginOfNothingKeepsTheBestAlone() {
    ZoomDecoder decoder = decoder(9);
    NDArray ground = vectors(List.of(CellPath.of(99)), 9);
    List<Hypothesis> narrow = search(decoder, ground, views(9), BeamOptions.greedy()).complete();
    assertThat(search(decoder, ground, views(9), BeamOptions.ofWidth(16).withMargin(0)).complete())
        .isEqualTo(narrow);
    assertThat(narrow).hasSize(4);
  }

  @Test
  void looksOnceAtEachCell() {
    ZoomDecoder decoder = decoder(10);
    List<CellPath> looked = new ArrayList<>();
    search(
        decoder,
        vectors(List.of(CellPath.of(99)), 10),
        paths -> {
          looked.addAll(paths);
          return vectors(paths, 10);
        },
        BeamOptions.ofWidth(3));
    assertThat(looked).hasSize(1 + 3 + 3).doesNotHaveDuplicates();
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> new BeamOptions(0, 1)).hasMessageContaining("beamWidth 0");
    assertThatThrownBy(() -> new BeamOptions(1, Double.NaN)).hasMessageContaining("margin NaN");
    for (double impossible : new double[] {Double.NEGATIVE_INFINITY, Double.NaN}) {
      List<Hypothesis> starts = List.of(new Hypothesis(CellPath.of(1), impossible));
      assertThatThrownBy(() -> ZoomSearch.search(constant(1), 2, starts, BeamOptions.ofWidth(16)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the start 1 has the log-probability " + impossible);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void refusesScoresThatAreNotNumbers(int steps) {
    List<Hypothesis> root = List.of(Hypothesis.ROOT);
    for (float score : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(
              () -> ZoomSearch.search(constant(score), steps, root, BeamOptions.ofWidth(16)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("not finite");
    }
  }

  private static Hypotheses search(
      ZoomDecoder decoder, NDArray ground, ZoomSearch.Views views, BeamOptions options) {
    return ZoomSearch.search(
        DecoderFrontier.atRoot(decoder, ground, views),
        decoder.steps(),
        List.of(Hypothesis.ROOT),
        options);
  }

  /** Gives all of four children the same score, at every step. */
  private ZoomSearch.Frontier constant(float score) {
    return new ZoomSearch.Frontier() {
      @Override
      public NDArray scores() {
        return manager.full(new Shape(1, 4), score);
      }

      @Override
      public ZoomSearch.Frontier into(long[] rows, long[] children, List<CellPath> paths) {
        return this;
      }
    };
  }

  private ZoomDecoder decoder(long seed) {
    ZoomDecoder decoder =
        new ZoomDecoder(new ZoomConfig.Decoder(DIMENSION, 2, 2, 0, true), CHILDREN);
    decoder.initialize(manager, seed);
    return decoder;
  }

  private ZoomSearch.Views views(long seed) {
    return paths -> vectors(paths, seed);
  }

  /** Returns a vector for each path that depends on it and the seed alone. */
  private NDArray vectors(List<CellPath> paths, long seed) {
    float[] values = new float[paths.size() * DIMENSION];
    for (int i = 0; i < values.length; i++) {
      Random random = new Random(31 * seed + paths.get(i / DIMENSION).hashCode());
      random.nextGaussian();
      for (int d = 0; d <= i % DIMENSION; d++) {
        values[i] = (float) random.nextGaussian();
      }
    }
    return manager.create(values, new Shape(paths.size(), DIMENSION));
  }

  private Map<CellPath, Double> scoresOfAllCells(ZoomDecoder decoder, NDArray ground, long seed) {
    List<CellPath> cells = new ArrayList<>();
    for (int a = 0; a < 4; a++) {
      for (int b = 0; b < 9; b++) {
        for (int c = 0; c < 4; c++) {
          cells.add(CellPath.of(a, b, c));
        }
      }
    }
    return cells.stream()
        .collect(Collectors.toMap(cell -> cell, cell -> score(decoder, ground, cell, seed)));
  }

  private double score(ZoomDecoder decoder, NDArray ground, CellPath cell, long seed) {
    List<CellPath> seen = List.of(cell.prefix(0), cell.prefix(1), cell.prefix(2));
    NDArray taken =
        manager.create(Arrays.stream(cell.toArray()).asLongStream().toArray(), new Shape(1, 3));
    List<NDArray> logits =
        decoder.logits(Forward.INFERENCE, ground, vectors(seen, seed).expandDims(0), taken);
    double sum = 0;
    for (int n = 0; n < 3; n++) {
      sum += logits.get(n).logSoftmax(-1).getFloat(0, cell.at(n));
    }
    return sum;
  }
}
