package io.github.geofix.train.internal.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchOrderTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void showsEveryPhotoOnceAnEpochInANewOrder(long seed) {
    int[] first = BatchOrder.shuffled(seed).epoch(0, 100, 10);
    int[] second = BatchOrder.shuffled(seed).epoch(1, 100, 10);
    assertThat(first).containsExactlyInAnyOrder(IntStream.range(0, 100).toArray());
    assertThat(second).containsExactlyInAnyOrder(IntStream.range(0, 100).toArray());
    assertThat(second).isNotEqualTo(first);
    assertThat(BatchOrder.shuffled(seed).epoch(0, 100, 10)).isEqualTo(first);
  }
}
