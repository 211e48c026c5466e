package io.github.geofix.models.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.NoGradExtension;
import io.github.geofix.models.nn.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Decoding against the definition: all words, scored one by one without keeping anything. */
@ExtendWith(NoGradExtension.class)
class DecodingTest {
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
            TokenModel.Config.tiny()
                .withVectors(1, 8, 0)
                .withLevel(4)
                .withTransformer(16, 4, 32, 1, 2),
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
  private Map<List<Integer>, Double> all(int photo, double temperature) {
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
    Map<List<Integer>, Double> byWord = new HashMap<>();
    for (int w = 0; w < WORDS; w++) {
      byWord.put(List.of(w / 256, w / 16 % 16, w % 16), sums[w]);
    }
    return byWord;
  }

  @Test
  void aBeamOfAnyWidthHasTheLogProbabilitiesOfTheDefinition() {
    for (double temperature : new double[] {1, 0.6}) {
      List<Pool> pools =
          BeamSearch.ofWidth(7).withTemperature(temperature).find(model.network(), memory);
      for (int b = 0; b < 2; b++) {
        Map<List<Integer>, Double> expected = all(b, temperature);
        for (Word word : pools.get(b).words()) {
          assertThat(word.logProbability()).isCloseTo(expected.get(word.values()), within(1e-4));
        }
      }
    }
  }

  @Test
  void aBeamThatDropsNothingFindsEveryWordInOrder() {
    List<Pool> pools = BeamSearch.ofWidth(WORDS).find(model.network(), memory);
    for (int b = 0; b < 2; b++) {
      Map<List<Integer>, Double> expected = all(b, 1);
      List<Word> words = pools.get(b).words();
      assertThat(words).hasSize(WORDS);
      assertThat(pools.get(b).dropped()).isEmpty();
      assertThat(words).isSortedAccordingTo(Word.LIKELIEST_FIRST);
      double sum = 0;
      for (Word word : words) {
        assertThat(word.logProbability()).isCloseTo(expected.get(word.values()), within(1e-4));
        sum += Math.exp(word.logProbability());
      }
      assertThat(sum).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void wordsAndDroppedPrefixesCoverTheEarthOnce() {
    for (Pool pool : BeamSearch.ofWidth(4).find(model.network(), memory)) {
      ScoredCells cells = ScoredCells.of(pool, 1);
      double area =
          IntStream.range(0, cells.partition().size())
              .mapToDouble(cells.partition()::areaKm2)
              .sum();
      assertThat(area).isCloseTo(5.1e8, within(0.02e8));
      double sum =
          Stream.concat(pool.words().stream(), pool.dropped().stream())
              .mapToDouble(word -> Math.exp(word.logProbability()))
              .sum();
      assertThat(sum).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void groupsOfADiverseBeamFindOtherWords() {
    List<Pool> plain = DiverseBeamSearch.of(3, 2, 0).find(model.network(), memory);
    List<Pool> diverse = DiverseBeamSearch.of(3, 2, 50).find(model.network(), memory);
    for (int b = 0; b < 2; b++) {
      // Without a penalty all groups are one and the same beam search.
      assertThat(plain.get(b).words().stream().map(Word::values))
          .containsExactlyElementsOf(
              BeamSearch.ofWidth(2).find(model.network(), memory).get(b).words().stream()
                  .map(Word::values)
                  .toList());
      assertThat(diverse.get(b).words()).hasSize(6);
      // Two groups never share a face.
      assertThat(diverse.get(b).words().stream().map(w -> w.values().get(0)).distinct())
          .hasSizeGreaterThanOrEqualTo(3);
      Map<List<Integer>, Double> expected = all(b, 1);
      for (Word word : diverse.get(b).words()) {
        assertThat(word.logProbability()).isCloseTo(expected.get(word.values()), within(1e-4));
      }
    }
  }

  @Test
  void theSameSeedDrawsTheSameWordsInAnyBatch() {
    Sampling sampling = Sampling.of(20, 9).withTemperature(1.2);
    List<Pool> both = sampling.find(model.network(), memory);
    List<Pool> second = sampling.find(model.network(), memory.get("1:2"));
    assertThat(values(second.get(0))).isEqualTo(values(both.get(1)));
    assertThat(values(sampling.find(model.network(), memory).get(0)))
        .isEqualTo(values(both.get(0)));
    assertThat(
            values(Sampling.of(20, 10).withTemperature(1.2).find(model.network(), memory).get(0)))
        .isNotEqualTo(values(both.get(0)));
  }

  private static List<List<Integer>> values(Pool pool) {
    return pool.words().stream().map(Word::values).toList();
  }

  @Test
  void drawsWordsAsOftenAsTheyAreLikely() {
    int count = 2000;
    Pool pool = Sampling.of(count, 3).withTemperature(1).find(model.network(), memory).get(0);
    Map<List<Integer>, Double> expected = all(0, 1);
    double[] faces = new double[6];
    expected.forEach((word, log) -> faces[word.get(0)] += Math.exp(log));
    double[] drawn = new double[6];
    for (Word word : pool.words()) {
      drawn[word.values().get(0)] += 1.0 / count;
      assertThat(word.logProbability()).isCloseTo(expected.get(word.values()), within(1e-4));
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
    assertThat(drawn(Sampling.of(1, 1).withTopK(2), log)).containsExactly(1, 3);
    assertThat(drawn(Sampling.of(1, 1).withTopP(0.74), log)).containsExactly(1, 3);
    assertThat(drawn(Sampling.of(1, 1).withTopP(0.76), log)).containsExactly(1, 2, 3);
    assertThat(drawn(Sampling.of(1, 1).withTopK(1), log)).containsExactly(1);
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
    List<Pool> pools = Sampling.of(5, 2).find(model.network(), memory);
    List<Pool> withStates = PrefixTree.withStates(model.network(), memory, pools);
    for (int b = 0; b < 2; b++) {
      for (int i = 0; i < 5; i++) {
        long[] word = Arrays.stream(pools.get(b).words().get(i).toArray()).asLongStream().toArray();
        NDArray states =
            model
                .network()
                .states(
                    Forward.INFERENCE,
                    memory.get(b + ":" + (b + 1)),
                    manager.create(word, new Shape(1, LENGTH)));
        float[] expected = states.get("0, " + LENGTH).toFloatArray();
        float[] found = withStates.get(b).states().get(i);
        for (int d = 0; d < expected.length; d++) {
          assertThat(found[d]).isCloseTo(expected[d], within(1e-4f));
        }
      }
    }
  }

  @Test
  void refusesNonsense() {
    assertThatThrownBy(() -> BeamSearch.ofWidth(0)).hasMessageContaining("width");
    assertThatThrownBy(() -> BeamSearch.ofWidth(1).withTemperature(Double.NaN))
        .hasMessageContaining("temperature");
    assertThatThrownBy(() -> Sampling.of(1, 1).withTopP(1.5)).hasMessageContaining("1.5");
    assertThatThrownBy(() -> DiverseBeamSearch.of(2, 2, -1)).hasMessageContaining("-1");
  }

  /** Logits over a number so small are beyond a double. */
  @Test
  void theLowestTemperatureIsGreedy() {
    List<Pool> greedy = BeamSearch.greedy().find(model.network(), memory);
    for (Decoding coldest :
        List.of(
            BeamSearch.ofWidth(3).withTemperature(Double.MIN_VALUE),
            DiverseBeamSearch.of(2, 2, 0.5).withTemperature(Double.MIN_VALUE),
            Sampling.of(3, 1).withTemperature(Double.MIN_VALUE),
            Sampling.of(3, 1).withTopP(Double.MIN_VALUE),
            Sampling.of(3, 1).withTopK(1))) {
      List<Pool> pools = coldest.find(model.network(), memory);
      for (int b = 0; b < 2; b++) {
        Pool pool = pools.get(b);
        assertThat(pool.words().get(pool.mostProbable()).values())
            .isEqualTo(greedy.get(b).words().get(0).values());
        assertThat(ScoredCells.of(pool, 1).scores()).doesNotContain(Double.NaN);
      }
    }
  }

  @Test
  void findsEveryWordOfABeamAsWideAsTheVocabulary() {
    List<Word> all = BeamSearch.ofWidth(10 * WORDS).find(model.network(), memory).get(0).words();
    assertThat(all).hasSize(WORDS).doesNotHaveDuplicates();
    assertThat(all.stream().mapToDouble(w -> Math.exp(w.logProbability())).sum())
        .isCloseTo(1, within(1e-5));
  }

  @Test
  void selectionsChooseAsTheySay() {
    Pool pool = BeamSearch.ofWidth(30).find(model.network(), memory).get(0);
    assertThat(Selection.mostProbable().choose(pool)).isEqualTo(pool.latLng(0));
    assertThat(Selection.medoid().choose(pool)).isEqualTo(pool.latLng(pool.points().medoid()));
    assertThat(Selection.density(300).choose(pool)).isEqualTo(pool.points().densityMode(300));
    assertThat(Selection.closestTo(pool.latLng(17)).choose(pool)).isEqualTo(pool.latLng(17));
    List<Neighbor> neighbors = new ArrayList<>();
    neighbors.add(new Neighbor(new float[1][1], pool.latLng(11), 0.4));
    assertThat(Selection.nearNeighbors(neighbors, 1).choose(pool)).isEqualTo(pool.latLng(11));
    assertThat(Selection.nearNeighbors(List.of(), 1).choose(pool)).isEqualTo(pool.latLng(0));
  }
}
