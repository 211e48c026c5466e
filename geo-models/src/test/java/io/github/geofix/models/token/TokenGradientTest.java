package io.github.geofix.models.token;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.Precision;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.TorchEngine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenGradientTest {
  private static TokenNetwork network() {
    return TokenModel.network(
        TokenConfigs.vectors(
            new TokenConfig.Vectors(2, 5, 0), new TokenNetwork.Options(8, 2, 12, 1, 2, 0)));
  }

  private static NDArray scores(TokenNetwork network, Forward f, NDArray vectors) {
    NDManager step = vectors.getManager();
    NDArray words = step.create(new long[] {1, 9, 3, 5, 0, 15}, new Shape(2, 3));
    NDArray memory = network.memory(f, List.of(vectors));
    List<NDArray> logits = network.logits(f, memory, words);
    return logits.get(0).concat(logits.get(1), 1).concat(logits.get(2), 1);
  }

  /** From vectors through encoder and decoder to the scores of all tokens. */
  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    TokenNetwork network = network();
    GradientCheck.check(network, (f, vectors) -> scores(network, f, vectors), 1, 2, 2, 5);
  }

  @Test
  void mixedPrecisionHasTheScoresAndGradientsOfFloat32() {
    TokenNetwork network = network();
    try (NDManager manager = TorchEngine.newManager()) {
      network.initialize(manager, 1);
      NDArray vectors = manager.arange(0, 20, 1).toType(DataType.FLOAT32, false).sin();
      vectors = vectors.reshape(2, 2, 5);
      List<float[]> full = scoresAndGradients(network, Forward.TRAINING, vectors);
      Forward mixed = Forward.TRAINING.in(Precision.BFLOAT16);
      List<float[]> half = scoresAndGradients(network, mixed, vectors);
      for (int i = 0; i < full.size(); i++) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int k = 0; k < full.get(i).length; k++) {
          ab += (double) full.get(i)[k] * half.get(i)[k];
          aa += (double) full.get(i)[k] * full.get(i)[k];
          bb += (double) half.get(i)[k] * half.get(i)[k];
        }
        assertThat(half.get(i)).isNotEqualTo(full.get(i));
        assertThat(ab / Math.sqrt(aa * bb)).isBetween(0.999, 1.001);
      }
    }
  }

  /** Returns the scores, then the gradients of some matrices. */
  private static List<float[]> scoresAndGradients(
      TokenNetwork network, Forward f, NDArray vectors) {
    network.requireGradients(true);
    List<float[]> values = new ArrayList<>();
    try (NDManager step = vectors.getManager().newSubManager();
        GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      collector.zeroGradients();
      NDArray input = vectors.duplicate();
      input.attach(step);
      NDArray scores = scores(network, f, input);
      values.add(scores.toFloatArray());
      collector.backward(scores.square().sum());
      for (String name :
          List.of(
              "encoder.layers.0.self_attn.in_proj_weight",
              "encoder.layers.0.linear1.weight",
              "decoder.layers.0.self_attn.out_proj.weight",
              "decoder.layers.1.multihead_attn.in_proj_weight")) {
        try (NDArray gradient = network.parameter(name).array().getGradient()) {
          values.add(gradient.toFloatArray());
        }
      }
    }
    network.requireGradients(false);
    return values;
  }
}
