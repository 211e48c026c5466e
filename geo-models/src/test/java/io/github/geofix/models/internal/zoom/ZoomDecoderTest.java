package io.github.geofix.models.internal.zoom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.backbone.Fill;
import io.github.geofix.models.internal.loss.NextToken;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.RenameTable;
import io.github.geofix.models.zoom.ZoomConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZoomDecoderTest {
  private static final Forward F = Forward.INFERENCE;
  private static final ZoomConfig.Decoder SMALL = new ZoomConfig.Decoder(16, 2, 2, 0.1, true);
  private static final List<Integer> MIXED = List.of(4, 2, 3, 2);
  private static final List<Integer> PUBLISHED = List.of(4, 4, 4, 4);

  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void thePublishedSizeHasThePublishedNumberOfParameters() {
    ZoomDecoder decoder = new ZoomDecoder(ZoomConfig.Decoder.defaults(), PUBLISHED);
    // The paper says 21.27 million.
    assertThat(decoder.parameterCount()).isEqualTo(21_268_224);
  }

  @ParameterizedTest
  @CsvSource({"jzi_decoder_k4s4, 64, 4, 4", "jzi_decoder_k3s3, 48, 3, 3"})
  void equalsJustZoomIn(String name, int dimension, int side, int steps) {
    Oracle oracle = Oracle.of(name);
    ZoomDecoder decoder = decoder(oracle, dimension, side, steps);
    List<NDArray> logits = logits(decoder, oracle);
    oracle.assertClose(NDArrays.stack(new NDList(logits), 1), "logits", 1e-5);
    NDArray target = longs(oracle, "target");
    NextToken loss = NextToken.defaults();
    assertThat(loss.loss(logits, target).getFloat()).isCloseTo(oracle.scalar("ce"), within(1e-5f));
    assertThat(loss.withLabelSmoothing(0.1).loss(logits, target).getFloat())
        .isCloseTo(oracle.scalar("ce_label_smoothing_0p1"), within(1e-5f));
  }

  @ParameterizedTest
  @CsvSource({"jzi_decoder_k4s4, 64, 4, 4", "jzi_decoder_k3s3, 48, 3, 3"})
  void gradientsEqualThoseOfJustZoomIn(String name, int dimension, int side, int steps) {
    Oracle oracle = Oracle.of(name);
    ZoomDecoder decoder = decoder(oracle, dimension, side, steps);
    decoder.requireGradients(true);
    try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      NextToken loss = NextToken.defaults().withLabelSmoothing(0.1);
      collector.backward(loss.loss(logits(decoder, oracle), longs(oracle, "target")));
    }
    for (String parameter :
        List.of(
            "action_embed.weight",
            "blocks.0.self_attn.q_proj.weight",
            "blocks.0.norm1.weight",
            "blocks.1.ffn.w2.weight",
            "output_head.weight")) {
      NDArray gradient = decoder.parameter(parameter).array().getGradient();
      oracle.assertClose(gradient, "grad." + parameter, 1e-4);
    }
  }

  @ParameterizedTest
  @CsvSource({"jzi_decoder_k4s4, 64, 4, 4", "jzi_decoder_k3s3, 48, 3, 3"})
  void walksAsJustZoomInWalks(String name, int dimension, int side, int steps) {
    Oracle oracle = Oracle.of(name);
    ZoomDecoder decoder = decoder(oracle, dimension, side, steps);
    NDArray ground = oracle.array(manager, "ground");
    NDArray table = oracle.array(manager, "ar_sat_table");
    NDArray root = table.get("0, 0").expandDims(0).repeat(0, ground.getShape().get(0));
    ZoomDecoder.Step step = decoder.start(F, ground, root);
    List<NDArray> logits = new ArrayList<>();
    List<NDArray> taken = new ArrayList<>();
    while (true) {
      logits.add(step.logits());
      taken.add(step.logits().argMax(1));
      if (step.index() + 1 == steps) {
        break;
      }
      NDArray last = taken.get(step.index());
      NDArray views = table.get(step.index() + 1).get(last.add(manager.create(1L)));
      step = decoder.next(F, step, last, views);
    }
    assertThat(NDArrays.stack(new NDList(taken), 1).toLongArray())
        .isEqualTo(oracle.longs("ar_actions"));
    oracle.assertClose(NDArrays.stack(new NDList(logits), 1), "ar_logits", 1e-5);
  }

  @Test
  void equalsJustZoomInAtFullSize() {
    Oracle oracle = Oracle.of("jzi_decoder_full");
    ZoomDecoder decoder = new ZoomDecoder(ZoomConfig.Decoder.defaults(), PUBLISHED);
    new Fill(403, 0, 0)
        .into(
            decoder,
            manager,
            Fill.shapes("/oracles/jzi_decoder_full_names.json"),
            RenameTable.builder().ignore("freqs").build());
    float[] ground = Fill.uniform(45, -2, 2, 2 * 768);
    float[] views = Fill.uniform(46, -2, 2, 2 * 4 * 768);
    assertThat(Arrays.copyOf(ground, 8)).isEqualTo(oracle.floats("ground_first8"));
    assertThat(Arrays.copyOf(views, 8)).isEqualTo(oracle.floats("satellite_first8"));
    List<NDArray> logits =
        decoder.logits(
            F,
            manager.create(ground, new Shape(2, 768)),
            manager.create(views, new Shape(2, 4, 768)),
            longs(oracle, "target"));
    oracle.assertClose(NDArrays.stack(new NDList(logits), 1), "logits", 1e-4);
  }

  @ParameterizedTest
  @CsvSource({"jzi_decoder_k4s4, 16", "jzi_decoder_k3s3, 12"})
  void turnsAsFastAsJustZoomIn(String name, int headWidth) {
    float[] expected = Oracle.of(name).floats("weights.freqs");
    assertThat(expected).hasSize(headWidth / 2);
    for (int i = 0; i < expected.length; i++) {
      assertThat((float) RotaryPositions.frequency(i, headWidth))
          .isCloseTo(expected[i], within(1e-6f));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void stepByStepEqualsAllAtOnce(long seed) {
    Random random = new Random(seed);
    ZoomDecoder decoder = new ZoomDecoder(SMALL, MIXED);
    decoder.initialize(manager, seed);
    NDArray ground = normal(random, 3, 16);
    NDArray views = normal(random, 3, 4, 16);
    NDArray taken = taken(random, 3);
    List<NDArray> all = decoder.logits(F, ground, views, taken);
    assertThat(all.stream().map(NDArray::getShape))
        .containsExactly(new Shape(3, 16), new Shape(3, 4), new Shape(3, 9), new Shape(3, 4));
    ZoomDecoder.Step step = decoder.start(F, ground, views.get(":, 0"));
    assertClose(step.logits(), all.get(0));
    for (int n = 1; n < 4; n++) {
      step = decoder.next(F, step, taken.get(":, " + (n - 1)), views.get(":, " + n));
      assertThat(step.index()).isEqualTo(n);
      assertClose(step.logits(), all.get(n));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void walksMayBeRepeatedAndLeftOut(long seed) {
    Random random = new Random(seed);
    ZoomDecoder decoder = new ZoomDecoder(SMALL, MIXED);
    decoder.initialize(manager, seed);
    NDArray ground = normal(random, 3, 16);
    NDArray views = normal(random, 3, 16);
    NDArray chosen = manager.create(new long[] {2, 0, 2, 2});
    ZoomDecoder.Step some = decoder.start(F, ground, views).rows(chosen);
    ZoomDecoder.Step same = decoder.start(F, ground.get(chosen), views.get(chosen));
    assertClose(some.logits(), same.logits());
    NDArray taken = manager.create(new long[] {3, 15, 0, 3});
    NDArray further = normal(random, 4, 16);
    assertClose(
        decoder.next(F, some, taken, further).logits(),
        decoder.next(F, same, taken, further).logits());
  }

  @Test
  void dropsOutInTrainingAloneAndAsTheSeedSays() {
    Random random = new Random(11);
    ZoomDecoder decoder = new ZoomDecoder(SMALL, MIXED);
    decoder.initialize(manager, 11);
    NDArray ground = normal(random, 3, 16);
    NDArray views = normal(random, 3, 4, 16);
    NDArray taken = taken(random, 3);
    List<float[]> trained = new ArrayList<>();
    for (int seed : new int[] {1, 1, 2}) {
      TorchEngine.engine().setRandomSeed(seed);
      trained.add(last(decoder.logits(Forward.TRAINING, ground, views, taken)));
    }
    assertThat(trained.get(0)).isEqualTo(trained.get(1)).isNotEqualTo(trained.get(2));
    assertThat(last(decoder.logits(F, ground, views, taken))).isNotEqualTo(trained.get(0));

    // At so small a rate no value is dropped: what is left is the attention, weight by weight.
    ZoomDecoder rarely = new ZoomDecoder(new ZoomConfig.Decoder(16, 2, 2, 1e-9, true), MIXED);
    rarely.initialize(manager, 11);
    assertThat(last(rarely.logits(Forward.TRAINING, ground, views, taken)))
        .containsExactly(last(decoder.logits(F, ground, views, taken)), within(1e-5f));
  }

  private static float[] last(List<NDArray> logits) {
    return logits.get(logits.size() - 1).toFloatArray();
  }

  @Test
  void dropsOutAttentionWeights() {
    CausalAttention never = new CausalAttention(16, 2, 0);
    CausalAttention often = new CausalAttention(16, 2, 0.5);
    never.initialize(manager, 12);
    often.initialize(manager, 12);
    NDArray x = normal(new Random(12), 1, 5, 16);
    RotaryPositions positions = RotaryPositions.of(manager, x.getDataType(), 0, 5, 8);
    float[] exact = never.forward(Forward.TRAINING, x, positions, null).output().toFloatArray();
    double[] mean = new double[exact.length];
    int draws = 4000;
    TorchEngine.engine().setRandomSeed(3);
    for (int i = 0; i < draws; i++) {
      float[] drawn = often.forward(Forward.TRAINING, x, positions, null).output().toFloatArray();
      for (int j = 0; j < mean.length; j++) {
        mean[j] += drawn[j] / draws;
      }
    }
    // Dropout is unbiased, and the output is linear in the weights.
    for (int j = 0; j < mean.length; j++) {
      assertThat(mean[j]).isCloseTo(exact[j], within(0.06));
    }
    float[] inference = often.forward(F, x, positions, null).output().toFloatArray();
    assertThat(inference).containsExactly(exact, within(1e-6f));
  }

  @Test
  void noStepSeesLaterOnes() {
    Random random = new Random(6);
    ZoomDecoder decoder = new ZoomDecoder(SMALL, MIXED);
    decoder.initialize(manager, 6);
    NDArray ground = normal(random, 1, 16);
    NDArray views = normal(random, 1, 4, 16);
    NDArray changed = views.get(":, :2").concat(normal(random, 1, 2, 16), 1);
    NDArray taken = manager.create(new long[] {7, 1, 5, 2}, new Shape(1, 4));
    NDArray others = manager.create(new long[] {7, 3, 8, 0}, new Shape(1, 4));
    List<NDArray> before = decoder.logits(F, ground, views, taken);
    List<NDArray> after = decoder.logits(F, ground, changed, others);
    assertClose(after.get(0), before.get(0));
    assertClose(after.get(1), before.get(1));
    assertThat(after.get(2).toFloatArray()).isNotEqualTo(before.get(2).toFloatArray());
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8})
  void gradientsEqualDifferences(long seed) {
    ZoomDecoder decoder = new ZoomDecoder(new ZoomConfig.Decoder(8, 2, 2, 0, true), List.of(2, 3));
    GradientCheck.check(
        decoder,
        (f, x) -> {
          NDManager step = x.getManager();
          NDArray taken = step.create(new long[] {1, 4, 3, 0, 3, 8}, new Shape(3, 2));
          List<NDArray> logits = decoder.logits(f, x.get(":, 0"), x.get(":, 1:"), taken);
          return logits.get(0).concat(logits.get(1), 1);
        },
        seed,
        3,
        3,
        8);
  }

  @Test
  void oneStepNeedsNoChildren() {
    ZoomDecoder decoder = new ZoomDecoder(SMALL, List.of(5));
    decoder.initialize(manager, 9);
    NDArray photo = normal(new Random(9), 2, 16);
    NDArray nowhere = manager.zeros(new Shape(2, 1), DataType.INT64);
    List<NDArray> logits = decoder.logits(F, photo, photo.expandDims(1), nowhere);
    assertThat(logits).hasSize(1);
    assertClose(logits.get(0), decoder.start(F, photo, photo).logits());
  }

  @Test
  void refusesWhatDoesNotFit() {
    ZoomDecoder decoder = new ZoomDecoder(SMALL, List.of(2));
    decoder.initialize(manager, 10);
    NDArray photo = manager.zeros(new Shape(2, 16));
    NDArray taken = manager.zeros(new Shape(2), DataType.INT64);
    ZoomDecoder.Step step = decoder.start(F, photo, photo);
    assertThatThrownBy(() -> decoder.next(F, step, taken, photo))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there are only 1 steps");
    assertThatThrownBy(() -> decoder.start(F, photo, photo.get("0:1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("views of shape (1, 16) given, (2, 16) needed");
    assertThatThrownBy(() -> decoder.logits(F, photo, photo.expandDims(1), taken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("children of shape (2) given, (2, 1) needed");
    assertThatThrownBy(() -> new ZoomConfig.Decoder(12, 4, 1, 0, true))
        .hasMessageContaining("even parts");
    assertThatThrownBy(() -> new ZoomDecoder(SMALL, List.of(2, 0)))
        .hasMessageContaining("at least 1");
  }

  private ZoomDecoder decoder(Oracle oracle, int dimension, int side, int steps) {
    List<Integer> childrenPerSide = Collections.nCopies(steps, side);
    ZoomDecoder decoder =
        new ZoomDecoder(new ZoomConfig.Decoder(dimension, 4, 2, 0.1, true), childrenPerSide);
    oracle.load(decoder, manager);
    return decoder;
  }

  private List<NDArray> logits(ZoomDecoder decoder, Oracle oracle) {
    return decoder.logits(
        F,
        oracle.array(manager, "ground"),
        oracle.array(manager, "satellite"),
        longs(oracle, "target"));
  }

  private NDArray longs(Oracle oracle, String tensor) {
    return manager.create(oracle.longs(tensor), new Shape(oracle.shape(tensor)));
  }

  private NDArray taken(Random random, int walks) {
    long[] taken = new long[walks * 4];
    for (int i = 0; i < taken.length; i++) {
      int side = MIXED.get(i % 4);
      taken[i] = random.nextInt(side * side);
    }
    return manager.create(taken, new Shape(walks, 4));
  }

  private NDArray normal(Random random, long... shape) {
    float[] values = new float[(int) new Shape(shape).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return manager.create(values, new Shape(shape));
  }

  private static void assertClose(NDArray actual, NDArray expected) {
    assertThat(actual.getShape()).isEqualTo(expected.getShape());
    assertThat(actual.toFloatArray()).containsExactly(expected.toFloatArray(), within(1e-5f));
  }
}
