package io.github.geofix.models.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.backbone.Pretrained;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.internal.loss.NextToken;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.NoGradExtension;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.token.Decoding.BeamSearch;
import io.github.geofix.models.weights.RenameTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the authors' code computes from the same small weights. */
@ExtendWith(NoGradExtension.class)
class TokenOracleTest {
  private static final int PHOTOS = 3;
  private static final int LENGTH = 11;
  private static final int DRAWN = 30;
  private static final CellTokenizer TOKENIZER = CellTokenizer.of(CellTokenizer.Options.defaults());
  private static final Oracle ORACLE = Oracle.of("geotoken_small");

  private static NDManager manager;
  private static TokenNetwork network;
  private static NDArray memory;

  @BeforeAll
  static void load() {
    manager = TorchEngine.newManager();
    VectorInput input = new VectorInput(new TokenConfig.Vectors(3, 768, 15), TOKENIZER, 32);
    network = new TokenNetwork(new TokenNetwork.Options(32, 4, 64, 2, 2, 0.1), TOKENIZER, input);
    fill(network, TokenNetwork.publishedNames().withoutPrefix("weights."));
    memory = network.memory(Forward.INFERENCE, inputs(0));
  }

  private static void fill(Module module, RenameTable names) {
    try (Safetensors weights = Safetensors.open(ORACLE.path())) {
      Weights.load(module, manager, weights, names).requireExact();
    }
  }

  @AfterAll
  static void free() {
    manager.close();
  }

  /** The photos with the 15 neighbors from a rank on. */
  static List<NDArray> inputs(int firstRank) {
    NDArray rows =
        manager
            .create(ORACLE.longs("neighbours"), new Shape(ORACLE.shape("neighbours")))
            .get(":, " + firstRank + ":" + (firstRank + 15));
    List<NDArray> photo = new ArrayList<>();
    List<NDArray> gallery = new ArrayList<>();
    for (String kind : List.of("image", "loc", "text")) {
      photo.add(ORACLE.array(manager, "query_" + kind));
      gallery.add(ORACLE.array(manager, "gallery_" + kind));
    }
    NDArray tokens =
        manager.create(ORACLE.longs("gallery_tokens"), new Shape(ORACLE.shape("gallery_tokens")));
    return List.of(
        stack(photo, 1),
        stack(gallery, 1).get(rows),
        tokens.get(rows).toType(DataType.FLOAT32, false));
  }

  private static NDArray stack(List<NDArray> arrays, int axis) {
    return NDArrays.stack(new NDList(arrays.toArray(new NDArray[0])), axis);
  }

  private static NDArray words(String tensor) {
    return manager.create(ORACLE.longs(tensor), new Shape(ORACLE.shape(tensor)));
  }

  @Test
  void aPublishedCheckpointIsImportedAsAWhole() {
    try (Safetensors weights = Safetensors.open(ORACLE.path())) {
      RenameTable names = TokenNetwork.publishedNames().withoutPrefix("weights.");
      assertThat(Pretrained.load(network, weights, Map.of("geotoken", names), null))
          .containsOnlyKeys("geotoken");
      assertThatThrownBy(() -> Pretrained.load(network, weights, Map.of(), null))
          .hasMessageContaining("no backbone");
    }
  }

  @Test
  void encodesAsTheOriginal() {
    ORACLE.assertClose(memory.transpose(1, 0, 2), "memory", 1e-5);
  }

  @Test
  void scoresWordsAsTheOriginal() {
    List<NDArray> logits = network.logits(Forward.INFERENCE, memory, words("target"));
    float[] expected = ORACLE.floats("token_logp_target");
    long[] target = ORACLE.longs("target");
    for (int n = 0; n < LENGTH; n++) {
      float[] log = logits.get(n).logSoftmax(1).toFloatArray();
      int values = log.length / PHOTOS;
      for (int b = 0; b < PHOTOS; b++) {
        assertThat(log[b * values + (int) target[b * LENGTH + n]])
            .isCloseTo(expected[b * LENGTH + n], within(2e-5f));
      }
    }
  }

  /** The original computes this loss in training mode, in which photos have other neighbors. */
  @Test
  void hasTheLossOfTheOriginalOnTheNeighborsOfTraining() {
    NDArray training = network.memory(Forward.INFERENCE, inputs(1));
    NextToken loss = NextToken.defaults().withWeights(2, 1);
    NDArray target = words("target");
    List<NDArray> logits = network.logits(Forward.INFERENCE, training, target);
    assertThat(loss.loss(logits, target).getFloat())
        .isCloseTo(ORACLE.scalar("teacher_forced_loss"), within(1e-5f));
  }

  @ParameterizedTest
  @CsvSource({
    "1,1.0", "2,1.0", "3,1.0", "5,1.0", "6,1.0", "1,0.7", "2,0.7", "3,0.7", "5,0.7", "6,0.7"
  })
  void beamSearchFindsTheWordsOfTheOriginal(int width, double temperature) {
    List<Hypotheses> results =
        BeamSearch.ofWidth(width).withTemperature(temperature).decode(network, memory);
    String name = "beam" + width + "_temp" + temperature;
    assertThat(best(results)).isEqualTo(ORACLE.longs(name + ".tokens"));
    if (temperature == 1) {
      float[] sums = ORACLE.floats(name + ".sum_logp_temp1");
      for (int b = 0; b < PHOTOS; b++) {
        assertThat(results.get(b).complete().get(0).logProbability())
            .isCloseTo(sums[b], within(1e-4));
      }
    }
  }

  @Test
  void greedySearchFindsTheWordsOfTheOriginal() {
    assertThat(best(BeamSearch.greedy().decode(network, memory))).isEqualTo(ORACLE.longs("greedy"));
  }

  @Test
  void drawnWordsHaveTheProbabilitiesOfTheOriginal() {
    NDArray drawn = words("pool_seq");
    long[] values = ORACLE.longs("pool_seq");
    double[] expected = ORACLE.doubles("pool_logp_temp0.7");
    for (int i = 0; i < DRAWN; i++) {
      List<NDArray> logits = network.logits(Forward.INFERENCE, memory, drawn.get(":, {}", i));
      double[] sums = new double[PHOTOS];
      for (int n = 0; n < LENGTH; n++) {
        float[] log = logits.get(n).div(manager.create(0.7f)).logSoftmax(1).toFloatArray();
        for (int b = 0; b < PHOTOS; b++) {
          int value = (int) values[(b * DRAWN + i) * LENGTH + n];
          sums[b] += log[b * (log.length / PHOTOS) + value];
        }
      }
      for (int b = 0; b < PHOTOS; b++) {
        assertThat(sums[b]).isCloseTo(expected[b * DRAWN + i], within(1e-4));
      }
    }
  }

  @Test
  void theRewardScorerReadsDrawnWordsAsTheOriginal() {
    RewardScorer.Scorer scorer = new RewardScorer.Scorer(32, 16);
    fill(scorer, RenameTable.IDENTITY.withoutPrefix("reward."));
    NDArray states = manager.create(statesOfDrawnWords(), new Shape(PHOTOS, DRAWN, 32));
    ORACLE.assertClose(scorer.forward(Forward.INFERENCE, states), "reward_logits", 1e-5);
  }

  private static float[] statesOfDrawnWords() {
    long[] values = ORACLE.longs("pool_seq");
    List<Hypotheses> drawn = new ArrayList<>();
    for (int b = 0; b < PHOTOS; b++) {
      List<Hypothesis> ofPhoto = new ArrayList<>();
      for (int i = 0; i < DRAWN; i++) {
        int first = (b * DRAWN + i) * LENGTH;
        int[] tokens =
            Arrays.stream(values, first, first + LENGTH).mapToInt(v -> (int) v).toArray();
        ofPhoto.add(new Hypothesis(CellPath.of(tokens), 0));
      }
      drawn.add(new Hypotheses(ofPhoto, List.of(), true));
    }
    NDList states = new NDList();
    for (List<float[]> ofPhoto : PrefixTree.statesAfter(network, memory, drawn)) {
      ofPhoto.forEach(state -> states.add(manager.create(state)));
    }
    return NDArrays.stack(states).toFloatArray();
  }

  static long[] best(List<Hypotheses> results) {
    return results.stream()
        .flatMapToInt(r -> Arrays.stream(r.complete().get(0).path().toArray()))
        .asLongStream()
        .toArray();
  }
}
