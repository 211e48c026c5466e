package io.github.geofix.train.internal.data;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.train.data.Batches;
import io.github.geofix.train.internal.data.BatchLoader.StackedExamples;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class BatchLoaderTest {

  /** Examples whose every value is the product of the index and the place of the value. */
  private record Products(List<Shape> shapes, int size) implements Examples {
    @Override
    public Example example(int epoch, int index, SplittableRandom random) {
      float[][] inputs = new float[shapes.size()][];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = new float[Math.toIntExact(shapes.get(i).size())];
        for (int at = 0; at < inputs[i].length; at++) {
          inputs[i][at] = value(index, at);
        }
      }
      return new Example(inputs, new long[][] {{index}});
    }

    static float value(int index, int at) {
      return (index + 1) * (at % 1000 + 1);
    }
  }

  /** Batches whose bytes are no multiple of a cache line's 64, and some whose are. */
  static Stream<Arguments> sizes() {
    List<Shape> paperOfToken = List.of(new Shape(3, 768), new Shape(15, 3, 768), new Shape(15, 11));
    return Stream.of(
        Arguments.of(List.of(new Shape(3, 50, 50)), 3),
        Arguments.of(List.of(new Shape(3, 518, 518)), 3),
        Arguments.of(List.of(new Shape(3, 70, 70), new Shape(3, 70, 70)), 3),
        Arguments.of(paperOfToken, 4),
        Arguments.of(paperOfToken, 8),
        Arguments.of(paperOfToken, 16),
        Arguments.of(paperOfToken, 20),
        Arguments.of(List.of(new Shape(1)), 1));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void stacksExamplesOfAnySize(List<Shape> shapes, int batchSize) throws InterruptedException {
    Examples examples = new Products(shapes, 2 * batchSize);
    Batches batches = Batches.defaults().withSize(batchSize).withWorkers(2);
    List<Integer> seen = new ArrayList<>();
    try (BatchLoader loader = BatchLoader.inOrder(examples, shapes, batches, 1)) {
      assertThat(loader.batchesPerEpoch()).isEqualTo(2);
      for (int b = 0; b < 2; b++) {
        try (StackedExamples stacked = loader.next();
            NDManager manager = TorchEngine.newManager()) {
          Batch batch = stacked.toBatch(manager);
          long[] indexes = batch.targets().get(0).toLongArray();
          for (int i = 0; i < shapes.size(); i++) {
            NDArray input = batch.inputs().get(i);
            assertThat(input.getShape()).isEqualTo(new Shape(batchSize).addAll(shapes.get(i)));
            assertRows(input.toFloatArray(), indexes);
          }
          for (long index : indexes) {
            seen.add((int) index);
          }
        }
      }
    }
    assertThat(seen).doesNotHaveDuplicates().hasSize(2 * batchSize);
  }

  private static void assertRows(float[] values, long[] indexes) {
    int row = values.length / indexes.length;
    int wrong = 0;
    for (int i = 0; i < values.length; i++) {
      wrong += values[i] == Products.value((int) indexes[i / row], i % row) ? 0 : 1;
    }
    assertThat(wrong).as("values that differ").isZero();
  }
}
