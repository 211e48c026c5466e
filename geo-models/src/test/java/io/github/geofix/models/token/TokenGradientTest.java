package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.nn.GradientCheck;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenGradientTest {
  /** From vectors through encoder and decoder to the scores of all tokens. */
  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    TokenNetwork network =
        TokenModel.network(
            TokenConfig.tiny()
                .withInput(new TokenConfig.Vectors(2, 5, 0))
                .withCells(CellTokenizer.Options.defaults().withLevel(4))
                .withTransformer(new TokenNetwork.Options(8, 2, 12, 1, 2, 0)));
    GradientCheck.check(
        network,
        (f, vectors) -> {
          NDManager step = vectors.getManager();
          NDArray words = step.create(new long[] {1, 9, 3, 5, 0, 15}, new Shape(2, 3));
          NDArray memory = network.memory(f, List.of(vectors));
          List<NDArray> logits = network.logits(f, memory, words);
          return logits.get(0).concat(logits.get(1), 1).concat(logits.get(2), 1);
        },
        1,
        2,
        2,
        5);
  }
}
