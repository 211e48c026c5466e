package io.github.geofix.models.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.internal.decode.SearchOutcome;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.NoGradExtension;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.token.Decoding.BeamSearch;
import io.github.geofix.models.token.Decoding.DiverseBeamSearch;
import io.github.geofix.models.token.Decoding.Sampling;
import io.github.geofix.models.token.ReferenceDatabase.Neighbor;
import io.github.geofix.models.token.Selection.DecodedPhoto;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Decoding against the definition: all words, scored one by one without keeping anything. */
@ExtendWith(NoGradExtension.class)
class DecodingTest {
  /** Of topK: draws from all values. */
  private static final int ALL = Integer.MAX_VALUE;

  /** Face and two tokens of 16: 1,536 words. */
  private static final int LENGTH = 3;

  private static final int WORDS = 6 * 16 * 16;

  private NDManager manager;
  private TokenModel model;
  private NDArray memory;

  @BeforeEach
  void create() {
    manager = TorchEngine.newManager();
    model =
        TokenModel.create(
            TokenConfigs.vectors(
                new TokenConfig.Vectors(1, 8, 0), new TokenNetwork.Options(16, 4, 32, 1, 2, 0)),
            5);
    // As they begin, all words are about as likely; no search could go wrong.
    model
        .network()
        .parameters()
        .forEach(
            (name, p) -> {
              if (name.startsWith("heads")) {
                NDArray stronger = p.array().mul(manager.full(new Shape(), 12f, DataType.FLOAT32));
                p.set(stronger);
              }
            });
    NDArray photos = manager.randomNormal(0, 1, new Shape(2, 1, 8), DataType.FLOAT32);
    memory = model.network().memory(Forward.INFERENCE, List.of(photos));
  }

  @AfterEach
  void free() {
    model.close();
    manager.close();
  }

  /** The log-probabilities of all words of a photo, without a cache. */
  private Map<CellPath, Double> all(int photo, double temperature) {
    long[] flat = new long[WORDS * LENGTH];
    for (int w = 0; w < WORDS; w++) {
      flat[w * LENGTH] = w / 256;
      flat[w * LENGTH + 1] = w / 16 % 16;
      flat[w * LENGTH + 2] = w % 16;
    }
    NDArray words = manager.create(flat, new Shape(WORDS, LENGTH));
    NDArray same = memory.get(photo + ":" + (photo + 1)).repeat(0, WORDS);
    List<NDArray> logits = model.network().logits(Forward.INFERENCE, same, words);
    double[] sums = new double[WORDS];
    for (int n = 0; n < LENGTH; n++) {
      float[] values = logits.get(n).toFloatArray();
      int count = values.length / WORDS;
      for (int w = 0; w < WORDS; w++) {
        double normalizer = 0;
        for (int v = 0; v < count; v++) {
          normalizer += Math.exp(values[w * count + v] / temperature);
        }
        sums[w] +=
            values[w * count + (int) flat[w * LENGTH + n]] / temperature - Math.log(normalizer);
      }
    }
    Map<CellPath, Double> byWord = new HashMap<>();
    for (int w = 0; w < WORDS; w++) {
      byWord.put(CellPath.of(w / 256, w / 16 % 16, w % 16), sums[w]);
    }
    return byWord;
  }

  @Test
  void aBeamOfAnyWidthHasTheLogProbabilitiesOfTheDefinition() {
    for (double temperature : new double[] {1, 0.6}) {
      List<Hypotheses> pools =
          BeamSearch.ofWidth(7).withTemperature(temperature).decode(model.network(), memory);
      for (int b = 0; b < 2; b++) {
        Map<CellPath, Double> expected = all(b, temperature);
        for (Hypothesis word : pools.get(b).complete()) {
          assertThat(word.logProbability()).isCloseTo(expected.get(word.path()), within(1e-4));
        }
      }
    }
  }

  @Test
  void aBeamThatDropsNothingFindsEveryWordInOrder() {
    List<Hypotheses> pools = BeamSearch.ofWidth(WORDS).decode(model.network(), memory);
    for (int b = 0; b < 2; b++) {
      Map<CellPath, Double> expected = all(b, 1);
      List<Hypothesis> words = pools.get(b).complete();
      assertThat(words).hasSize(WORDS);
      assertThat(pools.get(b).dropped()).isEmpty();
      assertThat(words).isSortedAccordingTo(Hypothesis.BEST_FIRST);
      double sum = 0;
      for (Hypothesis word : words) {
        assertThat(word.logProbability()).isCloseTo(expected.get(word.path()), within(1e-4));
        sum += Math.exp(word.logProbability());
      }
      assertThat(sum).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void wordsAndDroppedPrefixesCoverTheEarthOnce() {
    for (Hypotheses pool : BeamSearch.ofWidth(4).decode(model.network(), memory)) {
      CellPartition cells = TokenLocalizer.onS2(photo(pool), SearchOutcome.of(pool, 1)).cells();
      double area = IntStream.range(0, cells.size()).mapToDouble(cells::areaKm2).sum();
      assertThat(area).isCloseTo(5.1e8, within(0.02e8));
      double sum = pool.all().stream().mapToDouble(word -> Math.exp(word.logProbability())).sum();
      assertThat(sum).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void groupsOfADiverseBeamFindOtherWords() {
    List<Hypotheses> plain = DiverseBeamSearch.of(3, 2, 0).decode(model.network(), memory);
    List<Hypotheses> diverse = DiverseBeamSearch.of(3, 2, 50).decode(model.network(), memory);
    for (int b = 0; b < 2; b++) {
      // Without a penalty all groups are one and the same beam search.
      assertThat(plain.get(b).complete().stream().map(Hypothesis::path))
          .containsExactlyElementsOf(
              BeamSearch.ofWidth(2).decode(model.network(), memory).get(b).complete().stream()
                  .map(Hypothesis::path)
                  .toList());
      assertThat(diverse.get(b).complete()).hasSize(6);
      // Two groups never share a face.
      assertThat(diverse.get(b).complete().stream().map(w -> w.path().at(0)).distinct())
          .hasSizeGreaterThanOrEqualTo(3);
      Map<CellPath, Double> expected = all(b, 1);
      for (Hypothesis word : diverse.get(b).complete()) {
        assertThat(word.logProbability()).isCloseTo(expected.get(word.path()), within(1e-4));
      }
    }
  }

  @Test
  void theSameSeedDrawsTheSameWordsInAnyBatch() {
    Sampling sampling = Sampling.of(20, 9).withTemperature(1.2);
    List<Hypotheses> both = sampling.decode(model.network(), memory);
    List<Hypotheses> second = sampling.decode(model.network(), memory.get("1:2"));
    assertThat(values(second.get(0))).isEqualTo(values(both.get(1)));
    assertThat(values(sampling.decode(model.network(), memory).get(0)))
        .isEqualTo(values(both.get(0)));
    assertThat(
            values(Sampling.of(20, 10).withTemperature(1.2).decode(model.network(), memory).get(0)))
        .isNotEqualTo(values(both.get(0)));
  }

  private static List<CellPath> values(Hypotheses pool) {
    return pool.complete().stream().map(Hypothesis::path).toList();
  }

  @Test
  void drawsWordsAsOftenAsTheyAreLikely() {
    int count = 2000;
    Hypotheses pool =
        Sampling.of(count, 3).withTemperature(1).decode(model.network(), memory).get(0);
    Map<CellPath, Double> expected = all(0, 1);
    double[] faces = new double[6];
    expected.forEach((word, log) -> faces[word.at(0)] += Math.exp(log));
    double[] drawn = new double[6];
    for (Hypothesis word : pool.complete()) {
      drawn[word.path().at(0)] += 1.0 / count;
      assertThat(word.logProbability()).isCloseTo(expected.get(word.path()), within(1e-4));
    }
    for (int face = 0; face < 6; face++) {
      // Five standard deviations.
      double deviation = Math.sqrt(faces[face] * (1 - faces[face]) / count);
      assertThat(drawn[face]).isCloseTo(faces[face], within(5 * deviation + 1e-3));
    }
  }

  @Test
  void topKAndTopPLeaveUnlikelyValuesOut() {
    double[] log = Arrays.stream(new double[] {0.1, 0.5, 0.15, 0.25}).map(Math::log).toArray();
    assertThat(drawn(Sampling.of(1, 1), log)).containsExactly(0, 1, 2, 3);
    assertThat(drawn(sampling(1, 2, 1), log)).containsExactly(1, 3);
    assertThat(drawn(sampling(1, ALL, 0.74), log)).containsExactly(1, 3);
    assertThat(drawn(sampling(1, ALL, 0.76), log)).containsExactly(1, 2, 3);
    assertThat(drawn(sampling(1, 1, 1), log)).containsExactly(1);
  }

  private static Sampling sampling(int samples, int topK, double topP) {
    return new Sampling(samples, 0.7, topK, topP, false, 1);
  }

  private static List<Integer> drawn(Sampling sampling, double[] log) {
    SplittableRandom random = new SplittableRandom(1);
    return IntStream.range(0, 500)
        .map(i -> sampling.draw(log, random))
        .distinct()
        .sorted()
        .boxed()
        .toList();
  }

  @Test
  void statesAreThoseOfWholeWords() {
    List<Hypotheses> pools = Sampling.of(5, 2).decode(model.network(), memory);
    List<List<float[]>> states = PrefixTree.statesAfter(model.network(), memory, pools);
    for (int b = 0; b < 2; b++) {
      for (int i = 0; i < 5; i++) {
        int[] tokens = pools.get(b).complete().get(i).path().toArray();
        long[] word = Arrays.stream(tokens).asLongStream().toArray();
        NDArray expectedStates =
            model
                .network()
                .states(
                    Forward.INFERENCE,
                    memory.get(b + ":" + (b + 1)),
                    manager.create(word, new Shape(1, LENGTH)));
        float[] expected = expectedStates.get("0, " + LENGTH).toFloatArray();
        float[] found = states.get(b).get(i);
        for (int d = 0; d < expected.length; d++) {
          assertThat(found[d]).isCloseTo(expected[d], within(1e-4f));
        }
      }
    }
  }

  @Test
  void refusesNonsense() {
    assertThatThrownBy(() -> BeamSearch.ofWidth(0)).hasMessageContaining("beamWidth");
    assertThatThrownBy(() -> BeamSearch.ofWidth(1).withTemperature(Double.NaN))
        .hasMessageContaining("temperature");
    assertThatThrownBy(() -> sampling(1, ALL, 1.5)).hasMessageContaining("1.5");
    assertThatThrownBy(() -> DiverseBeamSearch.of(2, 2, -1)).hasMessageContaining("-1");
  }

  /** Logits over a number so small are beyond a double. */
  @Test
  void theLowestTemperatureIsGreedy() {
    List<Hypotheses> greedy = BeamSearch.greedy().decode(model.network(), memory);
    for (Decoding coldest :
        List.of(
            BeamSearch.ofWidth(3).withTemperature(Double.MIN_VALUE),
            DiverseBeamSearch.of(2, 2, 0.5).withTemperature(Double.MIN_VALUE),
            Sampling.of(3, 1).withTemperature(Double.MIN_VALUE),
            sampling(3, ALL, Double.MIN_VALUE),
            sampling(3, 1, 1))) {
      List<Hypotheses> pools = coldest.decode(model.network(), memory);
      for (int b = 0; b < 2; b++) {
        Hypotheses pool = pools.get(b);
        assertThat(pool.complete().get(pool.mostProbable()).path())
            .isEqualTo(greedy.get(b).complete().get(0).path());
        assertThat(SearchOutcome.of(pool, 1).shares()).doesNotContain(Double.NaN);
      }
    }
  }

  @Test
  void findsEveryWordOfABeamAsWideAsTheVocabulary() {
    List<Hypothesis> all =
        BeamSearch.ofWidth(10 * WORDS).decode(model.network(), memory).get(0).complete();
    assertThat(all).hasSize(WORDS).doesNotHaveDuplicates();
    assertThat(all.stream().mapToDouble(w -> Math.exp(w.logProbability())).sum())
        .isCloseTo(1, within(1e-5));
  }

  @Test
  void selectionsChooseAsTheySay() {
    DecodedPhoto pool = photo(BeamSearch.ofWidth(30).decode(model.network(), memory).get(0));
    assertThat(Selection.mostProbable().choose(pool)).isEqualTo(pool.latLng(0));
    assertThat(Selection.medoid().choose(pool)).isEqualTo(pool.latLng(pool.points().medoid()));
    assertThat(Selection.density(300).choose(pool)).isEqualTo(pool.points().densityMode(300));
    Neighbor neighbor = new Neighbor(new float[1][1], pool.latLng(11), 0.4);
    DecodedPhoto beside =
        new DecodedPhoto(pool.tokenizer(), pool.hypotheses(), List.of(), List.of(neighbor));
    assertThat(Selection.nearNeighbors(1).choose(beside)).isEqualTo(pool.latLng(11));
    assertThat(Selection.nearNeighbors(1).choose(pool)).isEqualTo(pool.latLng(0));
  }

  private DecodedPhoto photo(Hypotheses found) {
    return new DecodedPhoto(model.tokenizer(), found, List.of(), List.of());
  }

  @Test
  void theGreedySequenceComesFirstAndChangesNoDraw() {
    Sampling sampling = Sampling.of(6, 4);
    List<Hypotheses> greedy = BeamSearch.greedy().decode(model.network(), memory);
    List<Hypotheses> drawn = sampling.decode(model.network(), memory);
    List<Hypotheses> both = new Sampling(6, 0.7, ALL, 1, true, 4).decode(model.network(), memory);
    for (int b = 0; b < 2; b++) {
      assertThat(both.get(b).complete()).hasSize(7);
      assertThat(both.get(b).complete().get(0).path())
          .isEqualTo(greedy.get(b).complete().get(0).path());
      assertThat(values(both.get(b)).subList(1, 7)).isEqualTo(values(drawn.get(b)));
    }
  }

  @Test
  void refusesScoresThatAreNotNumbers() {
    model
        .network()
        .parameters()
        .forEach(
            (name, p) -> {
              if (name.equals("heads.1.bias")) {
                p.set(manager.full(new Shape(16), Float.NaN));
              }
            });
    for (Decoding decoding : List.of(BeamSearch.ofWidth(2), Sampling.of(2, 1))) {
      assertThatThrownBy(() -> decoding.decode(model.network(), memory))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("not finite");
    }
  }
}
