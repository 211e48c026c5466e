package io.github.geofix.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.train.internal.data.BatchOrder;
import io.github.geofix.train.internal.data.HardNegativeBatches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TrainingDataTest {
  private static final Trainable NO_MATCHING =
      (Trainable)
          Proxy.newProxyInstance(
              Trainable.class.getClassLoader(),
              new Class<?>[] {Trainable.class},
              (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
              });

  /** Ten examples, of which some cannot be read. */
  private record Some(List<Integer> broken) implements Examples {
    @Override
    public int size() {
      return 10;
    }

    @Override
    public Example example(int epoch, int index, SplittableRandom random) {
      if (broken.contains(index)) {
        random.nextInt();
        throw new UncheckedIOException(new IOException("photo " + index + " is cut off"));
      }
      return new Example(new float[][] {{random.nextInt(1 << 20)}}, new long[][] {{index, epoch}});
    }
  }

  private static Example example(Examples examples, int epoch, int index) {
    return examples.example(epoch, index, new SplittableRandom(31L * epoch + index));
  }

  @Test
  void replacesUnreadablePhotosByTheNext() {
    List<String> skipped = new ArrayList<>();
    Examples all = new Some(List.of());
    Examples readable =
        TrainingData.of(new Some(List.of(3, 4, 9)))
            .skippingUnreadable(skipped::add)
            .examples(NO_MATCHING);
    long[] expected = {0, 1, 2, 5, 5, 5, 6, 7, 8, 0};
    for (int epoch = 0; epoch < 2; epoch++) {
      for (int i = 0; i < 10; i++) {
        Example made = example(readable, epoch, i);
        assertThat(made.targets()[0]).containsExactly(expected[i], epoch);
        if (expected[i] == i) {
          assertThat(made.inputs()).isDeepEqualTo(example(all, epoch, i).inputs());
        }
      }
    }
    assertThat(skipped).hasSize(3).allMatch(text -> text.contains("is cut off"));
    // Whether it is known to be unreadable or not, the same example stands in.
    Examples anew =
        TrainingData.of(new Some(List.of(3, 4, 9)))
            .skippingUnreadable(text -> {})
            .examples(NO_MATCHING);
    assertThat(example(anew, 1, 3).inputs()).isDeepEqualTo(example(readable, 1, 3).inputs());
  }

  @Test
  void refusesPhotosOfWhichNoneCanBeRead() {
    Examples none =
        TrainingData.of(new Some(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)))
            .skippingUnreadable(text -> {})
            .examples(NO_MATCHING);
    assertThatThrownBy(() -> example(none, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none of the 10 photos");
  }

  @Test
  void hasHardNegativesForMatchingModelsOnly() {
    Examples examples = new Some(List.of());
    TrainingData data = TrainingData.of(examples);
    assertThat(
            HardNegativeBatches.of(data, NO_MATCHING, examples, HardNegatives.none(), 1)
                .epoch(0, 10, 3))
        .isEqualTo(BatchOrder.shuffled(1).epoch(0, 10, 3));
    assertThatThrownBy(
            () -> HardNegativeBatches.of(data, NO_MATCHING, examples, HardNegatives.frgeo(), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("match photos with tiles");
    assertThatThrownBy(() -> TrainingData.ofPairs(List.of(), p -> p).examples(NO_MATCHING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("match photos with tiles");
  }
}
