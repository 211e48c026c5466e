package io.github.geofix.models.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.backbone.Fill;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.NoGradExtension;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.token.Decoding.BeamSearch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the authors' code computes at the published size, with weights that follow from names. */
@ExtendWith(NoGradExtension.class)
class TokenFullOracleTest {
  private static final int PHOTOS = 2;
  private static final int WIDTH = 768;
  private static final int GALLERY = 200;
  private static final int LENGTH = 11;

  @Test
  void encodesAndSearchesAsTheOriginal() {
    Oracle oracle = Oracle.of("geotoken_full");
    TokenNetwork network = TokenModel.network(TokenConfig.paper());
    try (NDManager manager = TorchEngine.newManager()) {
      new Fill(502, TokenFullOracleTest::range)
          .into(
              network,
              manager,
              Fill.shapes("/oracles/geotoken_full_names.json"),
              TokenNetwork.publishedNames());
      NDArray memory = network.memory(Forward.INFERENCE, inputs(manager, oracle));
      oracle.assertClose(memory.get(":, :4").transpose(1, 0, 2), "memory_first_tokens", 1e-4);
      float[] means = oracle.floats("memory_mean");
      for (int b = 0; b < PHOTOS; b++) {
        assertThat(memory.get(b).mean().getFloat()).isCloseTo(means[b], within(1e-5f));
      }
      List<Hypotheses> found = BeamSearch.ofWidth(5).decode(network, memory);
      assertThat(TokenOracleTest.best(found)).isEqualTo(oracle.longs("beam5"));
    }
  }

  private static List<NDArray> inputs(NDManager manager, Oracle oracle) {
    assertThat(Fill.uniform(611, -1, 1, 8))
        .as("the generator")
        .containsExactly(oracle.floats("query_image_first8"));
    NDArray rows =
        manager
            .create(oracle.longs("neighbours"), new Shape(oracle.shape("neighbours")))
            .get(":, :15");
    NDList photo = new NDList();
    NDList gallery = new NDList();
    for (int kind = 0; kind < 3; kind++) {
      photo.add(
          manager.create(
              Fill.uniform(611 + kind, -1, 1, PHOTOS * WIDTH), new Shape(PHOTOS, WIDTH)));
      gallery.add(
          manager.create(
              Fill.uniform(601 + kind, -1, 1, GALLERY * WIDTH), new Shape(GALLERY, WIDTH)));
    }
    float[] tokens = new float[GALLERY * LENGTH];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = Long.remainderUnsigned(Fill.bits(604, i), i % LENGTH == 0 ? 6 : 16);
    }
    return new ArrayList<>(
        List.of(
            NDArrays.stack(photo, 1),
            NDArrays.stack(gallery, 1).get(rows),
            manager.create(tokens, new Shape(GALLERY, LENGTH)).get(rows)));
  }

  private static double[] range(String name, long[] shape) {
    if (name.matches("output_layers.*weight")) {
      double bound = 3 * Math.sqrt(3.0 / 512);
      return new double[] {-bound, bound};
    }
    if (name.equals("cls_token") || name.contains("embedding")) {
      return new double[] {-1.7, 1.7};
    }
    if (name.contains("norm")) {
      return name.endsWith("weight") ? new double[] {0.5, 1.5} : new double[] {-0.2, 0.2};
    }
    if (name.endsWith("bias")) {
      return new double[] {-0.1, 0.1};
    }
    double fanIn = 1;
    for (int i = 1; i < shape.length; i++) {
      fanIn *= shape[i];
    }
    return Fill.fanIn(fanIn);
  }
}
