package io.github.geofix.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ReadAheadTest {

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  void handsOutInOrderAndFailsWhereAPhotoDoes() {
    try (ReadAhead<Integer, String> reader =
        new ReadAhead<>(
            numbers(9),
            number -> {
              if (number == 4) {
                throw new UncheckedIOException(new IOException("no photo"));
              }
              return "photo " + number;
            })) {
      for (int i = 0; i < 9; i++) {
        if (i == 4) {
          assertThatThrownBy(reader::next).hasMessageContaining("no photo");
        } else {
          assertThat(reader.next()).isEqualTo("photo " + i);
        }
        if (i % 3 == 2) {
          reader.begin(3);
        }
      }
    }
  }

  @Test
  void readsTheNextBatchWhileThisOneIsComputed() throws InterruptedException {
    CountDownLatch next = new CountDownLatch(4);
    try (ReadAhead<Integer, Integer> reader =
        new ReadAhead<>(
            numbers(9),
            number -> {
              if (number > 0) {
                next.countDown();
              }
              return number;
            })) {
      assertThat(reader.next()).isZero();
      reader.begin(4);
      // Here the network would compute.
      assertThat(next.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void readsNoFurtherThanABatchAhead() {
    AtomicInteger read = new AtomicInteger();
    try (ReadAhead<Integer, Integer> reader =
        new ReadAhead<>(numbers(100), number -> read.incrementAndGet())) {
      for (int i = 0; i < 8; i++) {
        reader.next();
        reader.begin(4);
      }
    }
    assertThat(read.get()).isBetween(8, 12);
  }

  @Test
  void readsASinglePhotoOnTheCallersThread() {
    try (ReadAhead<Integer, Thread> reader =
        new ReadAhead<>(numbers(1), number -> Thread.currentThread())) {
      assertThat(reader.next()).isEqualTo(Thread.currentThread());
    }
  }
}
